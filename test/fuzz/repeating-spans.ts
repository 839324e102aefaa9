/**
 * Requests as one sender makes them: span after span with the same attributes in the same order, which is what the
 * decoder expects. Keys are chosen to be mistaken for each other, values to lie on the edges of what its hot loop takes,
 * and now and then an attribute is left out, doubled, exchanged or written in another legal way. Seeded.
 */
import type { Random } from '../../src/lib/random.js';
import { below } from './mutations.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Of one length, of one beginning, of one ending, and of every length at which comparing takes another turn. */
const TEXT_KEYS = [
  ...['ml.feature.distance', 'ml.feature.distancf', 'nl.feature.distance', 'ml.feature.dist', 'ml.feature.distance_km'],
  ...['', 'a', 'b', 'age', 'agf', 'hour', 'hours', 'hourly', 'größe', 'grösse', 'ml.feature.größe'],
  ...[...'abcdefghijklm'].map((letter, index) => letter.repeat(3 * index + 1)),
  ...[120, 121, 122, 126, 127, 128, 200].map((length) => 'k'.repeat(length)),
  ...['\u0000'.repeat(8), 'with\u0000zero', 'with\u007fdelete'],
];
/** No text, and as eight bytes of a double: two NaNs that differ, and a negative zero. */
const KEYS: readonly Uint8Array[] = [
  ...TEXT_KEYS.map(text),
  Uint8Array.of(0x61, 0xff),
  Uint8Array.of(0x62, 0xff, ...new Uint8Array(7).fill(0x80)),
  Uint8Array.of(1, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x41),
  Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x41),
  Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80),
];

const varint = (value: number, bytes = 0): number[] => {
  const written: number[] = [];
  for (let rest = value; rest > 0x7f || written.length + 1 < bytes; rest = Math.floor(rest / 128)) {
    written.push((rest % 128) | 0x80);
  }
  return [...written, Math.floor(value / 128 ** written.length)];
};
const field = (tag: number, content: ArrayLike<number>, lengthBytes = 0): number[] => [
  tag,
  ...varint(content.length, lengthBytes),
  ...Array.from(content),
];
const double = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];
const MINUS_ONE = [...Array<number>(9).fill(0xff), 0x01];

const TEXT_LENGTHS = [0, 1, 7, 40, 90, 110, 127, 128, 300];
const INTEGERS = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 2 ** 31, 2 ** 32 + 1, 2 ** 53];
const DOUBLES = [0, -0, 1.5, NaN, Infinity, -1e300];

/** Every kind of `AnyValue`; of a number, each length of its varint, longer than it needs to be too. */
const VALUES: readonly ((random: Random) => number[])[] = [
  (random) => field(0x0a, text('x'.repeat(one(TEXT_LENGTHS, random)))),
  (random) => [0x18, ...varint(one(INTEGERS, random))],
  (random) => [0x18, ...varint(below(200, random), 1 + below(5, random))],
  () => [0x18, ...MINUS_ONE],
  // Up to 32 bits: of a longer bool, protobufjs drops the rest.
  (random) => [0x10, below(2, random)],
  (random) => [0x10, ...varint(below(3, random) * 16_384, below(4, random))],
  (random) => [0x21, ...double(one(DOUBLES, random))],
  () => [],
  () => field(0x2a, field(0x0a, [0x18, 5])),
  () => field(0x32, field(0x0a, [...field(0x0a, text('n')), ...field(0x12, [0x10, 1])])),
  () => field(0x3a, [0xff, 0x00]),
  // The last of a oneof counts; an unknown field does not.
  () => [0x18, 0x05, 0x10, 0x01],
  () => [0x10, 0x01, 0x21, ...double(2)],
  () => [...field(0x0a, text('stale')), ...field(0x0a, text('last'))],
  () => [0x18, 0x05, 0xf0, 0x3f, 0x01],
];

type Layout = (key: Uint8Array, value: number[]) => number[];
const usual: Layout = (key, value) => field(0x4a, [...field(0x0a, key), ...field(0x12, value)]);
const OTHER_LAYOUTS: readonly Layout[] = [
  (key, value) => field(0x4a, [...field(0x12, value), ...field(0x0a, key)]),
  (key, value) => field(0x4a, [...field(0x0a, text('stale')), ...field(0x0a, key), ...field(0x12, value)]),
  (key, value) => field(0x4a, [...field(0x0a, key), ...field(0x12, [0x18, 1]), ...field(0x12, value)]),
  (key, value) => field(0x4a, [...field(0x0a, key), ...field(0x12, value), 0xf0, 0x3f, 0x01]),
  (key, value) => field(0x4a, [...field(0x0a, key), ...field(0x12, value)], 3),
  (key, value) => field(0x4a, [...field(0x0a, key, 2), ...field(0x12, value)]),
  (key, value) => field(0x4a, [...field(0x0a, key), ...field(0x12, value, 2)]),
  (key, value) => [0xca, 0x00, ...usual(key, value).slice(1)],
  (key, value) => field(0x4a, [0x8a, 0x00, ...field(0x0a, key).slice(1), ...field(0x12, value)]),
  (key) => field(0x4a, field(0x0a, key)),
  (_, value) => field(0x4a, field(0x12, value)),
  () => field(0x4a, []),
];

interface Attribute {
  readonly key: Uint8Array;
  readonly value: (random: Random) => number[];
}

const SPANS_MAX = 12;
const ATTRIBUTES_MAX = 12;
const ODD_CHANCE = 0.04;
/** As many of `VALUES`, from the first, are of the kinds that the hot loop takes. */
const USUAL_VALUES = 7;

export function repeatingSpans(random: Random): Uint8Array {
  const sent = Array.from({ length: 1 + below(ATTRIBUTES_MAX, random) }, () => attribute(random));
  const spans = Array.from({ length: 1 + below(SPANS_MAX, random) }, () => field(0x12, span(sent, random)));
  return Uint8Array.from(field(0x0a, field(0x12, spans.flat())));
}

function span(sent: readonly Attribute[], random: Random): number[] {
  const bytes = [...field(0x0a, new Uint8Array(16).fill(7)), ...field(0x12, new Uint8Array(8).fill(9))];
  bytes.push(0x39, ...double(1));
  const odd = (): boolean => random.next() < ODD_CHANCE;
  for (const { key, value } of sent) {
    if (odd()) continue;
    const written = odd() ? attribute(random) : { key, value };
    const layout = odd() ? one(OTHER_LAYOUTS, random) : usual;
    bytes.push(...layout(written.key, written.value(random)));
    if (odd()) bytes.push(...usual(key, one(VALUES, random)(random)));
    if (odd()) bytes.push(0x50, 3);
  }
  return bytes;
}

/** Half of the values are usual ones. */
function attribute(random: Random): Attribute {
  return {
    key: one(KEYS, random),
    value: random.next() < 0.5 ? VALUES[below(USUAL_VALUES, random)] : one(VALUES, random),
  };
}

function one<T>(all: readonly T[], random: Random): T {
  return all[below(all.length, random)];
}
