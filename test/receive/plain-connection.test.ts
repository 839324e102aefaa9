/**
 * Connections that are read without node:http: whatever order, size and cut the bytes come in, bodies arrive as they were
 * sent, and what a head may look like is what node:http says.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type Random, seededRandom } from '../../src/lib/random.js';
import type { Delivery, Outcome } from '../../src/receive/index.js';
import { RawConnection, start, until } from './receiver-fixture.js';

const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n';

interface Sent {
  readonly bytes: Buffer;
  readonly status: number;
  readonly delivered: Buffer;
}

const SIZES = [0, 1, 100, 5_000, 70_000, 300_000, 700_000];

function randomRequest(random: Random): Sent {
  const size = SIZES[Math.floor(random.next() * SIZES.length)];
  const body = Buffer.alloc(size, `${random.next()}`);
  const kind = random.next();
  if (kind < 0.1) {
    const head = HEAD.replace('traces', 'none');
    const bytes = Buffer.concat([Buffer.from(`${head}Content-Length: ${size}\r\n\r\n`), body]);
    return { bytes, status: 404, delivered: Buffer.alloc(0) };
  }
  if (kind < 0.2) {
    const chunk = size === 0 ? '' : `${size.toString(16)}\r\n${body.toString('latin1')}\r\n`;
    const bytes = Buffer.from(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`, 'latin1');
    return { bytes, status: 200, delivered: body };
  }
  const gzip = kind < 0.5;
  const wire = gzip ? gzipSync(body) : body;
  const head = `${HEAD}${gzip ? 'Content-Encoding: gzip\r\n' : ''}Content-Length: ${wire.length}\r\n\r\n`;
  return { bytes: Buffer.concat([Buffer.from(head), wire]), status: 200, delivered: body };
}

/** Pieces as a network may make them: many small ones at heads, up to whole requests. */
function* cut(bytes: Buffer, random: Random): Iterable<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + Math.floor(random.next() ** 4 * 500_000);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test.each([
  ['answers at once', (): Outcome => ({ rejected: 0 })],
  [
    'answers later',
    (): Promise<Outcome> => new Promise((resolve) => setImmediate(() => setImmediate(resolve, { rejected: 0 }))),
  ],
])('any requests, cut anywhere, on many connections at once, to a handler that %s', async (_name, handler) => {
  const bodies: Buffer[] = [];
  const { httpPort } = await start({
    handler: async ({ body }: Delivery) => {
      const outcome = await handler();
      // Copied only now: until it has settled, the body belongs to the handler.
      bodies.push(Buffer.from(body));
      return outcome;
    },
  });
  const expected: Buffer[] = [];
  const sender = async (seed: number): Promise<void> => {
    const random = seededRandom(seed);
    const requests = Array.from({ length: 1 + Math.floor(random.next() * 6) }, () => randomRequest(random));
    for (const { status, delivered } of requests) if (status === 200 && delivered.length > 0) expected.push(delivered);
    const connection = new RawConnection(httpPort);
    for (const piece of cut(Buffer.concat(requests.map(({ bytes }) => bytes)), random)) {
      connection.write(piece);
      if (random.next() < 0.5) await new Promise((resolve) => setImmediate(resolve));
    }
    const statuses = (): number[] =>
      [...connection.received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
    await until(() => statuses().length === requests.length || connection.closed);
    expect(statuses()).toEqual(requests.map(({ status }) => status));
  };
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 12 }, (_, connection) => sender(1 + round * 12 + connection)));
  }
  const inOrder = (all: Buffer[]): Buffer[] => [...all].sort((a, b) => a.length - b.length || a.compare(b));
  const [came, sent] = [inOrder(bodies.filter(({ length }) => length > 0)), inOrder(expected)];
  expect(came.length).toBe(sent.length);
  expect(came.every((body, index) => body.equals(sent[index]))).toBe(true);
});

const LENGTH = 'Content-Length: 3\r\n';
const POST = 'POST /v1/traces HTTP/1.1\r\n';

test.each([
  ['the plain shape', `${HEAD}${LENGTH}\r\nabc`],
  ['names in capitals', `${HEAD}CONTENT-LENGTH: 3\r\n\r\nabc`],
  ['no space after the colon', `${HEAD}Content-Length:3\r\n\r\nabc`],
  ['spaces around a value', `${HEAD}Content-Length:   3  \r\n\r\nabc`],
  ['tabs around a value', `${HEAD}Content-Length: \t 3 \t \r\n\r\nabc`],
  ['no host', `${POST}${LENGTH}\r\nabc`],
  ['two hosts', `${POST}Host: a\r\nHost: b\r\n${LENGTH}\r\nabc`],
  ['two lengths', `${HEAD}${LENGTH}${LENGTH}\r\nabc`],
  ['two different lengths', `${HEAD}${LENGTH}Content-Length: 4\r\n\r\nabc`],
  ['a length with a sign', `${HEAD}Content-Length: +3\r\n\r\nabc`],
  ['a length in hexadecimal', `${HEAD}Content-Length: 0x3\r\n\r\nabc`],
  ['an empty length', `${HEAD}Content-Length:\r\n\r\nabc`],
  ['a list of lengths', `${HEAD}Content-Length: 3, 3\r\n\r\nabc`],
  ['a length and chunks', `${HEAD}${LENGTH}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  ['space before a colon', `${HEAD}Content-Length : 3\r\n\r\nabc`],
  ['space before a name', `${HEAD} ${LENGTH}\r\nabc`],
  ['a folded value', `${HEAD}X: a\r\n b\r\n${LENGTH}\r\nabc`],
  ['a line that ends without a carriage return', `${HEAD}X: a\n${LENGTH}\r\nabc`],
  ['a carriage return in a value', `${HEAD}X: a\rb\r\n${LENGTH}\r\nabc`],
  ['a zero byte in a value', `${HEAD}X: a\0b\r\n${LENGTH}\r\nabc`],
  ['a line that is no header', `${HEAD}hello\r\n${LENGTH}\r\nabc`],
  ['an older HTTP', `${HEAD.replace('1.1', '1.0')}${LENGTH}\r\nabc`],
  ['a newer HTTP', `${HEAD.replace('1.1', '1.2')}${LENGTH}\r\nabc`],
  ['two spaces in the request line', `${HEAD.replace(' HTTP', '  HTTP')}${LENGTH}\r\nabc`],
  ['an absolute address', `${HEAD.replace('/v1', 'http://x/v1')}${LENGTH}\r\nabc`],
  ['a connection that is to close', `${HEAD}Connection: close\r\n${LENGTH}\r\nabc`],
  ['an upgrade', `${HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\n${LENGTH}\r\nabc`],
  ['a trailer that is announced', `${HEAD}Trailer: X\r\n${LENGTH}\r\nabc`],
])('%s is taken or refused as node:http does', async (_name, text) => {
  const { httpPort } = await start();
  const oracle = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void oracle.close());
  await once(oracle, 'listening');
  const malformed = async (port: number): Promise<boolean> => {
    const connection = new RawConnection(port);
    connection.write(Buffer.from(text, 'latin1'));
    await connection.receives('\r\n\r\n');
    return connection.received.startsWith('HTTP/1.1 400 ');
  };
  expect(await malformed(httpPort)).toBe(await malformed((oracle.address() as AddressInfo).port));
});

test('a connection goes on after what is not plain', async () => {
  const { httpPort, deliveries } = await start();
  const connection = new RawConnection(httpPort);
  const plain = `${HEAD}${LENGTH}\r\nabc`;
  for (const [index, text] of [plain, `GET / HTTP/1.1\r\nHost: x\r\n\r\n`, plain].entries()) {
    connection.write(text);
    await until(() => connection.received.split('HTTP/1.1 ').length === index + 2);
  }
  expect([...connection.received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)).toEqual([
    '200',
    '404',
    '200',
  ]);
  expect(deliveries.length).toBe(2);
});

test('a client that never reads its answers is not read from without end', async () => {
  const { httpPort, receiver } = await start();
  const connection = new RawConnection(httpPort);
  connection.socket.pause();
  const many = Buffer.from(`${HEAD}${LENGTH}\r\nabc`.repeat(1000));
  let blocked = false;
  for (let sent = 0; sent < 2000 && !blocked; sent++) {
    blocked = !connection.socket.write(many) && connection.socket.writableLength > 50_000_000;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(blocked).toBe(true);
  expect(receiver.statistics.http.requests.traces.ok).toBeLessThan(200_000);
});

test('one that closes its half still reads its answer', async () => {
  let settle: (outcome: Outcome) => void = () => undefined;
  const { httpPort, inFlightBytes } = await start({ handler: () => new Promise((resolve) => (settle = resolve)) });
  const connection = new RawConnection(httpPort);
  connection.socket.end(`${HEAD}${LENGTH}\r\nabc`);
  await until(() => inFlightBytes() === 3);
  await new Promise((resolve) => setTimeout(resolve, 20));
  settle({ rejected: 0 });
  await connection.receives('HTTP/1.1 200 ');
  await until(() => connection.closed);
});

test('one that says nothing, and one that has nothing more to say, are closed', async () => {
  const { httpPort, receiver } = await start({ requestTimeoutMs: 50, idleTimeoutMs: 150 });
  const silent = new RawConnection(httpPort);
  const done = new RawConnection(httpPort);
  done.write(`${HEAD}${LENGTH}\r\nabc`);
  await until(() => silent.closed && done.closed);
  expect(silent.received).toMatch(/^HTTP\/1.1 503 /);
  expect(done.received).toMatch(/^HTTP\/1.1 200 /);
  expect(receiver.statistics.http.requests.none.timeout).toBe(1);
});
