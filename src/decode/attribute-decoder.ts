/**
 * `KeyValue` and `AnyValue` into attribute columns. The common layout (key, then value, both shorter than 128 bytes) has
 * a path of its own; every other legal layout (value first, fields repeated, unknown fields) takes the general one and
 * gives the same result. Repeated fields follow protobuf: the last value of a oneof wins.
 */
import { VALUE, type AttributeColumns } from './attribute-columns.js';
import { readExpected } from './expected-attributes.js';
import { KEY_VALUE } from './key-frames.js';
import { type KeyTable, UNKNOWN_KEY } from './key-table.js';
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
/** Where `AttributeDecoder.value` leaves what it read. */
export interface DecodedValue {
  type: number;
  number: number;
  start: number;
  end: number;
}

export class AttributeDecoder {
  readonly #cursor: WireCursor;
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
    while (cursor.at < nestedEnd) {
      const element = cursor.tag(nestedEnd);
      if (element !== REPEATED_VALUES) {
        cursor.skip(element, nestedEnd, depth);
        continue;
      }
      const elementEnd = cursor.lengthEnd(nestedEnd);
      if (tag === ANY_ARRAY) this.anyValue(elementEnd, depth + 1);
      else this.#anyKeyValue(elementEnd, undefined, undefined, depth + 1);
    }
    this.value.type = tag === ANY_ARRAY ? VALUE.array : VALUE.kvlist;
    this.value.start = nestedStart;
    this.value.end = nestedEnd;
  }

  /** Without `keys` it only checks. */
  #anyKeyValue(end: number, keys: KeyTable | undefined, columns: AttributeColumns | undefined, depth: number): void {
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
    if (keys === undefined || columns === undefined) return;
    const key = keys.lookup(cursor.view, keyStart, keyEnd);
    if (key === UNKNOWN_KEY) return;
    const entry = columns.append();
    columns.key[entry] = key;
    columns.type[entry] = value.type;
    columns.number[entry] = value.number;
    columns.start[entry] = value.start;
    columns.end[entry] = value.end;
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
      const tag = cursor.tag(end);
      if (tag === REPEATED_VALUES) this.keyValue(cursor.lengthEnd(end), keys, columns);
      else cursor.skip(tag, end, 0);
    }
  }
}
