/** `plumbline/node`: the ordinary SDK from the OTEL_* variables, its real exporters against a receiver on loopback. */
import { context, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { instrumentModel } from '../../src/instrumentation/index.js';
import { startTelemetry, type Telemetry } from '../../src/instrumentation/node.js';
import { inMemorySdk, warnings } from './sdk.js';
import { grpcSink, httpSink, sentMetrics, sentSpans, type OtlpSink } from './otlp-sink.js';

let sink: OtlpSink | undefined;
let telemetry: Telemetry | undefined;
const model = instrumentModel({ name: 'flight-delay', version: '2' });

beforeEach(() => {
  for (const variable of Object.keys(process.env)) if (variable.startsWith('OTEL_')) vi.stubEnv(variable, undefined);
});
afterEach(async () => {
  await telemetry?.shutdown();
  await sink?.close();
  telemetry = sink = undefined;
  vi.unstubAllEnvs();
  trace.disable();
  metrics.disable();
  context.disable();
});

async function sendTo(made: Promise<OtlpSink>, environment: Record<string, string> = {}): Promise<OtlpSink> {
  sink = await made;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', sink.endpoint);
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
  return sink;
}

const isRegistered = (): boolean => {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider && provider.getDelegateTracer('test') !== undefined;
};

describe('startTelemetry', () => {
  test('sends spans and metrics as protobuf over HTTP, named by the environment, when it is shut down', async () => {
    const { received } = await sendTo(httpSink(), {
      OTEL_SERVICE_NAME: 'delays',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=a',
    });
    telemetry = startTelemetry({ serviceName: 'unused', resourceAttributes: { team: 'b', region: 'north' } });
    const { id } = model.predict({ distance: 733, delay: Number.NaN, origin: 'ORD' }, () => 0.25);
    await telemetry.shutdown();

    const [span] = sentSpans(received);
    expect(span).toMatchObject({ name: 'predict flight-delay', id, dropped: 0 });
    expect(span.attributes).toEqual({
      'ml.model.name': 'flight-delay',
      'ml.model.version': '2',
      'ml.feature.distance': 733,
      'ml.feature.delay': Number.NaN,
      'ml.feature.origin': 'ORD',
      'ml.prediction.value': 0.25,
    });
    expect(span.resource).toMatchObject({
      'service.name': 'delays',
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'deployment.environment.name': 'test',
      team: 'a',
      region: 'north',
      'telemetry.sdk.name': 'opentelemetry',
    });
    expect(sentMetrics(received)).toEqual(expect.arrayContaining(['ml.predictions', 'ml.prediction.duration']));
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']));
    expect(new Set(received.map(({ contentType }) => contentType))).toEqual(new Set(['application/x-protobuf']));
    expect(isRegistered()).toBe(false);
  });

  test('is named by its options where the environment says nothing, and flushes when asked', async () => {
    const { received } = await sendTo(httpSink(), { OTEL_METRICS_EXPORTER: 'none' });
    telemetry = startTelemetry({ serviceName: 'delays' });
    model.predictBatch({ distance: Float64Array.of(1, 2.5) }, () => [true, false], { ids: ['a', 'b'] });
    model.groundTruth('a', true);
    await telemetry.forceFlush();
    const [batch, truth] = sentSpans(received);
    expect(batch.resource['service.name']).toBe('delays');
    expect(batch.attributes).toMatchObject({ 'ml.feature.distance': [1, 2.5], 'ml.prediction.value': [true, false] });
    expect(truth.attributes).toMatchObject({ 'ml.prediction.id': 'a', 'ml.ground_truth.value': true });
    expect(sentMetrics(received)).toEqual([]);
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'application/json', 'application/json'],
    [{ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, 'application/json', 'application/x-protobuf'],
    [{ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' }, 'application/x-protobuf', 'application/json'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'smoke' }, 'application/x-protobuf', 'application/x-protobuf'],
  ])('speaks the protocol that %o asks for', async (environment, traces, itsMetrics) => {
    warnings();
    const { received } = await sendTo(httpSink(), environment);
    telemetry = startTelemetry();
    model.predict({ distance: 1 }, () => 'late');
    await telemetry.shutdown();
    expect(received.find(({ path }) => path === '/v1/traces')?.contentType).toBe(traces);
    expect(received.find(({ path }) => path === '/v1/metrics')?.contentType).toBe(itsMetrics);
  });

  test('speaks gRPC', async () => {
    const { received } = await sendTo(grpcSink(), { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    telemetry = startTelemetry();
    const { id } = model.predict({ distance: 1 }, () => 'late');
    await telemetry.shutdown();
    expect(sentSpans(received).map((span) => span.id)).toEqual([id]);
    expect(sentMetrics(received)).toContain('ml.predictions');
  });

  test('keeps all of 200 features where the attribute limit is raised, and says how where it is not', async () => {
    const told = warnings();
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, i + 0.5]));
    const { received } = await sendTo(httpSink());
    for (const limit of [undefined, '256']) {
      vi.stubEnv('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', limit);
      telemetry = startTelemetry();
      instrumentModel({ name: `wide ${limit}`, version: '1' }).predict(wide, () => 1);
      await telemetry.shutdown();
    }
    expect(sentSpans(received).map(({ dropped }) => dropped)).toEqual([75, 0]);
    expect(told.filter((text) => text.includes('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT to 256'))).toHaveLength(1);
  });

  test('is scraped by Prometheus where OTEL_METRICS_EXPORTER says so', async () => {
    const port = await freePort();
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'prometheus');
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'none');
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_HOST', '127.0.0.1');
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_PORT', String(port));
    telemetry = startTelemetry();
    expect(isRegistered()).toBe(false);
    model.predict({ distance: 1 }, () => 'late');
    model.record({ distance: 1 }, undefined, { error: new TypeError('x') });
    const text = await vi.waitFor(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    expect(text).toMatch(/^ml_predictions_total\{[^}]*ml_model_name="flight-delay",ml_model_version="2"[^}]*\} 2/m);
    expect(text).toMatch(/^ml_prediction_errors_total\{.*error_type="TypeError".*\} 1/m);
    expect(text).toMatch(/^ml_prediction_duration_bucket\{.*le="0.0005".*\} 1/m);
  });

  test.each([
    [{ OTEL_SDK_DISABLED: 'true' }],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
    [{ OTEL_TRACES_EXPORTER: 'carrier-pigeon', OTEL_METRICS_EXPORTER: 'none,otlp' }],
  ])('leaves everything alone with %o', async (environment) => {
    warnings();
    const { received } = await sendTo(httpSink(), environment);
    telemetry = startTelemetry();
    expect(model.predict({ distance: 1 }, () => 'late').id).toBe('');
    await telemetry.forceFlush();
    await telemetry.shutdown();
    expect(received).toEqual([]);
  });

  test('is started once, and anew after a shutdown', async () => {
    const { received } = await sendTo(httpSink());
    telemetry = startTelemetry();
    expect(startTelemetry()).toBe(telemetry);
    await Promise.all([telemetry.shutdown(), telemetry.shutdown()]);
    const again = startTelemetry();
    expect(again).not.toBe(telemetry);
    telemetry = again;
    const { id } = model.predict({ distance: 1 }, () => 'late');
    await telemetry.shutdown();
    expect(sentSpans(received).map((span) => span.id)).toEqual([id]);
  });

  test('leaves the SDK that is there alone', async () => {
    const told = warnings();
    const other = inMemorySdk();
    other.tracerProvider.register();
    telemetry = startTelemetry();
    model.predict({ distance: 1 }, () => 'late');
    await telemetry.shutdown();
    expect(other.spans()).toHaveLength(1);
    expect(told).toEqual([expect.stringContaining('another OpenTelemetry SDK')]);
  });

  test('ends without an error where nobody listens', async () => {
    warnings();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${await freePort()}`);
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '200');
    telemetry = startTelemetry();
    model.predict({ distance: 1 }, () => 'late');
    await expect(telemetry.shutdown()).resolves.toBeUndefined();
  });
});

test('a process that ends by itself sends what is waiting', async () => {
  const { received, endpoint } = (sink = await httpSink());
  const source = (path: string): string =>
    JSON.stringify(new URL(`../../src/instrumentation/${path}`, import.meta.url).href);
  const script = `
    import { instrumentModel } from ${source('index.ts')};
    import { startTelemetry } from ${source('node.ts')};
    startTelemetry();
    console.log(instrumentModel({ name: 'm', version: '1' }).predict({ a: 1 }, () => 2).id);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  expect(sentSpans(received).map(({ id }) => id)).toEqual([Buffer.concat(printed).toString().trim()]);
  expect(sentMetrics(received)).toContain('ml.predictions');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
