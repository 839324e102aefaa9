/**
 * A model service on the OpenTelemetry SDK 3.x for JavaScript, instrumented with plain OpenTelemetry, as docs for any
 * language describe it. It reads calls as JSON lines from standard input, answers each on standard output, and flushes when
 * the input ends. Where telemetry goes, how, and of which model are the standard variables.
 */
import { createInterface } from 'node:readline';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { detectResources, envDetector } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const flavour = process.env.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc' ? 'grpc' : 'proto';
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${flavour}`);
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${flavour}`);
const { OTLPMetricExporter } = await import(`@opentelemetry/exporter-metrics-otlp-${flavour}`);

const resource = detectResources({ detectors: [envDetector] });
const spans = new TracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
const logs = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
const metrics = new MeterProvider({
  resource,
  readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })],
});
const tracer = spans.getTracer('flight-service');
const logger = logs.getLogger('flight-service');
const predictions = metrics.getMeter('flight-service').createCounter('ml.predictions');

/** Named as the services in the other languages name it. */
class ValueError extends Error {
  name = 'ValueError';
}

/** The model. A distance that is not known counts as an average one. */
function score({ hour, distance }) {
  if (!(hour >= 0 && hour <= 23)) throw new ValueError(`${hour} is no hour of the day`);
  return 1 / (1 + Math.exp((12 - hour) / 4 + (800 - (distance ?? 800)) / 2000));
}

/** What the model was given: a distance that is not known is NaN, an origin that is not known is not there. */
function features({ distance, hour, weekend, origin }) {
  return { distance: distance ?? NaN, hour, weekend, ...(origin === null ? {} : { origin }) };
}

const asAttributes = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`ml.feature.${name}`, value]));

/** The version stands on the resource; a span or record that is of another version says so. */
function overrides({ role = 'champion', version, id }) {
  return {
    'ml.model.role': role,
    ...(version === undefined ? {} : { 'ml.model.version': version }),
    ...(id === undefined ? {} : { 'ml.prediction.id': id }),
  };
}

function predict(call) {
  const outer = tracer.startSpan('POST /predict');
  const span = tracer.startSpan('predict', {}, trace.setSpan(context.active(), outer));
  try {
    span.setAttributes(overrides(call));
    span.setAttributes(asAttributes(features(call.flight)));
    predictions.add(1);
    let result;
    try {
      result = score(call.flight);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      span.setAttribute('error.type', error.name);
      return { error: error.name };
    }
    span.setAttributes({ 'ml.prediction.score': result, 'ml.prediction.value': result > 0.5 });
    // Beyond its limit of attributes this SDK drops those that come last.
    (call.extras ?? []).forEach((value, index) => span.setAttribute(`ml.feature.extra_${index}`, value));
    if ('actual' in call) {
      // In the span's own context: the record carries its trace and span id, which is the join key.
      const attributes = { 'ml.ground_truth.value': call.actual };
      logger.emit({ eventName: 'ml.ground_truth', attributes, context: trace.setSpan(context.active(), span) });
    }
    return { score: result, value: result > 0.5 };
  } finally {
    span.end();
    outer.end();
  }
}

/** The same as an event, its features together in one attribute. */
function predictAsLog(call) {
  const result = score(call.flight);
  const attributes = {
    ...overrides(call),
    'ml.features': features(call.flight),
    'ml.prediction.score': result,
    'ml.prediction.value': result > 0.5,
  };
  logger.emit({ eventName: 'ml.prediction', attributes });
  return { score: result, value: result > 0.5 };
}

function predictBatch({ ids, flights }) {
  const scores = flights.map(score);
  const values = scores.map((one) => one > 0.5);
  const span = tracer.startSpan('predict');
  span.setAttributes({
    'ml.batch.size': flights.length,
    'ml.model.role': 'champion',
    'ml.prediction.id': ids,
    'ml.feature.distance': flights.map(({ distance }) => distance ?? NaN),
    'ml.feature.hour': flights.map(({ hour }) => hour),
    'ml.feature.weekend': flights.map(({ weekend }) => weekend),
    'ml.feature.origin': flights.map(({ origin }) => origin ?? ''),
    'ml.prediction.score': scores,
    'ml.prediction.value': values,
  });
  span.end();
  predictions.add(flights.length);
  return { scores, values };
}

function groundTruth({ id, value, carrier }) {
  const attributes = { 'ml.prediction.id': id, ...(value === undefined ? {} : { 'ml.ground_truth.value': value }) };
  if (carrier === 'log') logger.emit({ eventName: 'ml.ground_truth', attributes });
  else tracer.startSpan('flight landed', { attributes }).end();
  return {};
}

const CALLS = {
  predict,
  predict_as_log: predictAsLog,
  predict_batch: predictBatch,
  ground_truth: groundTruth,
};

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(CALLS[call.call](call))}\n`);
}
for (const provider of [spans, logs, metrics]) await provider.shutdown();
