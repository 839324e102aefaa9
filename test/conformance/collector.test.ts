/** What an OTLP receiver owes, of the whole collector over real sockets. The map is docs/otlp-conformance.md. */
import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/lib/random.js';
import { encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';
import { encodeJson } from '../oracle/json-writer.js';
import { encodeShuffled } from '../oracle/shuffled-writer.js';
import { decodeExportResponse, decodeStatus, parsePartialSuccess, parseStatus } from '../receive/answer-messages.js';
import { JSON_TYPE, portOf, PROTOBUF, responseOf } from '../receive/receiver-fixture.js';
import { prediction, requestOf, startConforming } from './collector-fixture.js';

const REQUEST = 'ExportTraceServiceRequest';

const ENCODINGS = [
  { encoding: 'protobuf', headers: PROTOBUF, encode: (request: OtlpObject) => Buffer.from(encodeTraces(request)) },
  {
    encoding: 'JSON',
    headers: JSON_TYPE,
    encode: (request: OtlpObject) => Buffer.from(encodeJson(REQUEST, request, seededRandom(1))),
  },
];

describe.each(ENCODINGS)('$encoding', ({ encoding, headers, encode }) => {
  const partial = (body: Buffer): unknown =>
    encoding === 'JSON' ? parsePartialSuccess(body) : decodeExportResponse(body);

  test('full success leaves partial_success unset, and the same span twice counts once', async () => {
    const { post, accounted } = await startConforming();
    const body = encode(requestOf([prediction(1)]));
    for (let delivery = 0; delivery < 2; delivery++) {
      const answer = await post('/v1/traces', headers, body);
      expect(answer.status).toBe(200);
      expect(partial(answer.body)).toBeUndefined();
    }
    expect(await accounted('traces')).toEqual({ received: 2, observed: 1, rejected: 0, ignored: 1 });
  });

  test('a span that is not valid is rejected by number and reason; the others count', async () => {
    const { post, accounted } = await startConforming();
    const bad = prediction(1, { 'ml.model.name': undefined });
    const answer = await post('/v1/traces', headers, encode(requestOf([bad, prediction(2)])));
    expect(answer.status).toBe(200);
    const told = JSON.stringify(partial(answer.body));
    expect(told).toMatch(encoding === 'JSON' ? /"rejectedSpans":"?1"?/ : /"rejected":1/);
    expect(told).toContain('no_model_name');
    expect(await accounted('traces')).toEqual({ received: 2, observed: 1, rejected: 1, ignored: 0 });
  });

  test('any value on any attribute, and names that have undone other programs, are harmless', async () => {
    const { post, accounted } = await startConforming();
    const values = [
      undefined,
      '',
      'text',
      true,
      7n,
      NaN,
      -0,
      new Uint8Array([1, 255]),
      [],
      [1, 'a', [true]],
      { a: { b: 1 } },
    ];
    const names = ['__proto__', 'constructor', 'ml.feature.__proto__', 'ml.feature.', 'ml.prediction.score', 'other'];
    const spans = names.flatMap((name, row) =>
      values.map((value, column) => prediction(1 + row * values.length + column, Object.fromEntries([[name, value]]))),
    );
    expect((await post('/v1/traces', headers, encode(requestOf(spans)))).status).toBe(200);
    const { received, observed, rejected, ignored } = await accounted('traces');
    expect(received).toBe(spans.length);
    expect(observed + rejected + ignored).toBe(received);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('what cannot be decoded is 400 with a status in the encoding of the request, and nothing of it counts', async () => {
    const { post, accounted } = await startConforming();
    const whole = encode(requestOf([prediction(1), prediction(2)]));
    const answer = await post('/v1/traces', headers, whole.subarray(0, -3));
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain(headers['Content-Type']);
    const status = encoding === 'JSON' ? parseStatus(answer.body) : decodeStatus(answer.body);
    expect(status.code).toBe(3);
    expect((await accounted('traces')).observed).toBe(0);
  });
});

test('unknown fields, in any order and of any kind, are ignored', async () => {
  const { post, accounted } = await startConforming();
  for (let seed = 1; seed <= 20; seed++) {
    const options = { unknownFieldChance: 0.8 };
    const body = Buffer.from(encodeShuffled(REQUEST, requestOf([prediction(seed)]), seededRandom(seed), options));
    expect((await post('/v1/traces', PROTOBUF, body)).status).toBe(200);
  }
  expect((await accounted('traces')).observed).toBe(20);
});

test('more in flight than is allowed: every request is answered, the refused ones retryably, and nothing accepted is lost', async () => {
  const spansPerRequest = 200;
  const bodies = Array.from({ length: 64 }, (_, request) => {
    const spans = Array.from({ length: spansPerRequest }, (__, span) =>
      prediction(request * spansPerRequest + span + 1),
    );
    return Buffer.from(encodeTraces(requestOf(spans)));
  });
  const size = Math.max(...bodies.map(({ length }) => length));
  const { collector, accounted } = await startConforming(
    `, maxMessageBytes: ${size * 2}, maxInFlightBytes: ${size * 8}`,
  );
  const port = portOf(collector.httpAddress);
  const senders = bodies.map((body) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', headers: PROTOBUF });
    request.write(body.subarray(0, size / 2));
    return { request, rest: body.subarray(size / 2), answer: responseOf(request) };
  });
  // Nobody has sent all: whoever is answered now is refused.
  await Promise.race(senders.map(({ answer }) => answer));
  for (const { request, rest } of senders) request.end(rest);
  let accepted = 0;
  for (const { answer } of senders) {
    const { statusCode, headers } = await answer;
    if (statusCode === 200) accepted++;
    else {
      expect(statusCode).toBe(503);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  }
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(bodies.length);
  const observed = accepted * spansPerRequest;
  expect(await accounted('traces')).toEqual({ received: observed, observed, rejected: 0, ignored: 0 });
});
