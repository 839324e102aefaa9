/**
 * `KeyValue` and `AnyValue` into attribute columns. The common layout (key, then value, both shorter than 128 bytes) has
 * a path of its own; every other legal layout (value first, fields repeated, unknown fields) takes the general one and
 * gives the same result. Repeated fields follow protobuf: the last value of a oneof wins.
 */
import { AttributeColumns, VALUE } from './attribute-columns.js';
import { readExpected, readUsualElements } from './usual-layout.js';
import { KEY_VALUE } from './key-frames.js';
import { KeyTable, UNKNOWN_KEY } from './key-table.js';
import { MAX_DEPTH, tooDeep, WIRE, type WireCursor } from './wire.js';

const ANY_STRING = 0x0a;
const ANY_BOOL = 0x10;
const ANY_INT = 0x18;
const ANY_DOUBLE = 0x21;
const ANY_ARRAY = 0x2a;
const ANY_KVLIST = 0x32;
const ANY_BYTES = 0x3a;
/** `values` of both ArrayValue and KeyValueList. */
const REPEATED_VALUES = 0x0a;
/** Elements of an array that are read in one go. */
const ELEMENTS_AT_ONCE = 1024;
const DOUBLE_BYTES = 8;
/** Keys inside of values that are told apart for checking; others are checked the general way. */
const SCRATCH_KEYS_MAX = 1024;

/** Where `AttributeDecoder.value` leaves what it read. */
export interface DecodedValue {
  type: number;
  number: number;
  start: number;
  end: number;
}

export class AttributeDecoder {
  readonly #cursor: WireCursor;
  /** Take what is only checked, so that it is checked by the hot loops too. */
  readonly #scratch = new AttributeColumns();
  readonly #scratchKeys = new KeyTable({ names: [], prefixes: [''], maxKeys: SCRATCH_KEYS_MAX });
  readonly value: DecodedValue = { type: VALUE.empty, number: 0, start: 0, end: 0 };

  constructor(cursor: WireCursor) {
    this.#cursor = cursor;
  }

  /** Reads the `KeyValue` fields with `tag` from the cursor on, one or more, up to the first field of another kind. */
  keyValues(tag: number, end: number, keys: KeyTable, columns: AttributeColumns): void {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    for (;;) {
      readExpected(cursor, tag, end, keys, columns);
      if (cursor.at >= end || bytes[cursor.at] !== tag) return;
      cursor.at++;
      this.keyValue(cursor.lengthEnd(end), keys, columns);
    }
  }

  /** Reads the `KeyValue` between the cursor and `end`, and appends it if its key is known. */
  keyValue(end: number, keys: KeyTable, columns: AttributeColumns): void {
    this.#anyKeyValue(end, keys, columns, 0);
  }

  /** Checks the `AnyValue` between the cursor and `end`, and leaves it in `value`. */
  anyValue(end: number, depth: number): void {
    this.value.type = VALUE.empty;
    this.#mergeValue(end, depth);
  }

  /** A value that comes twice is merged: an empty one after another leaves that as it was. */
  #mergeValue(end: number, depth: number): void {
    const cursor = this.#cursor;
    const value = this.value;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case ANY_STRING:
        case ANY_BYTES:
          value.end = cursor.lengthEnd(end);
          value.start = cursor.at;
          value.type = tag === ANY_STRING ? VALUE.string : VALUE.bytes;
          cursor.at = value.end;
          break;
        case ANY_BOOL:
          value.number = cursor.int64(end) === 0 ? 0 : 1;
          value.type = VALUE.bool;
          break;
        case ANY_INT:
          value.number = cursor.int64(end);
          value.type = VALUE.int;
          break;
        case ANY_DOUBLE:
          value.number = cursor.view.getFloat64(cursor.fixed64Position(end), true);
          value.type = VALUE.double;
          break;
        case ANY_ARRAY:
        case ANY_KVLIST:
          this.#nested(tag, end, depth);
          break;
        default:
          cursor.skip(tag, end, depth);
      }
    }
  }

  #nested(tag: number, end: number, depth: number): void {
    const cursor = this.#cursor;
    const nestedEnd = cursor.lengthEnd(end);
    const nestedStart = cursor.at;
    if (depth >= MAX_DEPTH) tooDeep(nestedStart);
    let elements = 0;
    while (cursor.at < nestedEnd) {
      elements += tag === ANY_ARRAY ? this.#usualElements(nestedEnd) : this.#expectedEntries(nestedEnd);
      if (cursor.at === nestedEnd) break;
      const element = cursor.tag(nestedEnd);
      if (element !== REPEATED_VALUES) {
        cursor.skip(element, nestedEnd, depth);
        continue;
      }
      elements++;
      const elementEnd = cursor.lengthEnd(nestedEnd);
      if (tag === ANY_ARRAY) this.anyValue(elementEnd, depth + 1);
      else this.#anyKeyValue(elementEnd, this.#scratchKeys, this.#scratch, depth + 1);
    }
    this.value.type = tag === ANY_ARRAY ? VALUE.array : VALUE.kvlist;
    this.value.number = elements;
    this.value.start = nestedStart;
    this.value.end = nestedEnd;
  }

  /** Checks elements of an array up to the first that is not usual, and returns how many there were. */
  #usualElements(end: number): number {
    const scratch = this.#scratch;
    let elements = 0;
    do {
      scratch.count = 0;
      readUsualElements(this.#cursor, end, scratch, ELEMENTS_AT_ONCE);
      elements += scratch.count;
    } while (scratch.count === ELEMENTS_AT_ONCE);
    return elements;
  }

  /** Checks entries of a kvlist up to the first that is not as the last time, and returns how many there were. */
  #expectedEntries(end: number): number {
    const scratch = this.#scratch;
    scratch.count = 0;
    readExpected(this.#cursor, REPEATED_VALUES, end, this.#scratchKeys, scratch);
    return scratch.count;
  }

  #anyKeyValue(end: number, keys: KeyTable, columns: AttributeColumns, depth: number): void {
    const cursor = this.#cursor;
    const value = this.value;
    let keyStart = 0;
    let keyEnd = 0;
    value.type = VALUE.empty;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === KEY_VALUE.key) {
        keyEnd = cursor.lengthEnd(end);
        keyStart = cursor.at;
        cursor.at = keyEnd;
      } else if (tag === KEY_VALUE.value) this.#mergeValue(cursor.lengthEnd(end), depth);
      else cursor.skip(tag, end, depth);
    }
    const key = keys.lookup(cursor.view, keyStart, keyEnd);
    if (key !== UNKNOWN_KEY) this.#append(key, columns);
  }

  #append(key: number, columns: AttributeColumns): void {
    const value = this.value;
    const entry = columns.append();
    columns.key[entry] = key;
    columns.type[entry] = value.type;
    columns.number[entry] = value.number;
    columns.start[entry] = value.start;
    columns.end[entry] = value.end;
  }

  /**
   * Appends elements of an array value that was checked before, from byte `at` on and a thousand at most, without keys.
   * @returns the byte from which the next ones are read; `end`: there are no more
   */
  elements(at: number, end: number, columns: AttributeColumns): number {
    const cursor = this.#cursor;
    const room = columns.count + ELEMENTS_AT_ONCE;
    columns.reserve(room);
    cursor.at = at;
    for (;;) {
      readUsualElements(cursor, end, columns, room);
      if (cursor.at === end || columns.count === room) return cursor.at;
      const tag = cursor.tag(end);
      if (tag === REPEATED_VALUES) {
        this.anyValue(cursor.lengthEnd(end), 0);
        this.#append(UNKNOWN_KEY, columns);
      } else cursor.skip(tag, end, 0);
    }
  }

  /** The same of bytes that are doubles. */
  doubles(at: number, end: number, columns: AttributeColumns): number {
    const { view } = this.#cursor;
    const last = Math.min(end, at + ELEMENTS_AT_ONCE * DOUBLE_BYTES);
    columns.reserve(columns.count + ELEMENTS_AT_ONCE);
    const { type, number } = columns;
    let { count } = columns;
    for (let from = at; from < last; from += DOUBLE_BYTES) {
      type[count] = VALUE.double;
      number[count++] = view.getFloat64(from, true);
    }
    columns.count = count;
    return last;
  }

  /** Calls back with each element of an array value that was checked before; `value` holds it. */
  eachElement(start: number, end: number, visit: (value: DecodedValue) => void): void {
    const cursor = this.#cursor;
    cursor.at = start;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag !== REPEATED_VALUES || (tag & 7) !== WIRE.bytes) {
        cursor.skip(tag, end, 0);
        continue;
      }
      const elementEnd = cursor.lengthEnd(end);
      this.anyValue(elementEnd, 0);
      visit(this.value);
      cursor.at = elementEnd;
    }
  }

  /** Appends each known entry of a kvlist value that was checked before. */
  eachEntry(start: number, end: number, keys: KeyTable, columns: AttributeColumns): void {
    const cursor = this.#cursor;
    cursor.at = start;
    while (cursor.at < end) {
      this.keyValues(REPEATED_VALUES, end, keys, columns);
      if (cursor.at === end) return;
      const tag = cursor.tag(end);
      // Its tag in more bytes than it needs.
      if (tag === REPEATED_VALUES) this.keyValue(cursor.lengthEnd(end), keys, columns);
      else cursor.skip(tag, end, 0);
    }
  }
}
