/** What is owed over gRPC, of the whole collector over real sockets. */
import { status as GrpcCode } from '@grpc/grpc-js';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { expect, onTestFinished, test } from 'vitest';
import { encodeTraces } from '../oracle/otlp-oracle.js';
import { call, connectGrpc, EXPORT_PATH, GZIP } from '../receive/grpc-client.js';
import { prediction, requestOf, startConforming } from './collector-fixture.js';

const body = (...numbers: number[]): Buffer =>
  Buffer.from(encodeTraces(requestOf(numbers.map((number) => prediction(number)))));

test('a message over the limit is RESOURCE_EXHAUSTED for good: no RetryInfo, compressed or not', async () => {
  const { collector, accounted } = await startConforming(', maxMessageBytes: 1000');
  const large = Buffer.concat([body(1), Buffer.alloc(10_000)]);
  for (const options of [{}, GZIP]) {
    const answer = await call(connectGrpc(collector.grpcAddress ?? '', options), EXPORT_PATH.traces, large);
    expect(answer.code).toBe(GrpcCode.RESOURCE_EXHAUSTED);
    expect(answer.status?.retrySeconds).toBeUndefined();
  }
  expect(await accounted('traces')).toMatchObject({ observed: 0 });
});

test('what cannot be decoded is INVALID_ARGUMENT, with no RetryInfo, and the next call is served', async () => {
  const { collector, accounted } = await startConforming();
  const client = connectGrpc(collector.grpcAddress ?? '');
  const answer = await call(client, EXPORT_PATH.traces, body(1, 2).subarray(0, -3));
  expect(answer.code).toBe(GrpcCode.INVALID_ARGUMENT);
  expect(answer.status?.retrySeconds).toBeUndefined();
  expect((await call(client, EXPORT_PATH.traces, body(3))).code).toBe(GrpcCode.OK);
  expect(await accounted('traces')).toMatchObject({ observed: 1 });
});

test('a client that pings too often is sent away with ENHANCE_YOUR_CALM and too_many_pings', async () => {
  const { collector } = await startConforming();
  const session = connect(`http://${collector.grpcAddress}`);
  onTestFinished(() => void session.destroy());
  session.on('error', () => undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': EXPORT_PATH.traces,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.resume();
  stream.end(Buffer.alloc(5));
  await once(stream, 'end');
  const sentAway = once(session, 'goaway');
  const pings = setInterval(() => {
    if (!session.destroyed && !session.closed) session.ping(() => undefined);
  }, 1);
  onTestFinished(() => clearInterval(pings));
  const [code, , data] = (await sentAway) as [number, number, Buffer];
  expect(code).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  expect(data.toString()).toBe('too_many_pings');
});

test('a client that pings now and then, between calls, stays', async () => {
  const { collector } = await startConforming();
  const client = connectGrpc(collector.grpcAddress ?? '', {
    'grpc.keepalive_time_ms': 20,
    'grpc.keepalive_permit_without_calls': 1,
  });
  for (let number = 1; number <= 10; number++) {
    expect((await call(client, EXPORT_PATH.traces, body(number))).code).toBe(GrpcCode.OK);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
