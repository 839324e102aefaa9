/** What becomes of what is delivered, of the whole collector over real sockets: partial success, redelivery, keep-alive. */
import { Agent } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bytesField, messageField } from '../../src/receive/protobuf-writer.js';
import { dataPoint, DELTA, explicit, metricOf } from '../interpret/metric-requests.js';
import { attributesOf } from '../observe/pipeline.js';
import { encodeLogs, encodeMessage, encodeMetrics, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';
import { decodeExportResponse } from '../receive/answer-messages.js';
import { call, connectGrpc, EXPORT_PATH } from '../receive/grpc-client.js';
import { type Answer, portOf, PROTOBUF, send } from '../receive/receiver-fixture.js';
import { type Conforming, prediction, requestOf, startConforming } from './collector-fixture.js';

/** The same body over either transport; gives the answer's body where it is a success. */
const TRANSPORTS = [
  [
    'HTTP',
    async ({ post }: Conforming, signal: 'traces' | 'logs' | 'metrics', body: Buffer): Promise<Buffer> => {
      const answer = await post(`/v1/${signal}`, PROTOBUF, body);
      expect(answer.status).toBe(200);
      return answer.body;
    },
  ],
  [
    'gRPC',
    async ({ collector }: Conforming, signal: 'traces' | 'logs' | 'metrics', body: Buffer): Promise<Buffer> => {
      const answer = await call(connectGrpc(collector.grpcAddress ?? ''), EXPORT_PATH[signal], body);
      expect(answer.code).toBe(0);
      return answer.body ?? Buffer.alloc(0);
    },
  ],
] as const;

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

function logs(...records: readonly Readonly<Record<string, unknown>>[]): Buffer {
  const logRecords = records.map((attributes) => ({
    eventName: 'ml.ground_truth',
    timeUnixNano: now(),
    attributes: attributesOf({ 'ml.model.name': 'm', ...attributes }),
  }));
  return Buffer.from(encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
}

function metrics(...points: readonly OtlpObject[]): Buffer {
  const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: [metricOf([...points], DELTA)] }] }] };
  return Buffer.from(encodeMetrics(request));
}

const pointAt = (timeMs: number, attributes?: Readonly<Record<string, unknown>>): OtlpObject =>
  dataPoint({ timeMs, startMs: timeMs - 1000, attributes, histogram: explicit([0.5, 1.5], [0, 1, 2]) });

test.each(TRANSPORTS)('%s: a log record that is not valid is rejected by number and reason', async (_name, deliver) => {
  const conforming = await startConforming();
  const good = { 'ml.prediction.id': 'a', 'ml.ground_truth.value': true };
  const body = logs(good, { 'ml.prediction.id': 'b' }, { 'ml.ground_truth.value': true });
  const told = decodeExportResponse(await deliver(conforming, 'logs', body));
  expect(told?.rejected).toBe(2);
  expect(told?.errorMessage).toContain('no_ground_truth_value');
  expect(await conforming.accounted('logs')).toMatchObject({ received: 3, rejected: 2 });
});

test.each(TRANSPORTS)('%s: a data point that is not valid is rejected by number and reason', async (_name, deliver) => {
  const conforming = await startConforming();
  const body = metrics(pointAt(Date.now()), pointAt(Date.now(), { 'ml.model.name': 'm', 'ml.model.version': '1' }));
  const told = decodeExportResponse(await deliver(conforming, 'metrics', body));
  expect(told?.rejected).toBe(1);
  expect(told?.errorMessage).toContain('no_feature_name');
  expect(await conforming.accounted('metrics')).toEqual({ received: 2, observed: 1, rejected: 1, ignored: 0 });
});

test.each(TRANSPORTS)('%s: the same prediction id in another span counts once', async (_name, deliver) => {
  const conforming = await startConforming();
  for (const number of [1, 2]) {
    const span = prediction(number, { 'ml.prediction.id': 'one' });
    const answer = await deliver(conforming, 'traces', Buffer.from(encodeTraces(requestOf([span]))));
    expect(decodeExportResponse(answer)).toBeUndefined();
  }
  expect(await conforming.accounted('traces')).toEqual({ received: 2, observed: 1, rejected: 0, ignored: 1 });
});

test.each(TRANSPORTS)('%s: the same data point and the same ground truth twice count once', async (_name, deliver) => {
  const conforming = await startConforming();
  const span = Buffer.from(encodeTraces(requestOf([prediction(1, { 'ml.prediction.id': 'one' })])));
  await deliver(conforming, 'traces', span);
  const point = metrics(pointAt(Date.now()));
  const truth = logs({ 'ml.prediction.id': 'one', 'ml.ground_truth.value': true });
  for (let delivery = 0; delivery < 2; delivery++) {
    await deliver(conforming, 'metrics', point);
    await deliver(conforming, 'logs', truth);
  }
  expect(await conforming.accounted('metrics')).toMatchObject({ received: 2, observed: 1, ignored: 1 });
  const page = await conforming.collector.metricsText();
  expect(page).toMatch(/plumbline_items_received_total\{[^}]*signal="logs"[^}]*\} 2\n/);
  const outcomes = [...page.matchAll(/^ml_ground_truth_received_total\{[^}]*outcome="(\w+)"[^}]*\} (\d+)$/gm)];
  expect(Object.fromEntries(outcomes.map(([, outcome, count]) => [outcome, Number(count)]))).toMatchObject({
    joined: 1,
  });
});

/** A whole message is never refused for one model in it: what the sender may send is taken, the rest is rejected for good. */
test.each(TRANSPORTS)('%s: a token sends for its models only', async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'token'), 'secret');
  const token = `{ name: team, file: ${join(folder, 'token')}, models: [m] }`;
  const { collector, accounted, post } = await startConforming(`, bearerTokens: [${token}]`);
  const spans = [prediction(1), prediction(2, { 'ml.model.name': 'other' })];
  const body = Buffer.from(encodeTraces(requestOf(spans)));
  const authorization = 'Bearer secret';
  let answer: Buffer;
  if (name === 'HTTP') {
    expect((await post('/v1/traces', PROTOBUF, body)).status).toBe(401);
    answer = (await post('/v1/traces', { ...PROTOBUF, authorization }, body)).body;
  } else {
    const client = connectGrpc(collector.grpcAddress ?? '');
    expect((await call(client, EXPORT_PATH.traces, body)).code).toBe(16);
    answer = (await call(client, EXPORT_PATH.traces, body, { authorization })).body ?? Buffer.alloc(0);
  }
  const told = decodeExportResponse(answer);
  expect(told?.rejected).toBe(1);
  expect(told?.errorMessage).toContain('forbidden_model');
  expect(await accounted('traces')).toEqual({ received: 2, observed: 1, rejected: 1, ignored: 0 });
});

test('requests of every kind, refused ones between, share one connection', async () => {
  const { collector, accounted } = await startConforming();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const port = portOf(collector.httpAddress);
  const request = (path: string, body: Buffer): Promise<Answer> =>
    send({ port, path, method: 'POST', headers: PROTOBUF, agent }, body);
  const span = (number: number): Buffer => Buffer.from(encodeTraces(requestOf([prediction(number)])));
  const statuses: number[] = [];
  for (const [path, body] of [
    ['/v1/traces', span(1)],
    ['/v1/traces', span(2).subarray(0, -3)],
    ['/v1/logs', logs({ 'ml.prediction.id': 'a', 'ml.ground_truth.value': true })],
    ['/v1/none', span(3)],
    ['/v1/metrics', metrics(pointAt(Date.now()))],
    ['/v1/traces', span(4)],
  ] as const) {
    const answer = await request(path, body);
    statuses.push(answer.status);
    expect(answer.headers.connection).toBe('keep-alive');
  }
  expect(statuses).toEqual([200, 400, 200, 404, 200, 200]);
  expect(Object.values(agent.freeSockets).flat().length).toBe(1);
  expect((await accounted('traces')).observed).toBe(2);
});

test.each(TRANSPORTS)('%s: nesting within the limit is taken, beyond it refused as bad data', async (name) => {
  const { collector, accounted, post } = await startConforming();
  // By hand: the oracle does not write so deep.
  const nested = (depth: number): Buffer => {
    let value = bytesField(1, 'deep');
    for (let level = 0; level < depth; level++) value = messageField(5, messageField(1, value));
    const attribute = messageField(9, Buffer.concat([bytesField(1, 'other'), messageField(2, value)]));
    const span = messageField(2, Buffer.concat([encodeMessage('Span', prediction(depth)), attribute]));
    return messageField(1, messageField(2, span));
  };
  const statusOf = async (body: Buffer): Promise<number> =>
    name === 'HTTP'
      ? (await post('/v1/traces', PROTOBUF, body)).status
      : (await call(connectGrpc(collector.grpcAddress ?? ''), EXPORT_PATH.traces, body)).code;
  expect(await statusOf(nested(20))).toBe(name === 'HTTP' ? 200 : 0);
  expect(await statusOf(nested(200))).toBe(name === 'HTTP' ? 400 : 3);
  expect((await accounted('traces')).observed).toBe(1);
});
