/** What OTLP/JSON may not say: each fault with its code and with the path that the sender is told. */
import { describe, expect, test } from 'vitest';
import { JSON_VALUE_DEPTH_MAX, transcodeMetrics, transcodeTraces } from '../../src/decode/json-transcoder.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import { decodeTraces } from '../oracle/otlp-oracle.js';

const encoder = new TextEncoder();
const TRACE_ID = '"5b8efff798038103d269b633813fc60c"';

function refusalOf(json: string, transcode = transcodeTraces): PlumblineError {
  try {
    transcode(encoder.encode(json));
  } catch (error) {
    if (error instanceof PlumblineError) return error;
    throw error;
  }
  throw new Error(`accepted: ${json}`);
}

function inSpan(members: string): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{},{},{},{${members}}]}]}]}`;
}

const SPAN = 'resourceSpans[0].scopeSpans[0].spans[3]';
const VALUE = `${SPAN}.attributes[0].value`;

describe('a body that is not JSON', () => {
  test.each([
    '',
    '{',
    'null{',
    '{"resourceSpans":[}',
    '[1,]',
    '{"a":01234567890123456789}',
    '{1234567890123456789:1}',
    '"',
    '"\\',
  ])('%s', (json) => {
    const error = refusalOf(json);
    expect(error.code).toBe('PB3001');
    expect(error.key).toBeUndefined();
    expect(error.remedy).toBeDefined();
  });
});

test.each(['[]', 'null', '"resourceSpans"', '5', '1544712660300000123', 'true'])('a body that is %s', (json) => {
  expect(refusalOf(json)).toMatchObject({ code: 'PB3001', key: undefined });
});

describe('a known field of the wrong type', () => {
  test.each([
    ['"traceId":12', `${SPAN}.traceId`],
    ['"traceId":"5b8efff798038103d269b633813fc60"', `${SPAN}.traceId`],
    ['"traceId":"W47/95gDgQPSabYzgT/GDA=="', `${SPAN}.traceId`],
    ['"traceId":"5b8efff798038103d269b633813fc60g"', `${SPAN}.traceId`],
    ['"traceId":"5b8efff798038103d269b633813fc6\u0130\u0130"', `${SPAN}.traceId`],
    [`"spanId":${TRACE_ID}`, `${SPAN}.spanId`],
    ['"parentSpanId":"0"', `${SPAN}.parentSpanId`],
    ['"name":5', `${SPAN}.name`],
    ['"name":{"a":1}', `${SPAN}.name`],
    ['"name":1544712660300000123', `${SPAN}.name`],
    ['"kind":"SPAN_KIND_SERVER"', `${SPAN}.kind`],
    ['"kind":"2"', `${SPAN}.kind`],
    ['"kind":1.5', `${SPAN}.kind`],
    ['"kind":2147483648', `${SPAN}.kind`],
    ['"flags":-1', `${SPAN}.flags`],
    ['"flags":4294967296', `${SPAN}.flags`],
    ['"droppedLinksCount":"many"', `${SPAN}.droppedLinksCount`],
    ['"startTimeUnixNano":-1', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":1.5', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":18446744073709551616', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":"18446744073709551616"', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":" 1"', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":""', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":"0x10"', `${SPAN}.startTimeUnixNano`],
    ['"startTimeUnixNano":{"low":1,"high":2}', `${SPAN}.startTimeUnixNano`],
    [`"startTimeUnixNano":${'9'.repeat(100_000)}`, `${SPAN}.startTimeUnixNano`],
    ['"status":[]', `${SPAN}.status`],
    ['"status":1544712660300000123', `${SPAN}.status`],
    ['"events":{}', `${SPAN}.events`],
    ['"events":[{},5,{}]', `${SPAN}.events[1]`],
    ['"links":[null]', `${SPAN}.links[0]`],
    ['"attributes":[{"key":"a","value":5}]', VALUE],
    ['"attributes":[{"value":{"boolValue":"true"}}]', `${VALUE}.boolValue`],
    ['"attributes":[{"value":{"intValue":"9223372036854775808"}}]', `${VALUE}.intValue`],
    ['"attributes":[{"value":{"intValue":"-9223372036854775809"}}]', `${VALUE}.intValue`],
    ['"attributes":[{"value":{"intValue":1.5}}]', `${VALUE}.intValue`],
    [`"attributes":[{"value":{"intValue":${'9'.repeat(400)}}}]`, `${VALUE}.intValue`],
    ['"attributes":[{"value":{"doubleValue":"nan"}}]', `${VALUE}.doubleValue`],
    ['"attributes":[{"value":{"doubleValue":1e400}}]', `${VALUE}.doubleValue`],
    ['"attributes":[{"value":{"doubleValue":"1e400"}}]', `${VALUE}.doubleValue`],
    ['"attributes":[{"value":{"doubleValue":""}}]', `${VALUE}.doubleValue`],
    ['"attributes":[{"value":{"doubleValue":true}}]', `${VALUE}.doubleValue`],
    ['"attributes":[{"value":{"bytesValue":"a"}}]', `${VALUE}.bytesValue`],
    ['"attributes":[{"value":{"bytesValue":"ab=c"}}]', `${VALUE}.bytesValue`],
    ['"attributes":[{"value":{"bytesValue":"ab="}}]', `${VALUE}.bytesValue`],
    ['"attributes":[{"value":{"bytesValue":"a b="}}]', `${VALUE}.bytesValue`],
    ['"attributes":[{"value":{"bytesValue":[1]}}]', `${VALUE}.bytesValue`],
    ['"attributes":[{"value":{"arrayValue":[]}}]', `${VALUE}.arrayValue`],
    [
      '"attributes":[{"value":{"arrayValue":{"values":[{},{"kvlistValue":{"values":[{"key":1}]}}]}}}]',
      `${VALUE}.arrayValue.values[1].kvlistValue.values[0].key`,
    ],
    ['"attributes":[{"value":{"stringValue":"a","intValue":1}}]', `${VALUE}.stringValue`],
  ])('%#: %s', (members, key) => {
    const error = refusalOf(inSpan(members));
    expect(error.code).toBe('PB3001');
    expect(error.key).toBe(key);
    expect(error.remedy).toBeDefined();
  });

  test('in a packed list', () => {
    const json =
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"bucketCounts":["1","x"]}]}}]}]}]}';
    expect(refusalOf(json, transcodeMetrics).key).toBe(
      'resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0].bucketCounts[1]',
    );
  });
});

test('the message says what was expected and what was found, without the text of the sender', () => {
  expect(refusalOf(inSpan('"traceId":"secret"')).describe()).toBe(
    `PB3001 Expected a trace id of 32 hexadecimal digits, found a string of length 6. [${SPAN}.traceId]\n` +
      '  Send OTLP/JSON: lowerCamelCase names, enums as numbers, trace and span ids in hexadecimal.',
  );
});

describe('nesting', () => {
  const nested = (depth: number, open: string, close: string): string =>
    inSpan(`"attributes":[{"value":${open.repeat(depth - 1)}{}${close.repeat(depth - 1)}}]`);
  const ARRAY = ['{"arrayValue":{"values":[', ']}}'] as const;
  const LIST = ['{"kvlistValue":{"values":[{"value":', '}]}}'] as const;

  test.each([ARRAY, LIST])('%s at the limit passes', (open, close) => {
    const bytes = transcodeTraces(encoder.encode(nested(JSON_VALUE_DEPTH_MAX, open, close)));
    expect(bytes.length).toBeGreaterThan(JSON_VALUE_DEPTH_MAX);
  });

  test.each([ARRAY, LIST])('%s beyond the limit does not', (open, close) => {
    const error = refusalOf(nested(JSON_VALUE_DEPTH_MAX + 1, open, close));
    expect(error.code).toBe('PB3002');
    expect(error.key?.startsWith(VALUE)).toBe(true);
  });

  test('a bomb of brackets is refused, not overflowed', () => {
    expect(refusalOf(nested(50_000, ...ARRAY)).code).toBe('PB3002');
  });

  test('values side by side are not nesting', () => {
    const side = `{"arrayValue":{"values":[${'{},'.repeat(3 * JSON_VALUE_DEPTH_MAX)}{}]}}`;
    const bytes = transcodeTraces(encoder.encode(inSpan(`"attributes":[{"value":${side}},{"value":${side}}]`)));
    expect(decodeTraces(bytes)).toHaveProperty('resourceSpans');
  });
});
