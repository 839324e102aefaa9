/** Fairness between senders, and the memory limit, over real sockets: what is refused is refused so that it comes back. */
import { status as GrpcCode } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { type Outcome } from '../../src/receive/index.js';
import { decodeStatus } from './answer-messages.js';
import { call, connectGrpc, EXPORT_PATH } from './grpc-client.js';
import { type Answer, post, PROTOBUF, start, until } from './receiver-fixture.js';

const BYTES = 10_000;
const MAX_BYTES = 100_000;

/** Every request waits for its answer until the test lets all of them go. */
async function withSenders(): Promise<{
  readonly send: (sender: string) => Promise<Answer>;
  readonly held: () => number;
  readonly answer: () => void;
}> {
  const settles: (() => void)[] = [];
  const { httpPort, inFlightBytes } = await start({
    handler: () => new Promise<Outcome>((resolve) => settles.push(() => resolve({ rejected: 0 }))),
    maxInFlightBytes: MAX_BYTES,
    bearerTokens: new Map(['greedy', 'modest', 'third'].map((name) => [name, { name }])),
  });
  return {
    send: (sender) =>
      post(httpPort, '/v1/traces', { ...PROTOBUF, Authorization: `Bearer ${sender}` }, Buffer.alloc(BYTES)),
    held: inFlightBytes,
    answer: () => settles.forEach((settle) => settle()),
  };
}

test('one sender alone gets four fifths, and the next ones find room all the same', async () => {
  const { send, held, answer } = await withSenders();
  const greedy: Promise<Answer>[] = [];
  for (let taken = 1; taken <= 8; taken++) {
    greedy.push(send('greedy'));
    await until(() => held() === taken * BYTES);
  }
  const refused = await send('greedy');
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  expect(decodeStatus(refused.body)).toMatchObject({ code: 14, retrySeconds: 1 });

  const others = [send('modest')];
  await until(() => held() === 9 * BYTES);
  others.push(send('third'));
  await until(() => held() === 10 * BYTES);
  answer();
  for (const { status } of await Promise.all([...greedy, ...others])) expect(status).toBe(200);
});

test('a message of the whole bound is let in from a sender that holds nothing', async () => {
  const { httpPort } = await start({ maxInFlightBytes: MAX_BYTES });
  expect((await post(httpPort, '/v1/traces', PROTOBUF, Buffer.alloc(MAX_BYTES))).status).toBe(200);
});

test('above the memory limit everything is refused retryably, on both transports, and counted', async () => {
  const { httpPort, grpcAddress, receiver, deliveries } = await start({ maxMemoryBytes: 1 });
  const refused = await post(httpPort, '/v1/traces', PROTOBUF, Buffer.alloc(10));
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  const answer = await call(connectGrpc(grpcAddress), EXPORT_PATH.logs, Buffer.alloc(10));
  expect(answer).toMatchObject({ code: GrpcCode.UNAVAILABLE, status: { retrySeconds: 1 } });
  expect(deliveries).toEqual([]);
  const memory = receiver.limits.find(({ name }) => name === 'memory_bytes');
  expect(memory).toMatchObject({ max: 1, overflow: 2 });
  expect(memory?.used).toBeGreaterThan(1_000_000);
});

test('by default the limit is what this machine has room for', async () => {
  const { receiver } = await start();
  const memory = receiver.limits.find(({ name }) => name === 'memory_bytes');
  expect(memory?.max).toBeGreaterThan(memory?.used ?? Infinity);
});
