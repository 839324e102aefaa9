/** The JSON that the real OpenTelemetry SDK sends against the protobuf that it sends, for the same telemetry. */
import { context, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { AggregationTemporality, AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { transcodeLogs, transcodeMetrics, transcodeTraces } from '../../src/decode/json-transcoder.js';
import { decodeLogs, decodeMetrics, decodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';

const resource = resourceFromAttributes({ 'service.name': 'flights', 'process.pid': 4711 });

const ATTRIBUTES = {
  airport: 'Zürich ✈',
  distance: 1234.5,
  negative: -7,
  large: Number.MAX_SAFE_INTEGER,
  late: false,
  legs: ['JFK', 'SFO'],
  delays: [1, -2.5, 3],
  empty: [],
  __proto__key: 'harmless',
};

const REMOTE_PARENT: Context = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

test('traces', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('predictions', '1.2.3', { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' });
  const root = tracer.startSpan('root', { kind: SpanKind.SERVER, attributes: ATTRIBUTES });
  root.addEvent('prediction', { score: 0.25, ...ATTRIBUTES });
  const child = tracer.startSpan(
    'child',
    { links: [{ context: root.spanContext(), attributes: { n: 1 } }] },
    REMOTE_PARENT,
  );
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'no model' });
  child.recordException(new Error('no model'));
  child.end();
  root.end();
  const spans = exporter.getFinishedSpans();

  const fromJson = decodeTraces(transcodeTraces(JsonTraceSerializer.serializeRequest(spans) as Uint8Array));

  expect(fromJson).toEqual(decodeTraces(ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array));
  const [scopeSpans] = (fromJson.resourceSpans as OtlpObject[])[0].scopeSpans as OtlpObject[];
  expect((scopeSpans.spans as OtlpObject[]).map(({ name }) => name)).toEqual(['child', 'root']);
});

test('logs', () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('ground-truth');
  logger.emit({
    eventName: 'landed',
    severityNumber: SeverityNumber.WARN,
    severityText: 'WARN',
    timestamp: 1_544_712_660_300,
    body: { nested: { list: [1, 'two', [3.5, null]], bytes: Uint8Array.of(0, 255, 128) }, none: null },
    attributes: { ...ATTRIBUTES, features: { distance: 12.5, carrier: 'AA' }, raw: Uint8Array.of(1, 2, 3, 4) },
    context: REMOTE_PARENT,
  });
  logger.emit({ body: 'plain', context: context.active() });
  const records = exporter.getFinishedLogRecords();

  const fromJson = decodeLogs(transcodeLogs(JsonLogsSerializer.serializeRequest(records) as Uint8Array));

  expect(fromJson).toEqual(decodeLogs(ProtobufLogsSerializer.serializeRequest(records) as Uint8Array));
  const [scopeLogs] = (fromJson.resourceLogs as OtlpObject[])[0].scopeLogs as OtlpObject[];
  expect((scopeLogs.logRecords as OtlpObject[])[1]).toMatchObject({ body: { stringValue: 'plain' } });
});

/** Collects when the test asks. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

test('metrics', async () => {
  const reader = new ManualReader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  const exponential = {
    instrumentName: 'exponential',
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
  } as const;
  const provider = new MeterProvider({ resource, readers: [reader], views: [exponential] });
  const meter = provider.getMeter('predictions');
  meter.createCounter('count', { unit: '{prediction}', description: 'How many.' }).add(3, { model: 'a' });
  meter.createUpDownCounter('level').add(-2.5);
  meter.createGauge('gauge').record(-4);
  const durations = [meter.createHistogram('explicit'), meter.createHistogram('exponential')];
  for (const duration of durations)
    for (const value of [0, 0.002, 3, 3, 250, 1e9]) duration.record(value, { model: 'b' });
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);

  const fromJson = decodeMetrics(
    transcodeMetrics(JsonMetricsSerializer.serializeRequest(resourceMetrics) as Uint8Array),
  );

  expect(fromJson).toEqual(decodeMetrics(ProtobufMetricsSerializer.serializeRequest(resourceMetrics) as Uint8Array));
  const [scopeMetrics] = (fromJson.resourceMetrics as OtlpObject[])[0].scopeMetrics as OtlpObject[];
  expect(scopeMetrics.metrics).toHaveLength(5);
});

test('numbers that the SDK writes as no protocol has them', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const numbers = { huge: 1e21, beyond: 2 ** 63, lowest: -(2 ** 63), notANumber: NaN, infinite: Infinity };
  provider.getTracer('predictions').startSpan('predict', { attributes: numbers }).end();
  const json = JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()) as Uint8Array;
  // What this SDK does: 1e21 is an intValue, -2^63 has digits past 64 bits, and NaN is null since JSON has no other word for it.
  expect(Buffer.from(json).toString()).toContain('"intValue":1e+21');
  expect(Buffer.from(json).toString()).toContain('"doubleValue":null');

  const request = decodeTraces(transcodeTraces(json)) as {
    resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: OtlpObject[] }] }] }];
  };
  expect(request.resourceSpans[0].scopeSpans[0].spans[0].attributes).toEqual([
    { key: 'huge', value: { doubleValue: 1e21 } },
    { key: 'beyond', value: { doubleValue: 2 ** 63 } },
    { key: 'lowest', value: { doubleValue: -(2 ** 63) } },
    { key: 'notANumber', value: {} },
    { key: 'infinite', value: {} },
  ]);
});
