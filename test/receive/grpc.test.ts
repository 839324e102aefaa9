/** OTLP over gRPC: what is delivered and what is refused, by the real client library and by bare HTTP/2 where that would not send it. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type IncomingHttpHeaders,
} from 'node:http2';
import { status as GrpcCode } from '@grpc/grpc-js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DeliveryError, type Outcome } from '../../src/receive/index.js';
import { decodeExportResponse } from './answer-messages.js';
import { call, connectGrpc, DEFLATE, EXPORT_PATH, GZIP, NO_COMPRESSION } from './grpc-client.js';
import { RawConnection, portOf, start, until } from './receiver-fixture.js';

const BODY = Buffer.from('\x0a\x05hello');

describe('what is delivered', () => {
  test.each(['traces', 'logs', 'metrics'] as const)('%s arrive as they were sent', async (signal) => {
    const { grpcAddress, deliveries, receiver } = await start();
    const answer = await call(connectGrpc(grpcAddress), EXPORT_PATH[signal], BODY);
    expect(answer).toEqual({ code: 0, details: '', body: Buffer.alloc(0) });
    expect(deliveries).toEqual([{ signal, encoding: 'protobuf', body: BODY, transport: 'grpc', principal: undefined }]);
    await until(() => receiver.statistics.grpc.requests[signal].ok === 1);
    expect(receiver.statistics.grpc.bodyBytes[signal]).toBe(BODY.length);
    expect(receiver.statistics.grpc.wireBytes[signal]).toBe(BODY.length + 5);
  });

  test.each([
    ['identity', NO_COMPRESSION],
    ['gzip', GZIP],
    ['deflate', DEFLATE],
  ])('message encoding %s', async (name, options) => {
    const { grpcAddress, deliveries, receiver, inFlightBytes } = await start();
    const body = Buffer.alloc(500_000, 'feature');
    expect((await call(connectGrpc(grpcAddress, options), EXPORT_PATH.traces, body)).code).toBe(0);
    expect(body.equals(deliveries[0].body)).toBe(true);
    const wireBytes = receiver.statistics.grpc.wireBytes.traces;
    if (name === 'identity') expect(wireBytes).toBe(500_005);
    else expect(wireBytes).toBeLessThan(5_000);
    await until(() => inFlightBytes() === 0);
  });

  test("more than the library's own 4 MiB is taken", async () => {
    const { grpcAddress, deliveries } = await start();
    const body = Buffer.alloc(9_000_000, 'x');
    expect((await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, body)).code).toBe(0);
    expect(deliveries[0].body.length).toBe(9_000_000);
  });

  test.each([NO_COMPRESSION, GZIP])('an empty request is a success', async (options) => {
    const { grpcAddress, receiver } = await start();
    const answer = await call(connectGrpc(grpcAddress, options), EXPORT_PATH.logs, Buffer.alloc(0));
    expect(answer.code).toBe(0);
    await until(() => receiver.statistics.grpc.requests.logs.ok === 1);
  });

  test('many calls share one connection', async () => {
    const { grpcAddress, receiver, inFlightBytes } = await start();
    const client = connectGrpc(grpcAddress);
    const answers = await Promise.all(Array.from({ length: 200 }, () => call(client, EXPORT_PATH.traces, BODY)));
    expect(answers.every(({ code }) => code === 0)).toBe(true);
    await until(() => receiver.statistics.grpc.requests.traces.ok === 200 && inFlightBytes() === 0);
  });
});

describe('what the handler says', () => {
  test('partial success and warnings', async () => {
    const outcomes: Outcome[] = [
      { rejected: 7, message: 'no model name' },
      { rejected: 0, message: 'old names' },
    ];
    const { grpcAddress, receiver } = await start({ handler: () => outcomes.shift() ?? { rejected: 0 } });
    const client = connectGrpc(grpcAddress);
    const partial = await call(client, EXPORT_PATH.traces, BODY);
    expect(decodeExportResponse(partial.body ?? BODY)).toEqual({ rejected: 7, errorMessage: 'no model name' });
    const warning = await call(client, EXPORT_PATH.traces, BODY);
    expect(decodeExportResponse(warning.body ?? BODY)).toEqual({ rejected: 0, errorMessage: 'old names' });
    expect((await call(client, EXPORT_PATH.traces, BODY)).body?.length).toBe(0);
    await until(() => receiver.statistics.grpc.requests.traces.ok === 1);
    expect(receiver.statistics.grpc.requests.traces.partial).toBe(2);
  });

  test.each([
    [new DeliveryError('bad_data', 'no'), GrpcCode.INVALID_ARGUMENT, undefined, 'bad_data'],
    [new DeliveryError('forbidden', 'no'), GrpcCode.PERMISSION_DENIED, undefined, 'forbidden'],
    [new DeliveryError('overloaded', 'no', 5), GrpcCode.UNAVAILABLE, 5, 'overloaded'],
    [new Error('secret detail'), GrpcCode.UNAVAILABLE, 1, 'failed'],
  ] as const)('%s', async (thrown, code, retrySeconds, outcome) => {
    for (const handler of [throwing(thrown), async () => throwing(thrown)()]) {
      const { grpcAddress, receiver, rejections, inFlightBytes } = await start({ handler });
      const answer = await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY);
      expect(answer.code).toBe(code);
      expect(answer.details).not.toContain('secret');
      expect(answer.status?.retrySeconds).toBe(retrySeconds);
      if (answer.status !== undefined) expect(answer.status).toMatchObject({ code, message: answer.details });
      await until(() => receiver.statistics.grpc.requests.traces[outcome] === 1 && inFlightBytes() === 0);
      expect(rejections[0]).toMatchObject({ refusal: { kind: outcome }, cause: thrown });
    }
  });

  test('a message that no header can carry as it is', async () => {
    const text = `half a pair \ud83d, a line\nbreak and ${'much '.repeat(10_000)}`;
    const { grpcAddress } = await start({ handler: throwing(new DeliveryError('bad_data', text)) });
    const answer = await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY);
    expect(answer.code).toBe(GrpcCode.INVALID_ARGUMENT);
    expect(answer.details.length).toBeLessThan(2000);
    expect(answer.details).toContain('half a pair \ufffd, a line\nbreak');
  });
});

describe('what is refused', () => {
  test.each([
    ['as it is', NO_COMPRESSION],
    ['as gzip', GZIP],
    ['as deflate', DEFLATE],
  ])('a message over the limit %s: for good', async (_name, options) => {
    const { grpcAddress, receiver, deliveries, inFlightBytes } = await start({ maxMessageBytes: 100_000 });
    const answer = await call(connectGrpc(grpcAddress, options), EXPORT_PATH.traces, Buffer.alloc(100_001));
    expect(answer.code).toBe(GrpcCode.RESOURCE_EXHAUSTED);
    expect(answer.status).toBeUndefined();
    await until(() => receiver.statistics.grpc.requests.traces.too_large === 1 && inFlightBytes() === 0);
    expect(deliveries).toEqual([]);
  });

  test('a bomb is refused within the memory that the limit allows', async () => {
    const { grpcAddress } = await start({ maxMessageBytes: 1_000_000 });
    const client = connectGrpc(grpcAddress, GZIP);
    const bomb = Buffer.alloc(100_000_000);
    expect((await call(client, EXPORT_PATH.traces, bomb)).code).toBe(GrpcCode.RESOURCE_EXHAUSTED);
    const before = process.memoryUsage().arrayBuffers;
    expect((await call(client, EXPORT_PATH.traces, bomb)).code).toBe(GrpcCode.RESOURCE_EXHAUSTED);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  test.each([
    ['/opentelemetry.proto.collector.trace.v1.TraceService/Import', GrpcCode.UNIMPLEMENTED],
    ['/none/None', GrpcCode.UNIMPLEMENTED],
  ])('%s', async (path, code) => {
    const { grpcAddress } = await start();
    expect((await call(connectGrpc(grpcAddress), path, BODY)).code).toBe(code);
  });

  test.each([
    ['a damaged gzip', 'gzip', frame(1, Buffer.from('not gzip')), GrpcCode.INVALID_ARGUMENT, 'bad_data'],
    ['an unknown encoding', 'snappy', frame(1, BODY), GrpcCode.UNIMPLEMENTED, 'unsupported'],
    [
      'two messages in one call',
      'identity',
      Buffer.concat([frame(0, BODY), frame(0, BODY)]),
      GrpcCode.UNIMPLEMENTED,
      'malformed',
    ],
  ] as const)('%s', async (_name, encoding, bytes, code, outcome) => {
    const { grpcAddress, receiver, deliveries, inFlightBytes } = await start();
    const stream = openCall(openSession(grpcAddress), encoding);
    stream.end(bytes);
    expect(await grpcStatusOf(stream)).toBe(String(code));
    await until(() => receiver.statistics.grpc.requests.traces[outcome] === 1 && inFlightBytes() === 0);
    expect(deliveries).toEqual([]);
  });

  test('bytes in flight over the bound: retryably, while the first is still coming in', async () => {
    const { grpcAddress, deliveries, inFlightBytes, receiver } = await start({ maxInFlightBytes: 100_000 });
    const whole = frame(0, Buffer.alloc(60_000));
    const slow = openCall(openSession(grpcAddress));
    slow.write(whole.subarray(0, 50_000));
    await until(() => inFlightBytes() === 50_000);
    const answer = await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, Buffer.alloc(60_000));
    expect(answer.code).toBe(GrpcCode.UNAVAILABLE);
    expect(answer.status?.retrySeconds).toBe(1);
    await until(() => inFlightBytes() === 50_000);
    slow.end(whole.subarray(50_000));
    expect(await grpcStatusOf(slow)).toBe('0');
    expect(deliveries.length).toBe(1);
    expect(receiver.statistics.grpc.requests.traces.overloaded).toBe(1);
  });

  test('decompressed bytes over the bound: retryably', async () => {
    const { grpcAddress, inFlightBytes } = await start({ maxInFlightBytes: 100_000 });
    const client = connectGrpc(grpcAddress, GZIP);
    const answer = await call(client, EXPORT_PATH.traces, Buffer.alloc(100_001));
    expect(answer.code).toBe(GrpcCode.UNAVAILABLE);
    expect(answer.status?.retrySeconds).toBe(1);
    expect((await call(client, EXPORT_PATH.traces, Buffer.alloc(90_000))).code).toBe(0);
    await until(() => inFlightBytes() === 0);
  });

  test('requests in flight are bounded too', async () => {
    const settles: (() => void)[] = [];
    const handler = (): Promise<Outcome> => new Promise((resolve) => settles.push(() => resolve({ rejected: 0 })));
    const { grpcAddress } = await start({ handler, maxConcurrentRequests: 1 });
    const client = connectGrpc(grpcAddress);
    const first = call(client, EXPORT_PATH.traces, BODY);
    await until(() => settles.length === 1);
    const second = await call(client, EXPORT_PATH.traces, BODY);
    expect(second).toMatchObject({ code: GrpcCode.UNAVAILABLE, status: { retrySeconds: 1 } });
    settles[0]();
    expect((await first).code).toBe(0);
  });
});

describe('clients that misbehave', () => {
  test('one that goes away in the middle leaves nothing behind', async () => {
    const { grpcAddress, inFlightBytes, receiver } = await start();
    const session = openSession(grpcAddress);
    openCall(session).write(frame(0, BODY).subarray(0, 7));
    await until(() => inFlightBytes() === 7);
    session.destroy();
    await until(() => inFlightBytes() === 0);
    expect(receiver.statistics.grpc.requests.traces.aborted).toBe(1);
  });

  test('one that gives up while its call is handled still holds its bytes', async () => {
    let settle: (outcome: Outcome) => void = () => undefined;
    const handler = (): Promise<Outcome> => new Promise((resolve) => (settle = resolve));
    const { grpcAddress, inFlightBytes, receiver } = await start({ handler });
    const answer = await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY, {}, 50);
    expect(answer.code).toBe(GrpcCode.DEADLINE_EXCEEDED);
    await until(
      () => receiver.statistics.grpc.requests.traces.timeout + receiver.statistics.grpc.requests.traces.aborted === 1,
    );
    expect(inFlightBytes()).toBe(BODY.length + 5);
    settle({ rejected: 0 });
    await until(() => inFlightBytes() === 0);
  });

  test('one that sends too slowly is refused retryably', async () => {
    const { grpcAddress, receiver, inFlightBytes } = await start({ requestTimeoutMs: 50 });
    const stream = openCall(openSession(grpcAddress));
    stream.write(frame(0, BODY).subarray(0, 7));
    expect(await grpcStatusOf(stream)).toBe(String(GrpcCode.DEADLINE_EXCEEDED));
    await until(() => receiver.statistics.grpc.requests.traces.timeout === 1 && inFlightBytes() === 0);
  });

  test('one that sends on after its refusal is cut off', async () => {
    const { grpcAddress } = await start({ maxMessageBytes: 100_000 });
    const stream = openCall(openSession(grpcAddress));
    let closed = false;
    stream.on('error', () => undefined);
    stream.on('close', () => (closed = true));
    stream.write(frame(0, Buffer.alloc(100_001)));
    for (let sent = 0; !closed; sent += 1) {
      if (sent > 5_000) throw new Error('never cut off');
      if (!stream.destroyed) stream.write(Buffer.alloc(10_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('nonsense on the port is closed, and the next client is served', async () => {
    const { grpcAddress } = await start();
    const connection = new RawConnection(portOf(grpcAddress));
    connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
    await until(() => connection.closed);
    expect((await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY)).code).toBe(0);
  });

  test('a header that is no deadline is an error of that call alone', async () => {
    const { grpcAddress, inFlightBytes } = await start();
    const session = openSession(grpcAddress);
    const stream = session.request({ ...HEADERS, 'grpc-timeout': 'soon' });
    stream.end(frame(0, BODY));
    expect(await grpcStatusOf(stream)).toBe(String(GrpcCode.INTERNAL));
    const next = openCall(session);
    next.end(frame(0, BODY));
    expect(await grpcStatusOf(next)).toBe('0');
    await until(() => inFlightBytes() === 0);
  });

  test('one more connection than allowed is closed at once and counted', async () => {
    const { grpcAddress, receiver } = await start({ maxConnections: 1 });
    const first = openSession(grpcAddress);
    await once(first, 'connect');
    const second = new RawConnection(portOf(grpcAddress));
    await until(() => second.closed);
    expect(receiver.statistics.grpc.droppedConnections).toBe(1);
  });
});

const HEADERS = {
  ':method': 'POST',
  ':path': EXPORT_PATH.traces,
  'content-type': 'application/grpc',
  te: 'trailers',
};

function openSession(address: string): ClientHttp2Session {
  const session = connectHttp2(`http://${address}`);
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  return session;
}

function openCall(session: ClientHttp2Session, encoding = 'identity'): ClientHttp2Stream {
  const stream = session.request({ ...HEADERS, 'grpc-encoding': encoding });
  stream.on('error', () => undefined);
  return stream;
}

/** In the headers of an answer without body, else in its trailers. */
function grpcStatusOf(stream: ClientHttp2Stream): Promise<string> {
  stream.resume();
  return new Promise((resolve) => {
    stream.on('response', (headers) => {
      if (headers['grpc-status'] !== undefined) resolve(String(headers['grpc-status']));
    });
    stream.on('trailers', (trailers: IncomingHttpHeaders) => resolve(String(trailers['grpc-status'])));
  });
}

function frame(flags: number, message: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(flags);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

function throwing(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}
