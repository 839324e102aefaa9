/** What bounds the HTTP side: bombs, bytes in flight, clients that misbehave. Memory and counters must come back to nothing. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Delivery, Outcome } from '../../src/receive/index.js';
import { decodeStatus, parseStatus } from './answer-messages.js';
import { post, PROTOBUF, RawConnection, responseOf, send, start, until } from './receiver-fixture.js';

const BODY = Buffer.from('\x0a\x05hello');
const GZIP = { ...PROTOBUF, 'Content-Encoding': 'gzip' };

describe('decompression bombs', () => {
  test('a gzip of 1:1000 is refused within the memory that the limit allows', async () => {
    const { httpPort, deliveries, receiver } = await start({ maxMessageBytes: 1_000_000 });
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(httpPort, '/v1/traces', GZIP, bomb)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(413));
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
    expect(deliveries).toEqual([]);
    expect(receiver.statistics.http.requests.traces.too_large).toBe(20);
  });

  test('a gzip that lies about its size is refused', async () => {
    const { httpPort } = await start({ maxMessageBytes: 1_000_000 });
    for (const claimed of [0, 10, 0xffffffff]) {
      const bomb = gzipSync(Buffer.alloc(5_000_000));
      bomb.writeUInt32LE(claimed, bomb.length - 4);
      expect((await post(httpPort, '/v1/traces', GZIP, bomb)).status).toBe(413);
      const small = gzipSync(BODY);
      small.writeUInt32LE(claimed, small.length - 4);
      expect((await post(httpPort, '/v1/traces', GZIP, small)).status).toBe(400);
    }
  });

  test('a bomb in a bomb is bytes like any other: only one encoding is undone', async () => {
    const { httpPort, deliveries } = await start({ maxMessageBytes: 1_000_000 });
    const inner = gzipSync(Buffer.alloc(100_000_000));
    const answer = await post(httpPort, '/v1/traces', GZIP, gzipSync(inner));
    expect(answer.status).toBe(200);
    expect(inner.equals(deliveries[0].body)).toBe(true);
  });
});

describe('bytes in flight', () => {
  test('what is over the bound is refused retryably while the first is still coming in', async () => {
    const { httpPort, inFlightBytes, receiver, deliveries } = await start({ maxInFlightBytes: 100_000 });
    const slow = httpRequest({
      host: '127.0.0.1',
      port: httpPort,
      path: '/v1/traces',
      method: 'POST',
      headers: PROTOBUF,
    });
    slow.write(Buffer.alloc(70_000));
    await until(() => inFlightBytes() === 70_000);
    const refused = await post(httpPort, '/v1/traces', PROTOBUF, Buffer.alloc(40_000));
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(decodeStatus(refused.body)).toMatchObject({ code: 14, retrySeconds: 1 });
    expect(inFlightBytes()).toBe(70_000);
    const response = responseOf(slow);
    slow.end();
    expect((await response).statusCode).toBe(200);
    expect(deliveries.length).toBe(1);
    expect(receiver.statistics.http.requests.traces).toMatchObject({ ok: 1, overloaded: 1 });
    expect(receiver.limits[0].overflow).toBeGreaterThan(0);
  });

  test('a length that is promised and not sent holds nothing', async () => {
    const { httpPort, inFlightBytes } = await start({ maxInFlightBytes: 100_000 });
    const connection = new RawConnection(httpPort);
    connection.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 99999\r\n\r\nab',
    );
    await until(() => inFlightBytes() === 2);
    expect((await post(httpPort, '/v1/traces', PROTOBUF, Buffer.alloc(79_000))).status).toBe(200);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('%s counts once more when it is decompressed', async (encoding, compress) => {
    const { httpPort, receiver } = await start({ maxInFlightBytes: 100_000 });
    const headers = { ...PROTOBUF, 'Content-Encoding': encoding };
    const refused = await post(httpPort, '/v1/traces', headers, compress(Buffer.alloc(100_001)));
    expect(refused.status).toBe(503);
    const taken = await post(httpPort, '/v1/traces', headers, compress(Buffer.alloc(99_000)));
    expect(taken.status).toBe(200);
    expect(receiver.limits[0].used).toBe(0);
  });

  test('a handler that has not settled holds its decompressed bytes', async () => {
    let settle: (outcome: Outcome) => void = () => undefined;
    const handler = (): Promise<Outcome> => new Promise((resolve) => (settle = resolve));
    const { httpPort, inFlightBytes } = await start({ handler });
    const answer = post(httpPort, '/v1/traces', GZIP, gzipSync(Buffer.alloc(50_000)));
    await until(() => inFlightBytes() === 50_000);
    settle({ rejected: 0 });
    expect((await answer).status).toBe(200);
    expect(inFlightBytes()).toBe(0);
  });

  test('a body that a handler still works on stays as it is while others come', async () => {
    const held: { readonly body: Uint8Array; readonly settle: () => void }[] = [];
    const handler = ({ body, signal }: Delivery): Outcome | Promise<Outcome> => {
      if (signal === 'logs') return { rejected: 0 };
      return new Promise((resolve) => held.push({ body, settle: () => resolve({ rejected: 0 }) }));
    };
    const { httpPort } = await start({ handler });
    const answers = ['a', 'b', 'c'].map((fill) => post(httpPort, '/v1/traces', PROTOBUF, Buffer.alloc(400_000, fill)));
    await until(() => held.length === 3);
    for (let other = 0; other < 5; other += 1) await post(httpPort, '/v1/logs', PROTOBUF, Buffer.alloc(500_000, 'x'));
    const fills = held.map(({ body }) => String.fromCharCode(body[0]));
    expect(fills.sort()).toEqual(['a', 'b', 'c']);
    for (const { body, settle } of held) {
      expect(Buffer.alloc(400_000, body[0]).equals(body)).toBe(true);
      settle();
    }
    await Promise.all(answers);
  });

  test('requests in flight are bounded too', async () => {
    const settles: (() => void)[] = [];
    const handler = (): Promise<Outcome> => new Promise((resolve) => settles.push(() => resolve({ rejected: 0 })));
    const { httpPort } = await start({ handler, maxConcurrentRequests: 2 });
    const taken = [post(httpPort, '/v1/traces', PROTOBUF, BODY), post(httpPort, '/v1/logs', PROTOBUF, BODY)];
    await until(() => settles.length === 2);
    expect((await post(httpPort, '/v1/traces', PROTOBUF, BODY)).status).toBe(503);
    for (const settle of settles) settle();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('clients that misbehave', () => {
  test('one that goes away in the middle leaves nothing behind', async () => {
    const { httpPort, inFlightBytes, receiver, deliveries } = await start();
    const connection = new RawConnection(httpPort);
    connection.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100\r\n\r\nabc',
    );
    await until(() => inFlightBytes() === 3);
    connection.socket.resetAndDestroy();
    await until(() => receiver.statistics.http.requests.traces.aborted === 1);
    expect(inFlightBytes()).toBe(0);
    expect(deliveries).toEqual([]);
  });

  test('one that goes away while its request is handled still holds its bytes', async () => {
    let settle: (outcome: Outcome) => void = () => undefined;
    const handler = (): Promise<Outcome> => new Promise((resolve) => (settle = resolve));
    const { httpPort, inFlightBytes, receiver } = await start({ handler });
    const connection = new RawConnection(httpPort);
    connection.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    );
    await until(() => inFlightBytes() === 2);
    connection.socket.resetAndDestroy();
    expect((await post(httpPort, '/v1/none', PROTOBUF)).status).toBe(404);
    expect(inFlightBytes()).toBe(2);
    settle({ rejected: 0 });
    await until(() => receiver.statistics.http.requests.traces.ok === 1);
    expect(inFlightBytes()).toBe(0);
  });

  test.each([
    ['nonsense', 'hello\r\n\r\n', '400'],
    ['HTTP/2 on the HTTP/1 port', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    ['a length that is no number', 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', '400'],
    [
      'a length and chunks',
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['headers without end', `POST /v1/traces HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
  ])('%s is answered and closed', async (_name, text, status) => {
    const { httpPort, receiver } = await start();
    const connection = new RawConnection(httpPort);
    connection.write(text);
    await until(() => connection.closed);
    expect(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(parseStatus(connection.received.split('\r\n\r\n')[1]).message).not.toBe('');
    const { malformed, header_too_large: headerTooLarge } = receiver.statistics.http.requests.none;
    expect(malformed + headerTooLarge).toBe(1);
  });

  test('a broken chunk in the middle of a body is answered and closed', async () => {
    const { httpPort, deliveries, inFlightBytes } = await start();
    const connection = new RawConnection(httpPort);
    connection.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n',
    );
    await until(() => inFlightBytes() === 2);
    connection.write('zz\r\n');
    await until(() => connection.closed);
    expect(connection.received).toMatch(/^HTTP\/1.1 400 /);
    expect(deliveries).toEqual([]);
    expect(inFlightBytes()).toBe(0);
  });

  test('one that sends too slowly is refused, in headers and in body, retryably', async () => {
    const { httpPort, receiver } = await start({ requestTimeoutMs: 100 });
    const headers = new RawConnection(httpPort);
    headers.write('POST /v1/traces HTTP/1.1\r\nHost:');
    const body = new RawConnection(httpPort);
    body.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
    await until(() => headers.closed && body.closed);
    for (const { received } of [headers, body]) expect(received).toMatch(/^HTTP\/1.1 503 /);
    expect(receiver.statistics.http.requests.none.timeout).toBe(1);
    expect(receiver.statistics.http.requests.traces.timeout).toBe(1);
  });

  test.each([
    ['after an early refusal', '/v1/none', '404'],
    ['after the message limit', '/v1/traces', '413'],
  ])('one that sends without end %s is cut off', async (_name, path, status) => {
    const { httpPort, inFlightBytes } = await start({ maxMessageBytes: 100_000 });
    const connection = new RawConnection(httpPort);
    connection.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `${(10_000).toString(16)}\r\n${'x'.repeat(10_000)}\r\n`;
    for (let sent = 0; !connection.closed; sent += 1) {
      if (sent > 5_000) throw new Error('never cut off');
      connection.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(inFlightBytes()).toBe(0);
  });

  test('one more connection than allowed is closed at once and counted', async () => {
    const { httpPort, receiver } = await start({ maxConnections: 3 });
    const connections = Array.from({ length: 3 }, () => new RawConnection(httpPort));
    await Promise.all(connections.map(({ socket }) => once(socket, 'connect')));
    const fourth = new RawConnection(httpPort);
    await until(() => fourth.closed);
    expect(receiver.statistics.http.droppedConnections).toBe(1);
    expect(connections.map(({ closed }) => closed)).toEqual([false, false, false]);
  });

  test('a client that was not told to go on gets its refusal and a closed connection', async () => {
    const { httpPort } = await start({ maxMessageBytes: 1000 });
    const connection = new RawConnection(httpPort);
    connection.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n',
    );
    await until(() => connection.closed);
    expect(connection.received).toMatch(/^HTTP\/1.1 413 /);
    expect(connection.received).toContain('Connection: close');
  });

  test('an unknown expectation is ignored', async () => {
    const { httpPort } = await start();
    expect((await post(httpPort, '/v1/traces', { ...PROTOBUF, Expect: 'the-best' }, BODY)).status).toBe(200);
  });

  test('many at once are all answered', async () => {
    const { httpPort, receiver } = await start();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        send(
          {
            port: httpPort,
            path: index % 3 === 0 ? '/v1/none' : '/v1/logs',
            method: 'POST',
            headers: index % 2 === 0 ? GZIP : PROTOBUF,
          },
          index % 2 === 0 ? gzipSync(BODY) : BODY,
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(200);
    expect(answers.filter(({ status }) => status === 404).length).toBe(100);
    expect(receiver.statistics.http.requests.logs.ok).toBe(200);
  });
});
