/**
 * What an instrumented prediction costs, next to the same span written by hand with the OpenTelemetry API, and with no SDK
 * at all. It runs the build (`dist/`), because that is what a service runs: `node bench/instrumentation/predict.bench.js`.
 *
 * Two measurements. mitata times one call of each kind. CPU time then compares what a service pays for the whole thing:
 * calls, batching and protobuf serialization, with the serialized bytes thrown away instead of sent.
 */
import { metrics, trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { bench, do_not_optimize, group, run, summary } from 'mitata';
import { instrumentModel } from 'plumbline';

const FEATURES = 20;
const CPU_ROUNDS = 7;
const CPU_CALLS = 40_000;
const FLUSH_EVERY = 1000;

/** Rows as a service gets them, from JSON, each call another one: numbers, a few texts, a boolean. */
const rows = Array.from({ length: 64 }, (_, row) => {
  const features = {};
  for (let i = 0; i < FEATURES; i++) {
    features[`feature_${i}`] = i % 5 === 0 ? `text-${(row + i) % 7}` : i % 7 === 0 ? row % 2 === 0 : row * 1.37 + i;
  }
  return JSON.parse(JSON.stringify(features));
});
let turn = 0;
const nextRow = () => rows[turn++ & 63];
const score = (features) => features.feature_1 / 100;
const describe = (value) => ({ value: value > 0.5, score: value });

/** Written out as one would by hand: every key a literal, one `setAttributes`. */
const setByHand = new Function(
  'span',
  'f',
  `span.setAttributes({ 'ml.model.name': 'flight-delay', 'ml.model.version': '1',
    ${Array.from({ length: FEATURES }, (_, i) => `'ml.feature.feature_${i}': f.feature_${i}`).join(',\n    ')} });`,
);
/** The cheapest way to write it: one `setAttribute` for each. */
const setEachByHand = new Function(
  'span',
  'f',
  `span.setAttribute('ml.model.name', 'flight-delay'); span.setAttribute('ml.model.version', '1');
    ${Array.from({ length: FEATURES }, (_, i) => `span.setAttribute('ml.feature.feature_${i}', f.feature_${i});`).join('\n    ')}`,
);

function byHand(tracer, set, record) {
  return () => {
    const features = nextRow();
    return tracer.startActiveSpan('predict flight-delay', (span) => {
      set(span, features);
      const started = record === undefined ? 0 : performance.now();
      const value = score(features);
      record?.((performance.now() - started) / 1000);
      span.setAttribute('ml.prediction.value', value > 0.5);
      span.setAttribute('ml.prediction.score', value);
      span.end();
      return value;
    });
  };
}

function instrumented(options) {
  const model = instrumentModel({ name: 'flight-delay', version: '1', ...options });
  return () => model.predict(nextRow(), score, { describe }).prediction;
}

/** Serializes as the real exporter does, and sends nothing. */
const discarding = {
  export: (spans, done) => {
    do_not_optimize(ProtobufTraceSerializer.serializeRequest(spans));
    done({ code: 0 });
  },
  shutdown: async () => {},
};

// Before any SDK is registered.
const withoutSdk = instrumented({});
const bare = () => score(nextRow());
group('no SDK', () => {
  summary(() => {
    bench('the model alone', () => do_not_optimize(bare()));
    bench('instrumented', () => do_not_optimize(withoutSdk()));
  });
});
await run();

const reader = () =>
  new PeriodicExportingMetricReader({ exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE) });
const meterProvider = new MeterProvider({ readers: [reader()] });
const meter = meterProvider.getMeter('by hand');
const counter = meter.createCounter('predictions');
const histogram = meter.createHistogram('duration', { unit: 's' });
const labels = { 'ml.model.name': 'flight-delay', 'ml.model.version': '1' };
const record = (seconds) => {
  counter.add(1, labels);
  histogram.record(seconds, labels);
};
const noMetrics = metrics.getMeterProvider();

const unexported = new NodeTracerProvider({ spanProcessors: [] });
unexported.register();
const contenders = (provider) => ({
  'span by hand, setAttributes': byHand(provider.getTracer('by hand'), setByHand),
  'span by hand, setAttribute for each': byHand(provider.getTracer('by hand'), setEachByHand),
  'instrumented, spans alone': instrumented({ tracerProvider: provider, meterProvider: noMetrics }),
  'span and two metrics by hand': byHand(provider.getTracer('by hand'), setByHand, record),
  'instrumented, spans and metrics': instrumented({ tracerProvider: provider, meterProvider }),
});
group(`${FEATURES} features, SDK, no exporter`, () => {
  summary(() => {
    for (const [name, call] of Object.entries(contenders(unexported))) bench(name, () => do_not_optimize(call()));
  });
});
await run();
trace.disable();

console.log('\nCPU time per prediction with batching and serialization, best of rounds (µs)');
const processor = new BatchSpanProcessor(discarding, {
  maxQueueSize: 8 * FLUSH_EVERY,
  scheduledDelayMillis: 3_600_000,
});
const exported = contenders(new NodeTracerProvider({ spanProcessors: [processor] }));
const best = {};
for (let round = 0; round < CPU_ROUNDS; round++) {
  for (const [name, call] of Object.entries(exported)) {
    const before = process.cpuUsage();
    for (let i = 0; i < CPU_CALLS; i++) {
      do_not_optimize(call());
      if (i % FLUSH_EVERY === FLUSH_EVERY - 1) await processor.forceFlush();
    }
    const { user, system } = process.cpuUsage(before);
    best[name] = Math.min(best[name] ?? Infinity, (user + system) / CPU_CALLS);
  }
}
const base = best['span by hand, setAttributes'];
for (const [name, micros] of Object.entries(best)) {
  console.log(`  ${name.padEnd(38)} ${micros.toFixed(2).padStart(6)}  ${(micros / base).toFixed(2)}x`);
}
