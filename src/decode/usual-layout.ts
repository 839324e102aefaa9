/**
 * The hot loops of the decoder: attributes, and elements of arrays, in the layout that nearly all have (a field of less
 * than 128 bytes, key before value, the value a text or a number). A sender writes the same keys in the same order again
 * and again, so the key that followed last time is the one to expect, and its frame proves it: about 18 ns an attribute.
 *
 * Whatever is not like that ends the loop and is left to `AttributeDecoder`, one field at a time; so nothing may be taken
 * here that it would read differently. The loops call nothing that V8 does not inline, and read no imported binding:
 * after a call every array's type is checked anew, and an imported binding is looked up each time. Either costs half as
 * much again.
 */
import { type AttributeColumns, VALUE } from './attribute-columns.js';
import { type KeyTable, UNKNOWN_KEY } from './key-table.js';
import type { WireCursor } from './wire.js';

const { string: STRING, bool: BOOL, int: INT, double: DOUBLE } = VALUE;
const NOTHING_EXPECTED = UNKNOWN_KEY;
/** Tags in `AnyValue`. */
const ANY_STRING = 0x0a;
const ANY_BOOL = 0x10;
const ANY_INT = 0x18;
const ANY_DOUBLE = 0x21;
/** `values` of ArrayValue. */
const ELEMENT = 0x0a;
/** Tag and length of a field of less than 128 bytes, as a 16-bit word: no more than these bits. */
const SHORT_FIELD = 0x7fff;

/**
 * Reads an `AnyValue` of one field, whose content is from `at` to `end`, as entry `index`: a text of less than 128 bytes,
 * a double, a boolean, or an integer of up to 21 bits. False: it is none of them, or not written as usual.
 */
function readUsual(
  tag: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  index: number,
  type: Uint8Array,
  number: Float64Array,
  starts: Int32Array,
  ends: Int32Array,
): boolean {
  const length = end - at;
  if (tag === ANY_DOUBLE) {
    if (length !== 8) return false;
    type[index] = DOUBLE;
    number[index] = view.getFloat64(at, true);
    return true;
  }
  const first = bytes[at];
  if (tag === ANY_STRING) {
    if (first !== length - 1) return false;
    type[index] = STRING;
    starts[index] = at + 1;
    ends[index] = end;
    return true;
  }
  if (tag === ANY_INT) {
    type[index] = INT;
    if (length === 1) number[index] = first;
    else if (length === 2) number[index] = (first & 0x7f) | (bytes[at + 1] << 7);
    else number[index] = (first & 0x7f) | ((bytes[at + 1] & 0x7f) << 7) | (bytes[at + 2] << 14);
    // Each byte but the last says that another follows.
    if (length === 1) return first < 0x80;
    if (length === 2) return first >= 0x80 && bytes[at + 1] < 0x80;
    return length === 3 && first >= 0x80 && bytes[at + 1] >= 0x80 && bytes[at + 2] < 0x80;
  }
  type[index] = BOOL;
  number[index] = first;
  return tag === ANY_BOOL && length === 1 && first <= 1;
}

/**
 * Reads the `KeyValue` fields with `tag` (of one byte) between the cursor and `end` into the columns. Stops at the first
 * that is not as expected, and where the columns are full; `keyValue` grows them.
 */
export function readExpected(
  cursor: WireCursor,
  tag: number,
  end: number,
  keys: KeyTable,
  columns: AttributeColumns,
): void {
  const { bytes, view } = cursor;
  const { key, type, number, start, end: ends } = columns;
  const { successor } = keys;
  const { words, start: frameStart, length: frameLength } = keys.frames;
  const room = key.length;
  let { at } = cursor;
  let { last } = keys;
  let { count } = columns;
  while (at + 2 < end && count < room) {
    const field = view.getUint16(at, true);
    const fieldStart = at + 2;
    const fieldEnd = fieldStart + (field >>> 8);
    const expected = successor[last];
    if (field > SHORT_FIELD || (field & 0xff) !== tag || fieldEnd > end || expected === NOTHING_EXPECTED) break;
    const valueAt = fieldStart + frameLength[expected];
    const contentAt = valueAt + 2;
    if (contentAt >= fieldEnd || !isFramed(words, frameStart[expected], view, fieldStart, valueAt)) break;
    const value = view.getUint16(valueAt, true);
    if ((value & 0xff) !== fieldEnd - valueAt - 1) break;
    if (!readUsual(value >>> 8, bytes, view, contentAt, fieldEnd, count, type, number, start, ends)) break;
    key[count++] = expected;
    last = expected;
    at = fieldEnd;
  }
  cursor.at = at;
  keys.last = last;
  columns.count = count;
}

/** Whether the frame that begins at `word` stands in the message from `start` to `end`. Written out: loops cost more. */
function isFramed(words: Float64Array, word: number, view: DataView, start: number, end: number): boolean {
  const lastAt = end - 8;
  if (lastAt < start)
    return words[word] === view.getInt32(end - 4, true) && words[word + 1] === view.getInt32(start, true);
  if (words[word] !== view.getFloat64(lastAt, true)) return false;
  if (lastAt === start) return true;
  if (words[word + 1] !== view.getFloat64(start, true)) return false;
  if (lastAt <= start + 8) return true;
  if (words[word + 2] !== view.getFloat64(start + 8, true)) return false;
  if (lastAt <= start + 16) return true;
  if (words[word + 3] !== view.getFloat64(start + 16, true)) return false;
  for (let at = start + 24, next = word + 4; at < lastAt; at += 8, next++) {
    if (words[next] !== view.getFloat64(at, true)) return false;
  }
  return true;
}

/**
 * Reads the elements of an `ArrayValue` between the cursor and `end` into the columns (without a key), likewise: it stops
 * at the first that is not usual, and where `room` entries are full.
 */
export function readUsualElements(cursor: WireCursor, end: number, columns: AttributeColumns, room: number): void {
  const { bytes, view } = cursor;
  const { type, number, start, end: ends } = columns;
  let { at } = cursor;
  let { count } = columns;
  while (at + 3 < end && count < room) {
    const field = view.getUint16(at, true);
    const valueAt = at + 2;
    const fieldEnd = valueAt + (field >>> 8);
    if (field > SHORT_FIELD || (field & 0xff) !== ELEMENT || fieldEnd > end || valueAt + 1 >= fieldEnd) break;
    if (!readUsual(bytes[valueAt], bytes, view, valueAt + 1, fieldEnd, count, type, number, start, ends)) break;
    count++;
    at = fieldEnd;
  }
  cursor.at = at;
  columns.count = count;
}
