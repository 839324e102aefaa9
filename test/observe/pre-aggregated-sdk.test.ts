/**
 * What the JavaScript SDK's metrics exporter delivers over a real socket, in every view and temporality, against the same
 * values sent as spans: one collector, one model, a feature that spans carry and one that histograms do.
 */
import { OTLPMetricExporter as HttpExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, expect, test } from 'vitest';
import { type Collector, startCollector } from '../../src/collector.js';
import { defaultConfig } from '../../src/config/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { seededRandom } from '../../src/lib/random.js';

const BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000];
const ROUNDS = 3;
const VALUES_PER_ROUND = 120;
const MODEL = { 'ml.model.name': 'flight-delay', 'ml.model.version': '7' };

/** An enum of a package that is only there because the exporters need it. */
type Temporality = NonNullable<ConstructorParameters<typeof ProtoExporter>[0]>['temporalityPreference'];
const TEMPORALITIES = { delta: 0, cumulative: 1 } as unknown as Record<string, Temporality>;

const VIEWS: Record<string, { view: ViewOptions; widthAt: (value: number) => number }> = {
  explicit: {
    view: {
      instrumentName: 'ml.feature.value',
      aggregation: {
        type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
        options: { boundaries: BOUNDS, recordMinMax: true },
      },
    },
    widthAt: (value) => {
      const upper = BOUNDS.findIndex((bound) => value <= bound);
      return BOUNDS[upper] - BOUNDS[upper - 1];
    },
  },
  exponential: {
    view: {
      instrumentName: 'ml.feature.value',
      aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 160, recordMinMax: true } },
    },
    // 160 buckets for values of less than two decades: scale 4 or finer.
    widthAt: (value) => value * (2 ** (1 / 16) - 1),
  },
};

let collector: Collector | undefined;

afterEach(() => collector?.drain());

async function start(): Promise<Collector> {
  const config = defaultConfig();
  const { receive, expose, observe } = config;
  collector = await startCollector(
    {
      ...config,
      receive: { ...receive, http: { ...receive.http, port: 0 }, grpc: { ...receive.grpc, enabled: false } },
      expose: { ...expose, port: 0 },
      observe: { ...observe, provisionalReferenceSize: 200 },
    },
    { clock: systemClock, log: silentLog },
  );
  return collector;
}

function series(page: string): (name: string, labels?: Record<string, string>) => number[] {
  const lines = page.split('\n');
  return (name, labels = {}) =>
    lines
      .filter((line) => line.startsWith(`${name}{`))
      .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
      .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}

const CASES = Object.keys(VIEWS).flatMap((view) =>
  Object.keys(TEMPORALITIES).flatMap((temporality) =>
    (['protobuf', 'json'] as const).map((encoding) => [view, temporality, encoding] as const),
  ),
);

test.each(CASES)(
  '%s, %s, %s: counts and mean as those of spans, quantiles within a bucket',
  async (view, temporality, encoding) => {
    const receiver = await start();
    const { httpAddress } = receiver;
    const Exporter = encoding === 'json' ? HttpExporter : ProtoExporter;
    const exporter = new Exporter({
      url: `http://${httpAddress}/v1/metrics`,
      temporalityPreference: TEMPORALITIES[temporality],
    });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const resource = resourceFromAttributes({ 'service.name': 'flights', ...MODEL });
    const meters = new MeterProvider({ resource, readers: [reader], views: [VIEWS[view].view] });
    const histogram = meters.getMeter('flights').createHistogram('ml.feature.value');
    const spans = new OTLPTraceExporter({ url: `http://${httpAddress}/v1/traces` });
    const traces = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(spans)] });
    const tracer = traces.getTracer('flights');

    const random = seededRandom(11);
    for (let round = 0; round < ROUNDS; round++) {
      for (let index = 0; index < VALUES_PER_ROUND; index++) {
        const value = 10 * 50 ** ((random.next() + random.next()) / 2);
        histogram.record(value, { 'ml.feature.name': 'aggregated' });
        tracer.startSpan('predict', { attributes: { 'ml.feature.single': value } }).end();
      }
      await meters.forceFlush();
      await traces.forceFlush();
    }
    await meters.shutdown();
    await traces.shutdown();

    const of = series(await receiver.metricsText());
    const total = ROUNDS * VALUES_PER_ROUND;
    const window = '1d';
    for (const feature of ['single', 'aggregated']) {
      expect(of('ml_feature_observations_total', { feature })).toEqual([total]);
      expect(of('ml_feature_missing_total', { feature })).toEqual([0, 0, 0]);
      const bins = of('ml_feature_bin_observations_total', { feature });
      expect(bins.reduce((sum, n) => sum + n, 0)).toBeCloseTo(total, 6);
      expect(of('ml_feature_drift_state', { feature, window, state: 'ready' })).toEqual([1]);
    }
    const moment = (feature: string, name: string) => of('ml_feature_moment', { feature, window, moment: name })[0];
    expect(moment('aggregated', 'mean')).toBeCloseTo(moment('single', 'mean'), 9);
    expect(moment('aggregated', 'min')).toBe(moment('single', 'min'));
    expect(moment('aggregated', 'max')).toBe(moment('single', 'max'));
    for (const q of ['0.25', '0.5', '0.99']) {
      const [single] = of('ml_feature_quantile', { feature: 'single', window, q });
      const [aggregated] = of('ml_feature_quantile', { feature: 'aggregated', window, q });
      expect(Math.abs(aggregated - single)).toBeLessThanOrEqual(VIEWS[view].widthAt(single) + single / 16);
    }
    const rejected = of('plumbline_items_rejected_total', { signal: 'metrics' }).reduce((sum, n) => sum + n, 0);
    const [received] = of('plumbline_items_received_total', { signal: 'metrics' });
    const [observed] = of('plumbline_items_observed_total', { signal: 'metrics' });
    expect(rejected).toBe(0);
    expect(observed).toBeGreaterThanOrEqual(ROUNDS);
    expect(received).toBe(observed);
    expect(of('plumbline_limit_used', { limit: 'metric_series' })).toEqual([1]);
  },
);
