/**
 * Drift injected through the real SDK becomes a page at the right owner's webhook, with its labels and its runbook, and a
 * feature that did not drift stays silent. On the same data, every query of every panel of every dashboard gives
 * something.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, NodeTracerProvider, type Span, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instrumentModel, recordOfflineFeatures } from '../../src/instrumentation/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { ATTRIBUTE, DEFAULT_REFERENCE } from '../../src/registry/index.js';
import { eventually, type ReceivedAlert, type Sample, Stack } from './stack.js';

const MODEL = 'flight-delay';
const REFERENCE_SIZE = 500;
const DASHBOARDS = join(import.meta.dirname, '../../grafana-dashboards');

interface Features extends Record<string, number | string | undefined> {
  readonly distance?: number;
  readonly hour: number;
  readonly airport: string;
}

const random = seededRandom(42);
const vectors = seededRandom(43);
let stack: Stack;
let provider: NodeTracerProvider;

function flight(drifted: boolean): Features {
  const miles = 700 + 150 * normalDeviate(random);
  const airports = ['ORD', 'JFK', 'LAX', 'SFO', 'DEN'];
  return {
    ...(drifted && random.next() < 0.2 ? {} : { distance: drifted ? miles * 1.609 : miles }),
    hour: Math.floor(random.next() * 24),
    airport: drifted && random.next() < 0.1 ? 'ZZZ' : airports[Math.floor(random.next() * airports.length)],
  };
}

/** Puts the embedding of a route on every prediction, as a middleware of the service would; that of version 1 turns in the end. */
class RouteEmbedding implements SpanProcessor {
  hasTurned = false;

  onStart(span: Span): void {
    const { attributes } = span;
    if (attributes[ATTRIBUTE.modelName] !== MODEL || attributes[ATTRIBUTE.modelVersion] === undefined) return;
    const turned = this.hasTurned && attributes[ATTRIBUTE.modelVersion] === '1';
    const centre = turned ? [-1, 1, 0, 2] : [1, 1, 0, 2];
    span.setAttribute(
      'ml.embedding.route',
      centre.map((x) => x + 0.5 * normalDeviate(vectors)),
    );
  }

  onEnd(): void {}
  forceFlush = (): Promise<void> => Promise.resolve();
  shutdown = (): Promise<void> => Promise.resolve();
}

const embedding = new RouteEmbedding();

/** What training would have computed: miles, where kilometres were served. */
function recordTraining(id: string, { hour, distance }: Features, drifted: boolean): void {
  const features = { hour, ...(distance === undefined ? {} : { distance: drifted ? distance / 1.609 : distance }) };
  recordOfflineFeatures({ model: MODEL, id, features, tracerProvider: provider });
}

/** Predictions of one version with the ground truth of most, some of them failing, some telemetry that is not ours. */
async function serve(version: string, count: number, drifted: boolean): Promise<void> {
  const model = instrumentModel<Features>({ name: MODEL, version, role: 'champion', tracerProvider: provider });
  const tracer = provider.getTracer('other');
  for (let made = 0; made < count; made++) {
    const features = flight(drifted);
    const truth = random.next() < 0.3;
    const score = Math.min(1, Math.max(0, (truth ? 0.6 : 0.35) + 0.2 * normalDeviate(random)));
    try {
      const { id } = model.predict(features, () => {
        if (random.next() < 0.02) throw new TypeError('no such airport');
        return { value: score > 0.5, score };
      });
      if (random.next() < 0.9) model.groundTruth(id, truth);
      if (version === '1') recordTraining(id, features, drifted);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
    if (made % 50 === 0) {
      tracer.startSpan('something else').end();
      tracer.startSpan('no version', { attributes: { 'ml.model.name': MODEL, 'ml.feature.x': 1 } }).end();
    }
    if (made % 200 === 199) await provider.forceFlush();
  }
  await provider.forceFlush();
}

beforeAll(async () => {
  stack = await Stack.start((webhookUrl) => ({
    observe: { provisionalReferenceSize: REFERENCE_SIZE, segments: [{ name: 'airport', by: ['airport'] }] },
    alerts: { owners: { 'flight-operations': { webhook: webhookUrl }, others: {} }, defaultOwner: 'others' },
    models: [{ name: MODEL, owner: 'flight-operations', tier: 'critical', task: 'binary', schedule: { every: '1h' } }],
  }));
  provider = new NodeTracerProvider({
    spanProcessors: [
      embedding,
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${stack.otlpUrl}/v1/traces` }), { maxQueueSize: 10_000 }),
    ],
  });
  await serve('1', REFERENCE_SIZE, false);
  await serve('2', REFERENCE_SIZE, false);
  await delay(2_000);
  embedding.hasTurned = true;
  await serve('1', 2_000, true);
  await serve('2', 2_000, false);
});

afterAll(async () => {
  await provider?.shutdown();
  await stack?.stop();
});

function firing(name: string, labels: Readonly<Record<string, string>>): ReceivedAlert | undefined {
  return stack.alerts.find(
    (alert) =>
      alert.status === 'firing' &&
      alert.labels.alertname === name &&
      Object.entries(labels).every(([label, value]) => alert.labels[label] === value),
  );
}

describe('alerts', () => {
  test('the feature that drifted pages its owner, with a runbook', async () => {
    // What is missing explains a drift of the same feature, so it is the cause that arrives.
    const alert = await eventually('the alert arrives', 60, async () =>
      firing('FeatureMissing', { model_version: '1', feature: 'distance' }),
    );
    expect(alert.labels).toMatchObject({
      model_name: MODEL,
      owner: 'flight-operations',
      tier: 'critical',
      severity: 'page',
    });
    expect(alert.annotations.runbook_url).toMatch(/runbooks\/feature-missing\.md$/);
    expect(alert.annotations.dashboard_url).toContain('var-feature=distance');
  });

  test('Prometheus itself fires the drift of that feature', async () => {
    const [sample] = await eventually('the rule fires', 60, async () => {
      const samples = await stack.query(
        `ALERTS{alertname="FeatureDrift",alertstate="firing",feature="distance",model_version="1"}`,
      );
      return samples.length > 0 ? samples : undefined;
    });
    expect(sample.metric.severity).toBe('page');
  });

  test('so does that of the embedding that turned, which arrives', async () => {
    const alert = await eventually('the alert arrives', 60, async () =>
      firing('EmbeddingDrift', { model_version: '1', embedding: 'route' }),
    );
    expect(alert.annotations.runbook_url).toMatch(/runbooks\/embedding-drift\.md$/);
  });

  test('an unseen category arrives as such', async () => {
    await eventually('the alert arrives', 60, async () =>
      firing('FeatureUnseenCategory', { model_version: '1', feature: 'airport' }),
    );
  });

  test('what did not drift stays silent', async () => {
    await delay(5_000);
    const silent = stack.alerts.filter(({ labels }) => labels.feature === 'hour' || labels.model_version === '2');
    expect(silent).toEqual([]);
    expect(await stack.query('ALERTS{feature="hour"}')).toEqual([]);
    expect(await stack.query('ALERTS{alertname=~"Feature.*|Prediction.*|Embedding.*",model_version="2"}')).toEqual([]);
  });
});

test('what was received is observed, rejected or ignored', async () => {
  const [difference] = await eventually('the counts are there', 10, async () => {
    const found = await stack.query(
      `plumbline_items_received_total{signal="traces"} - on(signal) plumbline_items_observed_total
         - on(signal) sum by(signal) (plumbline_items_rejected_total) - on(signal) sum by(signal) (plumbline_items_ignored_total)`,
    );
    return found.length > 0 ? found : undefined;
  });
  expect(difference.value[1]).toBe('0');
});

interface Panel {
  readonly title: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

/** What a person would have chosen in the drop-downs. */
const VARIABLES: Readonly<Record<string, string>> = {
  datasource: 'prometheus',
  model: MODEL,
  version: '1',
  feature: 'distance',
  reference: DEFAULT_REFERENCE,
  window: '1h',
  statistic: 'accuracy',
  __rate_interval: '15s',
  __range: '1h',
  __interval: '5s',
};

/** Queries that rightly give nothing while all is well. */
const MAY_BE_EMPTY = [
  /plumbline_items_rejected_total\[.*> 0$/,
  /unseen_category_ratio.*feature="distance"/,
  /window_finding\{.*feature="distance"/,
  /ml_model_schema_changes/,
  /ml_embedding_window_finding/,
  // Slots of five minutes: there is no expectation before three of them.
  /ml_model_window_volume/,
];

const queries = readdirSync(DASHBOARDS)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) as { panels: readonly Panel[] };
    const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
    return all.flatMap(({ title, targets = [] }) => targets.map(({ expr, refId }) => ({ file, title, refId, expr })));
  });

describe('dashboards', () => {
  test('have queries', () => {
    expect(queries.length).toBeGreaterThan(50);
  });

  test.each(queries)('$file: $title ($refId)', async ({ expr }) => {
    const filled = expr.replaceAll(/\$\{?(\w+)(?::\w+)?\}?/g, (text, name: string) => VARIABLES[name] ?? text);
    const samples: Sample[] = await eventually(filled, 15, async () => {
      const found = await stack.query(filled);
      return found.length > 0 || MAY_BE_EMPTY.some((pattern) => pattern.test(filled)) ? found : undefined;
    });
    for (const { value } of samples) expect(value[1]).not.toBe('');
  });
});
