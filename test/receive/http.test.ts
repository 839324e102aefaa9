/** OTLP over HTTP: what is delivered, and every refusal with its status, its headers and its body in both encodings. */
import { Agent } from 'node:http';
import { deflateSync, gzipSync, constants as zlibConstants } from 'node:zlib';
import * as zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DeliveryError } from '../../src/receive/index.js';
import { decodeExportResponse, decodeStatus, parsePartialSuccess, parseStatus } from './answer-messages.js';
import { JSON_TYPE, post, PROTOBUF, send, start } from './receiver-fixture.js';

const BODY = Buffer.from('\x0a\x05hello');

describe('what is delivered', () => {
  test.each(['traces', 'logs', 'metrics'] as const)('%s arrive as they were sent', async (signal) => {
    const { httpPort, deliveries, receiver } = await start();
    const answer = await post(httpPort, `/v1/${signal}`, PROTOBUF, BODY);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(answer.body.length).toBe(0);
    expect(deliveries).toEqual([{ signal, encoding: 'protobuf', body: BODY, transport: 'http', principal: undefined }]);
    expect(receiver.statistics.http.requests[signal].ok).toBe(1);
    expect(receiver.statistics.http.wireBytes[signal]).toBe(BODY.length);
    expect(receiver.statistics.http.bodyBytes[signal]).toBe(BODY.length);
  });

  test.each(['application/json', 'Application/JSON; charset=utf-8'])('JSON on the same port by %s', async (type) => {
    const { httpPort, deliveries } = await start();
    const answer = await post(httpPort, '/v1/logs?x=1', { 'Content-Type': type }, '{"resourceLogs":[]}');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body.toString()).toBe('{}');
    expect(deliveries[0]).toMatchObject({ encoding: 'json', body: Buffer.from('{"resourceLogs":[]}') });
  });

  test.each([
    ['gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['identity', BODY],
    ['', BODY],
  ])('content encoding "%s"', async (encoding, body) => {
    const { httpPort, deliveries, receiver } = await start();
    const answer = await post(httpPort, '/v1/traces', { ...PROTOBUF, 'Content-Encoding': encoding }, body);
    expect(answer.status).toBe(200);
    expect(deliveries[0].body).toEqual(BODY);
    expect(receiver.statistics.http.wireBytes.traces).toBe(body.length);
    expect(receiver.statistics.http.bodyBytes.traces).toBe(BODY.length);
  });

  test('zstd where this Node has it, and a refusal that names the others where not', async () => {
    const { httpPort, deliveries } = await start();
    const { zstdCompressSync: compress } = zlib as { zstdCompressSync?: (input: Buffer) => Buffer };
    const body = compress?.(BODY) ?? BODY;
    const answer = await post(httpPort, '/v1/traces', { ...PROTOBUF, 'Content-Encoding': 'zstd' }, body);
    expect(answer.status).toBe(compress === undefined ? 415 : 200);
    expect(deliveries.length).toBe(compress === undefined ? 0 : 1);
  });

  test('several gzip members one after another, of which only the last says its size', async () => {
    const { httpPort, deliveries } = await start();
    const large = Buffer.alloc(300_000, 'a');
    const body = Buffer.concat([gzipSync(large), gzipSync(BODY)]);
    await post(httpPort, '/v1/traces', { ...PROTOBUF, 'Content-Encoding': 'gzip' }, body);
    expect(Buffer.concat([large, BODY]).equals(deliveries[0].body)).toBe(true);
  });

  test('a body of many chunks without a length', async () => {
    const { httpPort, deliveries } = await start();
    const body = Buffer.alloc(1_000_000, 'chunk');
    const answer = await send(
      { port: httpPort, path: '/v1/traces', method: 'POST', headers: { ...PROTOBUF, 'Transfer-Encoding': 'chunked' } },
      body,
    );
    expect(answer.status).toBe(200);
    expect(body.equals(deliveries[0].body)).toBe(true);
  });

  test.each([
    ['protobuf', PROTOBUF],
    ['JSON', JSON_TYPE],
    ['gzip', { ...PROTOBUF, 'Content-Encoding': 'gzip' }],
  ])('an empty %s request is a success', async (_name, headers) => {
    const { httpPort, receiver } = await start();
    const answer = await post(httpPort, '/v1/traces', headers);
    expect(answer.status).toBe(200);
    expect(receiver.statistics.http.requests.traces.ok).toBe(1);
  });

  test('requests one after another share a connection', async () => {
    const { httpPort, deliveries } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await send({ port: httpPort, path: '/v1/traces', method: 'POST', headers: PROTOBUF, agent }, BODY);
    const refused = await send(
      { port: httpPort, path: '/v1/none', method: 'POST', headers: PROTOBUF, agent },
      Buffer.alloc(200_000),
    );
    const second = await send({ port: httpPort, path: '/v1/traces', method: 'POST', headers: PROTOBUF, agent }, BODY);
    expect([first.status, refused.status, second.status]).toEqual([200, 404, 200]);
    expect(first.headers.connection).toBe('keep-alive');
    expect(deliveries.length).toBe(2);
    expect(Object.values(agent.freeSockets).flat().length).toBe(1);
    agent.destroy();
  });

  test('a client that waits to be told to go on is told', async () => {
    const { httpPort, deliveries } = await start();
    const answer = await post(httpPort, '/v1/traces', { ...PROTOBUF, Expect: '100-continue' }, BODY);
    expect(answer.status).toBe(200);
    expect(deliveries[0].body).toEqual(BODY);
  });
});

describe('what the handler says', () => {
  test.each([
    ['traces', 'rejectedSpans'],
    ['logs', 'rejectedLogRecords'],
    ['metrics', 'rejectedDataPoints'],
  ])('partial success of %s in both encodings', async (signal, jsonName) => {
    const { httpPort } = await start({ handler: () => ({ rejected: 300, message: 'no model name' }) });
    const binary = await post(httpPort, `/v1/${signal}`, PROTOBUF, BODY);
    expect(binary.status).toBe(200);
    expect(decodeExportResponse(binary.body)).toEqual({ rejected: 300, errorMessage: 'no model name' });
    const json = await post(httpPort, `/v1/${signal}`, JSON_TYPE, '{}');
    expect(parsePartialSuccess(json.body)).toEqual({ [jsonName]: '300', errorMessage: 'no model name' });
  });

  test('a warning is a message with nothing rejected', async () => {
    const { httpPort, receiver } = await start({ handler: async () => ({ rejected: 0, message: 'old names' }) });
    const answer = await post(httpPort, '/v1/traces', PROTOBUF, BODY);
    expect(decodeExportResponse(answer.body)).toEqual({ rejected: 0, errorMessage: 'old names' });
    expect(receiver.statistics.http.requests.traces.partial).toBe(1);
  });

  test('an answer stays small whatever the handler says', async () => {
    const { httpPort } = await start({ handler: () => ({ rejected: 1, message: 'x'.repeat(10_000_000) }) });
    const answer = await post(httpPort, '/v1/traces', PROTOBUF, BODY);
    expect(answer.body.length).toBeLessThan(5000);
  });

  test.each([
    ['bad data, thrown', new DeliveryError('bad_data', 'no'), 400, undefined, 3, 'bad_data'],
    ['no rights', new DeliveryError('forbidden', 'no'), 403, undefined, 7, 'forbidden'],
    ['overload', new DeliveryError('overloaded', 'no', 6.5), 503, '7', 14, 'overloaded'],
    ['a fault of its own', new Error('secret detail'), 503, '1', 14, 'failed'],
    ['nothing at all', undefined, 503, '1', 14, 'failed'],
  ] as const)('%s', async (_name, thrown, status, retryAfter, code, outcome) => {
    for (const handler of [throwing(thrown), async () => throwing(thrown)()]) {
      const { httpPort, receiver, rejections } = await start({ handler });
      const answer = await post(httpPort, '/v1/traces', PROTOBUF, BODY);
      expect(answer.status).toBe(status);
      expect(answer.headers['retry-after']).toBe(retryAfter);
      const decoded = decodeStatus(answer.body);
      expect(decoded.code).toBe(code);
      expect(decoded.retrySeconds).toBe(retryAfter === undefined ? undefined : Number(retryAfter));
      expect(decoded.message).not.toContain('secret');
      expect(receiver.statistics.http.requests.traces[outcome]).toBe(1);
      expect(rejections[0].refusal.kind).toBe(outcome);
      if (thrown !== undefined) expect(rejections[0].cause).toBe(thrown);
    }
  });

  test('a log that fails does not cost the answer', async () => {
    const { httpPort } = await start({ onReject: throwing(new Error('disk full')) });
    expect((await post(httpPort, '/v1/none', PROTOBUF, BODY)).status).toBe(404);
  });
});

describe('what is refused', () => {
  const cases = [
    { name: 'an unknown path', path: '/v1/trace', status: 404, code: 12 },
    { name: 'the root', path: '/', status: 404, code: 12 },
    { name: 'another method', method: 'GET', status: 405, code: 12 },
    { name: 'OPTIONS without CORS', method: 'OPTIONS', status: 405, code: 12 },
    {
      name: 'a truncated gzip',
      headers: { 'Content-Encoding': 'gzip' },
      body: gzipSync(BODY).subarray(0, -9),
      status: 400,
      code: 3,
    },
    {
      name: 'a gzip with a wrong check sum',
      headers: { 'Content-Encoding': 'gzip' },
      body: damaged(gzipSync(BODY)),
      status: 400,
      code: 3,
    },
    {
      name: 'text that says it is gzip',
      headers: { 'Content-Encoding': 'gzip' },
      body: Buffer.from('hello'),
      status: 400,
      code: 3,
    },
    { name: 'an unknown encoding', headers: { 'Content-Encoding': 'br' }, status: 415, code: 12 },
    { name: 'two encodings', headers: { 'Content-Encoding': 'gzip, gzip' }, status: 415, code: 12 },
    { name: 'two encodings in two headers', headers: { 'Content-Encoding': ['gzip', 'gzip'] }, status: 415, code: 12 },
    { name: 'a body over the limit', body: Buffer.alloc(200_001), status: 413, code: 8 },
    {
      name: 'a gzip over the limit',
      headers: { 'Content-Encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(200_001)),
      status: 413,
      code: 8,
    },
    {
      name: 'a deflate over the limit',
      headers: { 'Content-Encoding': 'deflate' },
      body: deflateSync(Buffer.alloc(200_001)),
      status: 413,
      code: 8,
    },
    {
      name: 'chunks over the limit',
      headers: { 'Transfer-Encoding': 'chunked' },
      body: Buffer.alloc(300_000),
      status: 413,
      code: 8,
    },
  ];

  test.each(cases)(
    '$name: $status, as a Status in the encoding of the request',
    async ({ path, method, headers, body, status, code }) => {
      const { httpPort, deliveries } = await start({ maxMessageBytes: 200_000 });
      const options = { port: httpPort, path: path ?? '/v1/traces', method: method ?? 'POST' };
      const binary = await send({ ...options, headers: { ...PROTOBUF, ...headers } }, body);
      expect(binary.status).toBe(status);
      expect(binary.headers['content-type']).toBe('application/x-protobuf');
      expect(decodeStatus(binary.body).code).toBe(code);
      const json = await send({ ...options, headers: { ...JSON_TYPE, ...headers } }, body);
      expect(json.status).toBe(status);
      expect(json.headers['content-type']).toBe('application/json');
      expect(parseStatus(json.body)).toEqual({ code, message: decodeStatus(binary.body).message });
      expect(deliveries).toEqual([]);
    },
  );

  test('405 says what is allowed', async () => {
    const { httpPort } = await start();
    const answer = await send({ port: httpPort, path: '/v1/traces', method: 'PUT', headers: PROTOBUF }, BODY);
    expect(answer.headers.allow).toBe('POST');
  });

  test.each([{}, { 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/x-protobuffer' }])(
    '415 for the type %j',
    async (headers) => {
      const { httpPort } = await start();
      const answer = await post(httpPort, '/v1/traces', headers, BODY);
      expect(answer.status).toBe(415);
      expect(parseStatus(answer.body).code).toBe(12);
    },
  );

  test('415 for an encoding names what is supported', async () => {
    const { httpPort } = await start();
    const answer = await post(httpPort, '/v1/traces', { ...PROTOBUF, 'Content-Encoding': 'snappy' }, BODY);
    expect(answer.headers['accept-encoding']).toContain('gzip');
    expect(decodeStatus(answer.body).message).toContain('gzip');
  });

  test('a message of exactly the limit is taken, compressed or not', async () => {
    const { httpPort, deliveries } = await start({ maxMessageBytes: 200_000 });
    const body = Buffer.alloc(200_000);
    const gzip = gzipSync(body, { level: zlibConstants.Z_BEST_SPEED });
    expect((await post(httpPort, '/v1/traces', PROTOBUF, body)).status).toBe(200);
    expect((await post(httpPort, '/v1/traces', { ...PROTOBUF, 'Content-Encoding': 'gzip' }, gzip)).status).toBe(200);
    expect(deliveries.map((delivery) => delivery.body.length)).toEqual([200_000, 200_000]);
  });
});

describe('CORS', () => {
  const http = { host: '127.0.0.1', port: 0, corsOrigins: ['https://app.example.com'] };

  test('a named origin may send', async () => {
    const { httpPort } = await start({ http });
    const headers = { Origin: 'https://app.example.com' };
    const preflight = await send({ port: httpPort, path: '/v1/traces', method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(preflight.headers['access-control-allow-headers']).toContain('Content-Type');
    const answer = await post(httpPort, '/v1/traces', { ...PROTOBUF, ...headers }, BODY);
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
    const refused = await post(httpPort, '/v1/none', { ...PROTOBUF, ...headers }, BODY);
    expect(refused.headers['access-control-allow-origin']).toBe('https://app.example.com');
  });

  test('another origin is told nothing', async () => {
    const { httpPort } = await start({ http });
    const headers = { Origin: 'https://evil.example.com' };
    const preflight = await send({ port: httpPort, path: '/v1/traces', method: 'OPTIONS', headers });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
    expect(preflight.headers['access-control-allow-methods']).toBeUndefined();
    const answer = await post(httpPort, '/v1/traces', { ...PROTOBUF, ...headers }, BODY);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers.vary).toBe('Origin');
  });

  test.each(['*', 'https://*.example.com', 'example.com', 'https://example.com/', 'null'])(
    '%s is not an origin',
    async (origin) => {
      await expect(start({ http: { ...http, corsOrigins: [origin] } })).rejects.toMatchObject({
        code: 'PB1003',
        key: origin,
      });
    },
  );
});

function throwing(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 6] ^= 0xff;
  return copy;
}
