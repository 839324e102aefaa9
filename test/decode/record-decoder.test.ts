/** The decoder against the oracle: same records, same attributes, or the same refusal, whatever the order of the fields. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ABSENT, KeyTable, RecordBatch, RecordDecoder, type RecordSignal, VALUE } from '../../src/decode/index.js';
import { seededRandom } from '../../src/lib/random.js';
import { shuffled } from '../oracle/arbitraries.js';
import { decodeMessage, encodeTraces, type OtlpObject, type RequestName } from '../oracle/otlp-oracle.js';
import { encodeShuffled } from '../oracle/shuffled-writer.js';

const REQUEST: Record<RecordSignal, RequestName> = {
  traces: 'ExportTraceServiceRequest',
  logs: 'ExportLogsServiceRequest',
};
const GROUPS = { traces: ['resourceSpans', 'scopeSpans', 'spans'], logs: ['resourceLogs', 'scopeLogs', 'logRecords'] };
const EVERY_KEY = { names: [], prefixes: [''], maxKeys: 100_000 };

interface SeenRecord {
  readonly resource: unknown[];
  readonly attributes: unknown[];
  readonly timeMs: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly dropped: number;
  readonly statusCode: number;
  readonly eventName: string;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const list = (value: unknown): OtlpObject[] => (value ?? []) as OtlpObject[];

function decoded(signal: RecordSignal, bytes: Uint8Array): SeenRecord[] {
  const keys = new KeyTable(EVERY_KEY);
  const batch = new RecordBatch();
  new RecordDecoder(keys).decode(signal, bytes, batch);
  const { attributes } = batch;
  const text = (start: number, end: number): string => new TextDecoder().decode(bytes.subarray(start, end));
  const attribute = (entry: number): unknown => {
    const { type, number, start, end, key } = attributes;
    const ranged = type[entry] === VALUE.string || type[entry] >= VALUE.array;
    return [keys.text(key[entry]), type[entry], ranged ? hex(bytes.subarray(start[entry], end[entry])) : number[entry]];
  };
  const range = (start: number, end: number): unknown[] =>
    Array.from({ length: end - start }, (_, index) => attribute(start + index));
  const id = (at: number, length: number): string => (at === ABSENT ? '' : hex(bytes.subarray(at, at + length)));
  return Array.from({ length: batch.count }, (_, record) => ({
    resource: range(batch.resourceStart[record], batch.resourceEnd[record]),
    attributes: range(batch.attributeStart[record], batch.attributeEnd[record]),
    timeMs: batch.timeMs[record],
    traceId: id(batch.traceId[record], 16),
    spanId: id(batch.spanId[record], 8),
    dropped: batch.droppedAttributes[record],
    statusCode: batch.statusCode[record],
    eventName:
      batch.eventNameStart[record] === ABSENT ? '' : text(batch.eventNameStart[record], batch.eventNameEnd[record]),
  }));
}

/** What the oracle makes of the same bytes. Nested values are compared by kind: their bytes have no one form. */
function expected(signal: RecordSignal, bytes: Uint8Array): SeenRecord[] {
  const [groups, scopes, records] = GROUPS[signal];
  const request = decodeMessage(REQUEST[signal], bytes);
  return list(request[groups]).flatMap((group) =>
    list(group[scopes]).flatMap((scope) =>
      list(scope[records]).map((record) => ({
        resource: list((group.resource as OtlpObject | undefined)?.attributes).map(attributeOf),
        attributes: list(record.attributes).map(attributeOf),
        timeMs: timeOf(signal, record),
        traceId: hex((record.traceId as Uint8Array | undefined) ?? new Uint8Array(0)),
        spanId: hex((record.spanId as Uint8Array | undefined) ?? new Uint8Array(0)),
        dropped: (record.droppedAttributesCount as number | undefined) ?? 0,
        statusCode: ((record.status as OtlpObject | undefined)?.code as number | undefined) ?? 0,
        eventName: (record.eventName as string | undefined) ?? '',
      })),
    ),
  );
}

function timeOf(signal: RecordSignal, record: OtlpObject): number {
  const nanos = (name: string): number => Number((record[name] as bigint | undefined) ?? 0n) / 1e6;
  return signal === 'traces' ? nanos('startTimeUnixNano') : nanos('timeUnixNano') || nanos('observedTimeUnixNano');
}

function attributeOf({ key, value }: OtlpObject): unknown {
  const any = (value ?? {}) as OtlpObject;
  const name = (key as string | undefined) ?? '';
  if (any.stringValue !== undefined) return [name, VALUE.string, hex(Buffer.from(any.stringValue as string))];
  if (any.boolValue !== undefined) return [name, VALUE.bool, any.boolValue === true ? 1 : 0];
  if (any.intValue !== undefined) return [name, VALUE.int, Number(any.intValue)];
  if (any.doubleValue !== undefined) return [name, VALUE.double, any.doubleValue];
  if (any.arrayValue !== undefined) return [name, VALUE.array, 'nested'];
  if (any.kvlistValue !== undefined) return [name, VALUE.kvlist, 'nested'];
  if (any.bytesValue !== undefined) return [name, VALUE.bytes, hex(any.bytesValue as Uint8Array)];
  return [name, VALUE.empty, 0];
}

const withoutNestedBytes = (records: SeenRecord[]): SeenRecord[] =>
  records.map((record) => {
    const blank = (attributes: unknown[]): unknown[] =>
      attributes.map((attribute) => {
        const [name, type, value] = attribute as [string, number, unknown];
        if (type === VALUE.empty) return [name, type, 0];
        return [name, type, type === VALUE.array || type === VALUE.kvlist ? 'nested' : value];
      });
    return { ...record, resource: blank(record.resource), attributes: blank(record.attributes) };
  });

/** A record with nothing that the next stage could want is counted and not kept. */
const wanted = (records: SeenRecord[]): SeenRecord[] =>
  records.filter(({ attributes, eventName }) => attributes.length > 0 || eventName !== '');

describe.each(['traces', 'logs'] as const)('%s', (signal) => {
  test('decode as the oracle does, with fields in any order and unknown ones between', () => {
    fc.assert(
      fc.property(shuffled(REQUEST[signal]), ({ bytes }) => {
        expect(withoutNestedBytes(decoded(signal, bytes))).toEqual(wanted(expected(signal, bytes)));
      }),
      { numRuns: 300 },
    );
  });

  test('cut off anywhere, are refused or decode as the oracle does', () => {
    fc.assert(
      fc.property(shuffled(REQUEST[signal]), fc.double({ min: 0, max: 1, noNaN: true }), ({ bytes }, share) => {
        const cut = bytes.subarray(0, Math.floor(share * bytes.length));
        let oracle: SeenRecord[];
        try {
          oracle = expected(signal, cut);
        } catch {
          expect(() => decoded(signal, cut)).toThrow(/not valid protobuf/);
          return;
        }
        expect(withoutNestedBytes(decoded(signal, cut))).toEqual(wanted(oracle));
      }),
      { numRuns: 300 },
    );
  });
});

test('a resource that stands after its spans describes them all the same', () => {
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const request = {
    resourceSpans: [
      {
        scopeSpans: [{ spans: [{ attributes: [attribute('a', '1')] }] }],
        resource: { attributes: [attribute('r', '2')] },
      },
    ],
  };
  const plain = decoded('traces', encodeTraces(request));
  expect(plain[0].resource).toEqual([['r', VALUE.string, '32']]);
  for (let seed = 0; seed < 20; seed++) {
    const bytes = encodeShuffled('ExportTraceServiceRequest', request, seededRandom(seed));
    expect(decoded('traces', bytes)).toEqual(plain);
  }
});

test('a value that nests too deep is refused as such', () => {
  const field = (tag: number, content: Buffer): Buffer => {
    const length: number[] = [];
    let rest = content.length;
    for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
    return Buffer.concat([Buffer.from([tag, ...length, rest]), content]);
  };
  let value: Buffer = Buffer.from([0x18, 1]);
  for (let depth = 0; depth < 150; depth++) value = field(0x2a, field(0x0a, value));
  const span = field(0x4a, Buffer.concat([field(0x0a, Buffer.from('a')), field(0x12, value)]));
  const bytes = field(0x0a, field(0x12, field(0x12, span)));
  expect(() => decoded('traces', bytes)).toThrow(/nests deeper/);
});

test('an identifier of the wrong length is refused', () => {
  const bytes = encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: new Uint8Array(15) }] }] }] });
  expect(() => decoded('traces', bytes)).toThrow(/trace id has not 16 bytes/);
});

test('keys past the limit are counted and left out; known ones go on', () => {
  const keys = new KeyTable({ names: ['known'], prefixes: ['ml.'], maxKeys: 3 });
  const batch = new RecordBatch();
  const attributes = ['ml.a', 'ml.b', 'ml.c', 'known', 'other'].map((key) => ({ key, value: { boolValue: true } }));
  new RecordDecoder(keys).decode(
    'traces',
    encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] }),
    batch,
  );
  expect(Array.from(batch.attributes.key.subarray(0, batch.attributes.count), (key) => keys.text(key))).toEqual([
    'ml.a',
    'ml.b',
    'known',
  ]);
  expect(keys.overflow).toBe(1);
});
