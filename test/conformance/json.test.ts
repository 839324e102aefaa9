/** JSON as OTLP has it, of the whole collector over real sockets: spelled by hand, since that is what is in question. */
import { beforeEach, describe, expect, test } from 'vitest';
import { parsePartialSuccess, parseStatus } from '../receive/answer-messages.js';
import { JSON_TYPE } from '../receive/receiver-fixture.js';
import { type Conforming, startConforming } from './collector-fixture.js';

let conforming: Conforming;
beforeEach(async () => {
  conforming = await startConforming();
});

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';
/** Nanoseconds of now, which no double holds: the last digits matter. */
const nowNanos = (): string => `${Date.now()}123457`;

interface Spelling {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly kind?: string;
  readonly start?: string;
  readonly end?: string;
  readonly value?: string;
  readonly member?: string;
}

/** One prediction; every part is JSON text. */
function request(spelling: Spelling = {}): string {
  const time = nowNanos();
  const { traceId = TRACE_ID, spanId = SPAN_ID, kind = '1', start = `"${time}"`, end = `"${time}"` } = spelling;
  const { value = '{"doubleValue":1.5}', member = '"name":"predict"' } = spelling;
  const attribute = (key: string, text: string): string => `{"key":"${key}","value":${text}}`;
  const attributes = [
    attribute('ml.model.name', '{"stringValue":"m"}'),
    attribute('ml.model.version', '{"stringValue":"1"}'),
    attribute('ml.feature.x', value),
  ].join(',');
  const span = `{"traceId":"${traceId}","spanId":"${spanId}",${member},"kind":${kind},"startTimeUnixNano":${start},"endTimeUnixNano":${end},"attributes":[${attributes}]}`;
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
}

async function statusOf(text: string): Promise<number> {
  const answer = await conforming.post('/v1/traces', JSON_TYPE, text);
  if (answer.status === 200) expect(parsePartialSuccess(answer.body)).toBeUndefined();
  else expect(parseStatus(answer.body)).toMatchObject({ code: 3 });
  expect(answer.headers['content-type']).toContain('application/json');
  return answer.status;
}

/** A sample of the page, evaluated now, by the start of its line. */
async function sample(start: string): Promise<number> {
  const line = (await conforming.collector.metricsText()).split('\n').find((text) => text.startsWith(start));
  return Number(line?.slice(line.lastIndexOf(' ') + 1));
}

const MEAN = 'ml_feature_moment{model_name="m",model_version="1",feature="x",window="5m",moment="mean"}';

describe('ids', () => {
  test('are hexadecimal in either case: the same id in capitals is the same span', async () => {
    expect(await statusOf(request())).toBe(200);
    expect(await statusOf(request({ traceId: TRACE_ID.toUpperCase(), spanId: SPAN_ID.toUpperCase() }))).toBe(200);
    expect(await conforming.accounted('traces')).toEqual({ received: 2, observed: 1, rejected: 0, ignored: 1 });
  });

  test('are not base64', async () => {
    const traceId = Buffer.from(TRACE_ID, 'hex').toString('base64');
    expect(await statusOf(request({ traceId }))).toBe(400);
    expect((await conforming.accounted('traces')).observed).toBe(0);
  });
});

describe('numbers', () => {
  test.each([
    ['text', (time: string) => `"${time}"`],
    ['a number', (time: string) => time],
  ])('64-bit ones may be %s', async (_name, spell) => {
    const time = nowNanos();
    expect(await statusOf(request({ start: spell(time), end: spell(time), value: '{"intValue":"7"}' }))).toBe(200);
    expect(await statusOf(request({ spanId: '01'.repeat(8), value: '{"intValue":9}' }))).toBe(200);
    expect((await conforming.accounted('traces')).observed).toBe(2);
    expect(await sample(MEAN)).toBe(8);
  });

  test('nanoseconds keep what a double would lose', async () => {
    const start = `${Date.now()}000001`;
    const end = String(BigInt(start) + 1_500n);
    expect(await statusOf(request({ start, end }))).toBe(200);
    expect(await sample('ml_model_prediction_duration_seconds_sum{')).toBeCloseTo(1.5e-6, 12);
  });

  test.each(['"NaN"', '"Infinity"', '"-Infinity"'])('%s is a number in text', async (text) => {
    expect(await statusOf(request({ value: `{"doubleValue":${text}}` }))).toBe(200);
    expect((await conforming.accounted('traces')).observed).toBe(1);
  });

  test('NaN without quotes is no JSON', async () => {
    expect(await statusOf(request({ value: '{"doubleValue":NaN}' }))).toBe(400);
  });
});

test('enums are integers; names are refused', async () => {
  expect(await statusOf(request({ kind: '3' }))).toBe(200);
  expect(await statusOf(request({ kind: '"SPAN_KIND_CLIENT"', spanId: '02'.repeat(8) }))).toBe(400);
  expect((await conforming.accounted('traces')).observed).toBe(1);
});

test('bytes are base64: a column of doubles is read from them', async () => {
  const column = Buffer.from(Float64Array.of(1, 2, 6).buffer).toString('base64');
  const text = request({ value: `{"bytesValue":"${column}"}` }).replace(
    '"attributes":[',
    '"attributes":[{"key":"ml.batch.size","value":{"intValue":"3"}},',
  );
  expect(await statusOf(text)).toBe(200);
  expect(await sample(MEAN)).toBe(3);
});

test('members are lowerCamelCase only: another spelling is an unknown member, and ignored', async () => {
  const text = request();
  expect(await statusOf(text.replace('"resourceSpans"', '"resource_spans"'))).toBe(200);
  expect(await conforming.accounted('traces')).toMatchObject({ received: 0, observed: 0 });
  expect(await statusOf(request({ member: '"trace_id":"00","unknown":{"a":[1]}' }))).toBe(200);
  expect((await conforming.accounted('traces')).observed).toBe(1);
});

test('brackets that nest without end are harmless where they are ignored, and refused where they are a value', async () => {
  const bomb = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect(await statusOf(request({ member: `"unknown":${bomb}` }))).toBe(200);
  const arrays = `${'{"arrayValue":{"values":['.repeat(200)}${']}}'.repeat(200)}`;
  expect(await statusOf(request({ spanId: '03'.repeat(8), value: arrays }))).toBe(400);
  expect(await statusOf(`{"resourceSpans":${bomb}}`)).toBe(400);
  expect((await conforming.accounted('traces')).observed).toBe(1);
});
