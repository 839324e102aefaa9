/** OTLP/JSON to protobuf: against the oracle over arbitrary requests, and the freedoms of the encoding one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transcodeLogs, transcodeMetrics, transcodeTraces } from '../../src/decode/json-transcoder.js';
import { seededRandom } from '../../src/lib/random.js';
import { requests } from '../oracle/arbitraries.js';
import { encodeJson } from '../oracle/json-writer.js';
import { decodeMessage, decodeTraces, normalForm, type OtlpObject, type RequestName } from '../oracle/otlp-oracle.js';

const TRANSCODERS: [RequestName, (json: Uint8Array) => Uint8Array][] = [
  ['ExportTraceServiceRequest', transcodeTraces],
  ['ExportLogsServiceRequest', transcodeLogs],
  ['ExportMetricsServiceRequest', transcodeMetrics],
];

const encoder = new TextEncoder();

/** The first span of a request whose JSON is given as the span's members. */
function spanFrom(members: string): OtlpObject {
  const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[{${members}}]}]}]}`;
  const request = decodeTraces(transcodeTraces(encoder.encode(json)));
  return within(request, 'resourceSpans', 'scopeSpans', 'spans');
}

function valueFrom(json: string): OtlpObject {
  return within(spanFrom(`"attributes":[{"key":"a","value":${json}}]`), 'attributes').value as OtlpObject;
}

/** The first element of a list in the first element of a list and so on. */
function within(message: OtlpObject, ...lists: string[]): OtlpObject {
  return lists.reduce((found, list) => (found[list] as OtlpObject[])[0], message);
}

describe.each(TRANSCODERS)('%s', (name, transcode) => {
  test('any request in any spelling arrives as what the oracle encodes', () => {
    fc.assert(
      fc.property(requests(name), fc.integer(), (request, seed) => {
        const json = encodeJson(name, request, seededRandom(seed));
        expect(decodeMessage(name, transcode(encoder.encode(json)))).toEqual(normalForm(name, request));
      }),
      { numRuns: 300 },
    );
  });

  test('the plainest spelling too', () => {
    fc.assert(
      fc.property(requests(name, { listLengthMax: 6 }), (request) => {
        const json = encodeJson(name, request, seededRandom(0), { libertyChance: 0 });
        expect(decodeMessage(name, transcode(encoder.encode(json)))).toEqual(normalForm(name, request));
      }),
    );
  });

  test('an empty object is an empty request', () => {
    expect(transcode(encoder.encode('{}'))).toHaveLength(0);
  });
});

describe('64-bit integers', () => {
  test.each([
    ['"1544712660300000123"', 1544712660300000123n],
    ['1544712660300000123', 1544712660300000123n],
    ['18446744073709551615', 18446744073709551615n],
    ['1.5e18', 1500000000000000000n],
    ['9007199254740993', 9007199254740993n],
    ['7.0', 7n],
  ])('%s is exact', (json, expected) => {
    expect(spanFrom(`"startTimeUnixNano": ${json} , "name":"n"`).startTimeUnixNano).toBe(expected);
  });

  test.each([
    ['-9223372036854775808', -9223372036854775808n],
    ['"-9223372036854775808"', -9223372036854775808n],
    ['-1', -1n],
    ['9223372036854775807', 9223372036854775807n],
    ['"0"', undefined],
  ])('signed %s is exact', (json, expected) => {
    expect(valueFrom(`{"intValue":${json}}`)).toEqual({ intValue: expected ?? 0n });
  });

  test.each([
    ['9223372036854775808', 9223372036854775808],
    ['-9223372036854775809', -9223372036854775808],
    ['100000000000000000000', 1e20],
    ['1e21', 1e21],
    ['-1e300', -1e300],
  ])('an intValue of %s, which is beyond 64 bits, is the double that it was', (json, expected) => {
    expect(valueFrom(`{"intValue":${json}}`)).toEqual({ doubleValue: expected });
  });

  test('a long integer in a string, an unknown member or a double stays what it is', () => {
    const span = spanFrom(
      '"name":"[1544712660300000123,\\"1544712660300000123","unknown":1544712660300000123,' +
        '"attributes":[{"key":"\\\\","value":{"doubleValue":12345678901234567890}}]',
    );
    expect(span.name).toBe('[1544712660300000123,"1544712660300000123');
    expect(span.attributes).toEqual([{ key: '\\', value: { doubleValue: 12345678901234567890 } }]);
  });
});

describe('doubles', () => {
  test.each([
    ['"NaN"', NaN],
    ['"Infinity"', Infinity],
    ['"-Infinity"', -Infinity],
    ['-0', -0],
    ['"1.5e-3"', 0.0015],
    ['3', 3],
    ['5e-324', 5e-324],
  ])('%s', (json, expected) => {
    expect(valueFrom(`{"doubleValue":${json}}`).doubleValue).toBe(expected);
  });
});

describe('bytes and ids', () => {
  test('ids are hexadecimal in either case', () => {
    const span = spanFrom('"traceId":"5B8EFFF798038103d269b633813fc60c","spanId":"EEE19b7ec3c1b174"');
    expect(Buffer.from(span.traceId as Uint8Array).toString('hex')).toBe('5b8efff798038103d269b633813fc60c');
    expect(Buffer.from(span.spanId as Uint8Array).toString('hex')).toBe('eee19b7ec3c1b174');
  });

  test('an empty id is no id', () => {
    expect(spanFrom('"name":"root","parentSpanId":""')).toEqual({ name: 'root' });
  });

  test.each(['"+/+/fw=="', '"-_-_fw"', '"+/+/fw"', '"-_-_fw=="'])('base64 %s', (json) => {
    expect(valueFrom(`{"bytesValue":${json}}`).bytesValue).toEqual(Uint8Array.of(0xfb, 0xff, 0xbf, 0x7f));
  });
});

describe('what is ignored', () => {
  test('unknown members, whatever they hold', () => {
    expect(spanFrom('"name":"n","trace_id":5,"Name":6,"later":{"deep":[[[{}]]]}')).toEqual({ name: 'n' });
  });

  test('null is absence', () => {
    expect(spanFrom('"name":null,"attributes":null,"status":null,"kind":null,"traceId":null')).toEqual({});
  });

  test('__proto__ members change nothing', () => {
    expect(spanFrom('"__proto__":{"name":"inherited","traceId":1},"constructor":1')).toEqual({});
    expect(({} as Record<string, unknown>).name).toBeUndefined();
  });

  test('a byte order mark', () => {
    expect(transcodeTraces(encoder.encode('\ufeff{}'))).toHaveLength(0);
  });

  test('nesting of what is unknown', () => {
    const deep = `{"unknown":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(transcodeTraces(encoder.encode(deep))).toHaveLength(0);
  });
});

describe('text', () => {
  test('invalid UTF-8 becomes U+FFFD', () => {
    const json = Buffer.from('{"resourceSpans":[{"schemaUrl":"a?b"}]}');
    json[json.indexOf('?')] = 0xff;
    expect(decodeTraces(transcodeTraces(json))).toEqual({ resourceSpans: [{ schemaUrl: 'a\ufffdb' }] });
  });

  test('a lone surrogate becomes U+FFFD', () => {
    expect(spanFrom('"name":"a\\ud800b"').name).toBe('a\ufffdb');
  });

  test('a view into a larger buffer is read within its bounds', () => {
    const inner = encoder.encode('{"resourceSpans":[{"schemaUrl":"1544712660300000123"},{"x":1544712660300000123}]}');
    const outer = new Uint8Array(inner.length + 20).fill(0x22);
    outer.set(inner, 10);
    const view = outer.subarray(10, 10 + inner.length);
    expect(decodeTraces(transcodeTraces(view))).toEqual({ resourceSpans: [{ schemaUrl: '1544712660300000123' }, {}] });
  });
});

test('unknown enum numbers pass, as they do in protobuf', () => {
  expect(spanFrom('"kind":77,"status":{"code":-3}')).toEqual({ kind: 77, status: { code: -3 } });
});

test('fields with presence keep their zero', () => {
  const json =
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"sum":0,"min":0}]}}]}]}]}';
  const request = decodeMessage('ExportMetricsServiceRequest', transcodeMetrics(encoder.encode(json)));
  const metric = within(request, 'resourceMetrics', 'scopeMetrics', 'metrics');
  expect(metric.histogram).toEqual({ dataPoints: [{ sum: 0, min: 0 }] });
});

describe('sizes', () => {
  test.each([0, 1, 32, 33, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])('a text of %i characters', (length) => {
    for (const unit of ['a', '\u00e9', '\u{1f600}']) {
      const name = unit.repeat(length / unit.length);
      expect(spanFrom(`"name":${JSON.stringify(name)},"kind":2`)).toEqual({
        ...(name === '' ? {} : { name }),
        kind: 2,
      });
    }
  });

  test('output larger than the input', () => {
    const buckets = `[${'0,'.repeat(9999)}0]`;
    const json = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"bucketCounts":${buckets}}]}}]}]}]}`;
    const request = decodeMessage('ExportMetricsServiceRequest', transcodeMetrics(encoder.encode(json)));
    const { histogram } = within(request, 'resourceMetrics', 'scopeMetrics', 'metrics');
    expect(within(histogram as OtlpObject, 'dataPoints').bucketCounts).toEqual(Array(10_000).fill(0n));
  });
});
