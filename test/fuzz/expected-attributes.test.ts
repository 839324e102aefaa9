/** What the decoder's hot loop reads is what the oracle reads, wherever a sender leaves the path it was expected to keep. */
import { expect, test } from 'vitest';
import { KeyTable, RecordBatch, RecordDecoder, VALUE } from '../../src/decode/index.js';
import { readExpected } from '../../src/decode/usual-layout.js';
import { AttributeColumns } from '../../src/decode/attribute-columns.js';
import { WireCursor } from '../../src/decode/wire.js';
import { viewOf } from '../../src/decode/bytes-table.js';
import { seededRandom } from '../../src/lib/random.js';
import { encodeTraces } from '../oracle/otlp-oracle.js';
import { Agreement } from './agreement.js';
import { repeatingSpans } from './repeating-spans.js';

test('requests of one sender, with everything odd in them, decode as the oracle says', () => {
  const agreement = new Agreement();
  const random = seededRandom(31);
  for (let input = 0; input < 3_000; input++)
    expect(agreement.check('traces', repeatingSpans(random))).toBe('accepted');
});

test('cut off anywhere, they are refused by both or read by both', () => {
  const agreement = new Agreement();
  const random = seededRandom(32);
  for (let input = 0; input < 12; input++) {
    const bytes = repeatingSpans(random);
    agreement.check('traces', bytes);
    for (let length = 0; length < bytes.length; length++) agreement.check('traces', bytes.slice(0, length));
  }
});

/** The attributes of a span alone, as `readExpected` takes them. */
function attributesOf(attributes: object[]): Uint8Array {
  const request = encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] } as never);
  return request.subarray(Buffer.from(request).indexOf(0x4a));
}

const SHORT_VALUES = [
  { stringValue: '' },
  { stringValue: 'JFK' },
  { boolValue: true },
  { boolValue: false },
  { intValue: 0n },
  { intValue: 127n },
  { intValue: 16_384n },
  { intValue: 2_097_151n },
  { doubleValue: -0.5 },
];
const LENGTHS = [1, 2, 4, 5, 6, 12, 13, 14, 20, 21, 22, 28, 29, 30, 36, 37, 38, 60, 110];

test.each(LENGTHS)(
  'keys of %i bytes, and short values of every type behind them, are read without a hash',
  (length) => {
    const bytes = attributesOf(SHORT_VALUES.map((value, index) => ({ key: key(index, length), value })));
    const keys = new KeyTable({
      names: SHORT_VALUES.map((_, index) => key(index, length)),
      prefixes: [],
      maxKeys: 100,
    });
    const read = (): number => {
      const cursor = new WireCursor();
      cursor.load(bytes, viewOf(bytes));
      readExpected(cursor, 0x4a, bytes.length, keys, new AttributeColumns());
      return cursor.at;
    };
    expect(read()).toBe(0);
    SHORT_VALUES.forEach((_, index) => {
      const { length: size, buffer } = new TextEncoder().encode(key(index, length));
      keys.lookup(new DataView(buffer), 0, size);
    });
    // The first one follows what was read last.
    keys.lookup(new DataView(new TextEncoder().encode(key(0, length)).buffer), 0, length);
    keys.last = SHORT_VALUES.length - 1;
    expect(read()).toBe(bytes.length);

    for (const at of [0, length - 1, length >> 1]) {
      // One byte of the first key is another.
      const changed = bytes.slice();
      changed[4 + at] ^= 1;
      const cursor = new WireCursor();
      cursor.load(changed, viewOf(changed));
      readExpected(cursor, 0x4a, changed.length, keys, new AttributeColumns());
      expect(cursor.at).toBe(0);
      keys.last = SHORT_VALUES.length - 1;
    }
  },
);

function key(index: number, length: number): string {
  return String.fromCharCode(0x61 + index) + 'k'.repeat(length - 1);
}

test('columns grow in the middle of a run', () => {
  const keys = new KeyTable({ names: [], prefixes: [''], maxKeys: 10 });
  const batch = new RecordBatch();
  const attributes = Array.from({ length: 3_000 }, (_, index) => ({ key: 'a', value: { intValue: BigInt(index) } }));
  new RecordDecoder(keys).decode(
    'traces',
    encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] }),
    batch,
  );
  const { count, number, type } = batch.attributes;
  expect(Array.from(number.subarray(0, count))).toEqual(attributes.map((_, index) => index));
  expect(new Set(type.subarray(0, count))).toEqual(new Set([VALUE.int]));
});
