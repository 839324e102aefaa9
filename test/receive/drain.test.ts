/** What a shutdown does to requests in flight, to new ones and to idle connections, over real sockets. */
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { status as GrpcCode } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/receive/index.js';
import { call, connectGrpc, EXPORT_PATH } from './grpc-client.js';
import { post, PROTOBUF, RawConnection, responseOf, send, start, until } from './receiver-fixture.js';

const BODY = Buffer.from('\x0a\x05hello');
const GRACE_MS = 60_000;

function heldHandler() {
  const settles: (() => void)[] = [];
  const handler = (): Promise<Outcome> => new Promise((resolve) => settles.push(() => resolve({ rejected: 0 })));
  return { settles, handler };
}

describe('HTTP', () => {
  test('a request in flight finishes, its connection closes, and a new one is refused', async () => {
    const { settles, handler } = heldHandler();
    const { httpPort, receiver } = await start({ handler });
    const agent = new Agent({ keepAlive: true });
    const inFlight = send({ port: httpPort, path: '/v1/traces', method: 'POST', headers: PROTOBUF, agent }, BODY);
    await until(() => settles.length === 1);
    const drained = receiver.drain(GRACE_MS);
    await expect(post(httpPort, '/v1/traces', PROTOBUF, BODY)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    settles[0]();
    const answer = await inFlight;
    expect(answer.status).toBe(200);
    expect(answer.headers.connection).toBe('close');
    await drained;
    agent.destroy();
  });

  test('a body that is still coming in finishes too', async () => {
    const { httpPort, receiver, inFlightBytes, deliveries } = await start();
    const slow = httpRequest({
      host: '127.0.0.1',
      port: httpPort,
      path: '/v1/traces',
      method: 'POST',
      headers: PROTOBUF,
    });
    slow.write('ab');
    await until(() => inFlightBytes() === 2);
    const drained = receiver.drain(GRACE_MS);
    const response = responseOf(slow);
    slow.end('cd');
    expect((await response).statusCode).toBe(200);
    expect(deliveries[0].body.toString()).toBe('abcd');
    await drained;
  });

  test('a second request on a connection that is busy is told to come back', async () => {
    const { settles, handler } = heldHandler();
    const { httpPort, receiver, inFlightBytes } = await start({ handler });
    const connection = new RawConnection(httpPort);
    const request =
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
    connection.write(request);
    await until(() => settles.length === 1);
    const drained = receiver.drain(GRACE_MS);
    connection.write(request);
    await until(() => inFlightBytes() > 2);
    settles[0]();
    await drained;
    await until(() => connection.closed);
    expect(connection.received).toMatch(/^HTTP\/1.1 200 [^]*HTTP\/1.1 503 [^]*Connection: close/);
    expect(receiver.statistics.http.requests.traces).toMatchObject({ ok: 1, draining: 1 });
  });

  test('connections that do nothing are closed at once, whether they have sent before or not', async () => {
    const { httpPort, receiver } = await start();
    const agent = new Agent({ keepAlive: true });
    await send({ port: httpPort, path: '/v1/traces', method: 'POST', headers: PROTOBUF, agent }, BODY);
    const silent = new RawConnection(httpPort);
    await once(silent.socket, 'connect');
    const halfWay = new RawConnection(httpPort);
    halfWay.write('POST /v1/tra');
    await once(halfWay.socket, 'connect');
    await post(httpPort, '/v1/traces', PROTOBUF, BODY);
    await receiver.drain(GRACE_MS);
    await until(() => silent.closed && halfWay.closed);
    agent.destroy();
  });

  test('what does not finish within the grace is cut off', async () => {
    const { handler, settles } = heldHandler();
    const { httpPort, receiver } = await start({ handler });
    const inFlight = expect(post(httpPort, '/v1/traces', PROTOBUF, BODY)).rejects.toThrow();
    await until(() => settles.length === 1);
    await receiver.drain(20);
    await inFlight;
    settles[0]();
  });
});

describe('gRPC', () => {
  test('a call in flight finishes, its connection closes, and a new one is refused', async () => {
    const { settles, handler } = heldHandler();
    const { grpcAddress, receiver } = await start({ handler });
    const client = connectGrpc(grpcAddress);
    const inFlight = call(client, EXPORT_PATH.traces, BODY);
    await until(() => settles.length === 1);
    const drained = receiver.drain(GRACE_MS);
    const late = await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY);
    expect(late.code).toBe(GrpcCode.UNAVAILABLE);
    settles[0]();
    expect((await inFlight).code).toBe(0);
    await drained;
    expect(receiver.statistics.grpc.requests.traces.ok).toBe(1);
  });

  test('an idle client and a health watcher do not hold it up', async () => {
    const { grpcAddress, receiver } = await start();
    const client = connectGrpc(grpcAddress);
    await call(client, EXPORT_PATH.traces, BODY);
    const identity = (bytes: Buffer): Buffer => bytes;
    const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', identity, identity, Buffer.alloc(0));
    const states: string[] = [];
    watch.on('data', (state: Buffer) => states.push(state.toString('hex')));
    watch.on('error', () => undefined);
    await until(() => states.length === 1);
    await receiver.drain(GRACE_MS);
    await until(() => states.length === 2);
    expect(states).toEqual(['0801', '0802']);
  });

  test('what does not finish within the grace is cut off', async () => {
    const { handler, settles } = heldHandler();
    const { grpcAddress, receiver } = await start({ handler });
    const inFlight = call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY);
    await until(() => settles.length === 1);
    await receiver.drain(20);
    expect((await inFlight).code).not.toBe(0);
    settles[0]();
  });
});

test('drain may be called again, and waits for the same end', async () => {
  const { receiver } = await start();
  await Promise.all([receiver.drain(GRACE_MS), receiver.drain(0), receiver.drain(GRACE_MS)]);
});
