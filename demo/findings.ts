/**
 * What moved, read off one `/metrics` page: each statistic above its critical value and its threshold, each share above
 * its threshold. The numbers are the collector's; the thresholds are those of the configuration, as the alert rules have
 * them. Nothing here knows what was injected.
 */
import type { Config, Thresholds } from '../src/config/index.js';
import {
  FEATURE_METRIC,
  LABEL,
  MODEL_METRIC,
  PREDICTION_METRIC,
  type LabelName,
  type MetricDefinition,
} from '../src/registry/index.js';
import type { Signal } from './injections.js';
import type { MetricsPage, Sample } from './metrics-page.js';

export interface Finding {
  readonly model: string;
  readonly version: string;
  /** The feature or the output (`value`, `score`); empty for the version as a whole. */
  readonly subject: string;
  readonly isFeature: boolean;
  readonly signal: Signal;
  /** The statistic where the signal is drift. */
  readonly statistic: string;
  readonly window: string;
  readonly value: number;
  /** The critical value where the signal is drift; else the threshold. */
  readonly limit: number;
  /** Event time since which, epoch milliseconds, where the collector says so. */
  readonly sinceMs: number | undefined;
}

/** The families that features and outputs have alike. */
type SubjectMetrics = Readonly<
  Record<'drift' | 'driftCriticalValue' | 'driftSince' | 'windowObservations' | ShareMetric, MetricDefinition>
>;
type ShareMetric = 'windowMissing' | 'windowUnseen' | 'windowOutOfRange' | 'windowTypeMismatch';

const SHARES: readonly { metric: ShareMetric; threshold: keyof Thresholds; signal: Signal }[] = [
  { metric: 'windowMissing', threshold: 'missing', signal: 'missing' },
  { metric: 'windowUnseen', threshold: 'unseenCategory', signal: 'unseen category' },
  { metric: 'windowOutOfRange', threshold: 'outOfRange', signal: 'out of range' },
  { metric: 'windowTypeMismatch', threshold: 'typeMismatch', signal: 'type mismatch' },
];

export function findingKey(finding: Finding): string {
  return [finding.model, finding.version, finding.isFeature, finding.subject, finding.signal].join('|');
}

/** One finding for each subject and signal: that of the shortest window that shows it. */
export function findMoved(page: MetricsPage, config: Config): Finding[] {
  const found = new Map<string, Finding>();
  const add = (finding: Finding): void => {
    if (!found.has(findingKey(finding))) found.set(findingKey(finding), finding);
  };
  for (const window of config.alerts.windows) {
    subjectFindings(page, config, window, FEATURE_METRIC, LABEL.feature).forEach(add);
    subjectFindings(page, config, window, PREDICTION_METRIC, LABEL.output).forEach(add);
    errorFindings(page, config, window).forEach(add);
  }
  return [...found.values()];
}

export function thresholdsOf(config: Config, model: string, feature?: string): Thresholds {
  const ofModel = config.models.find(({ name }) => name === model);
  const ofFeature = feature === undefined ? undefined : ofModel?.features[feature]?.thresholds;
  return { ...config.alerts.thresholds, ...ofModel?.thresholds, ...ofFeature };
}

function subjectFindings(
  page: MetricsPage,
  config: Config,
  window: string,
  metrics: SubjectMetrics,
  subjectLabel: LabelName,
): Finding[] {
  const isFeature = subjectLabel === LABEL.feature;
  const findings: Finding[] = [];
  const statistic = config.alerts.driftStatistic;
  for (const since of page.samples(metrics.driftSince, { [LABEL.window]: window, [LABEL.statistic]: statistic })) {
    if (!(since.value > 0)) continue;
    const value = page.value(metrics.drift, since.labels);
    const limit = page.value(metrics.driftCriticalValue, since.labels);
    if (value === undefined || limit === undefined) continue;
    const sinceMs = since.value * 1000;
    findings.push({
      ...identity(since, subjectLabel, window),
      isFeature,
      signal: 'drift',
      statistic,
      value,
      limit,
      sinceMs,
    });
  }
  for (const { metric, threshold, signal } of SHARES) {
    for (const share of page.samples(metrics[metric], { [LABEL.window]: window })) {
      const about = identity(share, subjectLabel, window);
      const limit = thresholdsOf(config, about.model, isFeature ? about.subject : undefined)[threshold] as number;
      const observations = page.value(metrics.windowObservations, share.labels) ?? 0;
      if (!(share.value > limit) || observations < config.compare.minimumObservations) continue;
      findings.push({ ...about, isFeature, signal, statistic: '', value: share.value, limit, sinceMs: undefined });
    }
  }
  return findings;
}

function errorFindings(page: MetricsPage, config: Config, window: string): Finding[] {
  return page.samples(MODEL_METRIC.windowErrors, { [LABEL.window]: window }).flatMap((share) => {
    const about = { ...identity(share, LABEL.feature, window), subject: '' };
    const limit = thresholdsOf(config, about.model).errors;
    if (!(share.value > limit)) return [];
    return [
      {
        ...about,
        isFeature: false,
        signal: 'errors',
        statistic: '',
        value: share.value,
        limit,
        sinceMs: undefined,
      } as const,
    ];
  });
}

function identity({ labels }: Sample, subjectLabel: LabelName, window: string) {
  return {
    model: labels[LABEL.modelName] ?? '',
    version: labels[LABEL.modelVersion] ?? '',
    subject: labels[subjectLabel] ?? '',
    window,
  };
}
