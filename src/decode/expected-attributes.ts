/**
 * The hot loop of the decoder: attributes that come as the last time, each in the layout that nearly all have (key, then
 * value, less than 128 bytes in all, the value a text or a number). A sender writes the same keys in the same order again
 * and again, so the key that followed last time is the one to expect, and its frame proves it: about 17 ns an attribute.
 *
 * Whatever is not like that ends the run and is left to `AttributeDecoder.keyValue`; so this must never take what that
 * would read differently. It calls nothing that V8 does not inline, and it reads no imported binding: after a call every
 * array's type is checked anew, and an imported binding is looked up each time. Either costs half as much again.
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
/** Tag and length of a field of less than 128 bytes, as a 16-bit word: no more than these bits. */
const SHORT_FIELD = 0x7fff;

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
    const length = fieldEnd - contentAt;
    if ((value & 0xff) !== length + 1) break;
    const valueTag = value >>> 8;
    if (valueTag === ANY_DOUBLE) {
      if (length !== 8) break;
      type[count] = DOUBLE;
      number[count] = view.getFloat64(contentAt, true);
    } else if (valueTag === ANY_STRING) {
      if (bytes[contentAt] !== length - 1) break;
      type[count] = STRING;
      start[count] = contentAt + 1;
      ends[count] = fieldEnd;
    } else if (valueTag === ANY_INT) {
      const low = bytes[contentAt];
      if (length === 1 && low < 0x80) number[count] = low;
      else if (length === 2 && low >= 0x80 && bytes[contentAt + 1] < 0x80) {
        number[count] = (low & 0x7f) | (bytes[contentAt + 1] << 7);
      } else if (length === 3 && low >= 0x80 && bytes[contentAt + 1] >= 0x80 && bytes[contentAt + 2] < 0x80) {
        number[count] = (low & 0x7f) | ((bytes[contentAt + 1] & 0x7f) << 7) | (bytes[contentAt + 2] << 14);
      } else break;
      type[count] = INT;
    } else if (valueTag === ANY_BOOL) {
      if (length !== 1 || bytes[contentAt] > 1) break;
      type[count] = BOOL;
      number[count] = bytes[contentAt];
    } else break;
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
