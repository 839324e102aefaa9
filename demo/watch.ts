/**
 * Looks at the collector's `/metrics` again and again, as anyone could from outside, and tells what has changed since:
 * what moved, what came back, and how each version does. Every number on the demo's screen comes through here.
 */
import { durationMs, type Config } from '../src/config/index.js';
import { LABEL, MODEL_METRIC } from '../src/registry/index.js';
import { findingKey, findMoved, thresholdsOf, type Finding } from './findings.js';
import { LatencyWatch } from './latency.js';
import { MetricsPage } from './metrics-page.js';

export interface VersionState {
  readonly model: string;
  readonly version: string;
  readonly predictions: number;
  /** In the window, of predictions whose ground truth has come. */
  readonly performance: Readonly<Record<'accuracy' | 'auc', number | undefined>>;
  readonly joined: number;
}

export interface Seen {
  readonly finding: Finding;
  readonly wallMs: number;
  /** The latest event time that the collector knew when it was seen. */
  readonly eventMs: number;
}

export interface Poll {
  readonly page: MetricsPage;
  readonly wallMs: number;
  readonly eventMs: number;
  readonly appeared: readonly Finding[];
  readonly gone: readonly Finding[];
}

export class Watch {
  readonly #metricsUrl: string;
  readonly #config: Config;
  readonly #latency = new LatencyWatch();
  #current = new Map<string, Finding>();
  /** Each time that something began to move. */
  readonly seen: Seen[] = [];

  constructor(metricsUrl: string, config: Config) {
    this.#metricsUrl = metricsUrl;
    this.#config = config;
  }

  /** @throws where the collector does not answer. */
  async poll(): Promise<Poll> {
    const response = await fetch(this.#metricsUrl, { signal: AbortSignal.timeout(5000) });
    const page = new MetricsPage(await response.text());
    const wallMs = Date.now();
    const eventMs = latestEventMs(page);
    const findings = [...findMoved(page, this.#config), ...this.#slowVersions(page, wallMs)];
    const moved = new Map(findings.map((finding) => [findingKey(finding), finding]));
    const appeared = findings.filter((finding) => !this.#current.has(findingKey(finding)));
    const gone = [...this.#current].filter(([key]) => !moved.has(key)).map(([, finding]) => finding);
    this.#current = moved;
    for (const finding of appeared) this.seen.push({ finding, wallMs, eventMs });
    return { page, wallMs, eventMs, appeared, gone };
  }

  #slowVersions(page: MetricsPage, wallMs: number): Finding[] {
    return versionsOf(page).flatMap(({ model, version }) => {
      const p95 = this.#latency.read(page, model, version, wallMs);
      const limit = durationMs(thresholdsOf(this.#config, model).latencyP95) / 1000;
      if (p95 === undefined || p95 <= limit) return [];
      const finding: Finding = {
        model,
        version,
        subject: '',
        isFeature: false,
        signal: 'latency p95',
        statistic: '',
        window: '',
        value: p95,
        limit,
        sinceMs: undefined,
      };
      return [finding];
    });
  }
}

/** How each version does in a window, in order of their names. */
export function versionStates(page: MetricsPage, window: string): VersionState[] {
  return versionsOf(page).map(({ model, version }) => {
    const labels = { [LABEL.modelName]: model, [LABEL.modelVersion]: version };
    const inWindow = { ...labels, [LABEL.window]: window };
    const performance = (statistic: string): number | undefined =>
      page.value(MODEL_METRIC.performance, { ...inWindow, [LABEL.statistic]: statistic });
    return {
      model,
      version,
      predictions: page.samples(MODEL_METRIC.predictions, labels).reduce((sum, { value }) => sum + value, 0),
      performance: { accuracy: performance('accuracy'), auc: performance('auc') },
      joined: page.value(MODEL_METRIC.performanceObservations, inWindow) ?? 0,
    };
  });
}

function versionsOf(page: MetricsPage): { model: string; version: string }[] {
  const versions = page.samples(MODEL_METRIC.info).map(({ labels }) => ({
    model: labels[LABEL.modelName] ?? '',
    version: labels[LABEL.modelVersion] ?? '',
  }));
  const name = ({ model, version }: { model: string; version: string }): string => `${model} ${version}`;
  return [...new Map(versions.map((entry) => [name(entry), entry])).values()].sort((a, b) =>
    name(a) < name(b) ? -1 : 1,
  );
}

function latestEventMs(page: MetricsPage): number {
  return Math.max(0, ...page.samples(MODEL_METRIC.lastPrediction).map(({ value }) => value)) * 1000;
}
