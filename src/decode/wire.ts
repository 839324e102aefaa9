/**
 * The protobuf wire format (https://protobuf.dev/programming-guides/encoding/): a cursor over bytes that never reads past
 * the end it is given. A fault throws PB3001; nesting deeper than `MAX_DEPTH` throws PB3002.
 */
import { PlumblineError } from '../lib/plumbline-error.js';

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** As deep as an AnyValue may nest: the recursion limit of protobuf's own implementations. */
export const MAX_DEPTH = 100;

export function malformed(what: string, at: number): never {
  throw new PlumblineError(`The message is not valid protobuf: ${what} at byte ${at}.`, {
    code: 'PB3001',
    remedy: 'Check that the sender speaks OTLP and that nothing on the way changed the body.',
  });
}

export function tooDeep(at: number): never {
  throw new PlumblineError(`A value nests deeper than ${MAX_DEPTH} levels at byte ${at}.`, {
    code: 'PB3002',
    remedy: 'Flatten the attribute.',
  });
}

export class WireCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  #high = 0;

  load(bytes: Uint8Array, view: DataView): void {
    this.bytes = bytes;
    this.view = view;
    this.at = 0;
  }

  /** A varint's low 32 bits, unsigned. */
  varint32(end: number): number {
    const bytes = this.bytes;
    let at = this.at;
    if (at >= end) malformed('it ends inside a varint', at);
    let byte = bytes[at++];
    if (byte < 0x80) {
      this.at = at;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      if (at >= end) malformed('it ends inside a varint', at);
      if (shift >= 70) malformed('a varint is longer than ten bytes', at);
      byte = bytes[at++];
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    this.at = at;
    return value >>> 0;
  }

  /** A varint as a signed 64-bit integer, rounded to the nearest double beyond 2^53. */
  int64(end: number): number {
    const low = this.#varint64(end);
    return (this.#high | 0) * 4294967296 + low;
  }

  /** The same, unsigned. */
  uint64(end: number): number {
    const low = this.#varint64(end);
    return (this.#high >>> 0) * 4294967296 + low;
  }

  /** The low 32 bits, unsigned; `#high` has the others. */
  #varint64(end: number): number {
    const bytes = this.bytes;
    let at = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end) malformed('it ends inside a varint', at);
      if (shift >= 70) malformed('a varint is longer than ten bytes', at);
      const byte = bytes[at++];
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    this.at = at;
    this.#high = high;
    return low >>> 0;
  }

  /** A field's number and wire type: 32 bits in at most five bytes, so that one field cannot pass for another. */
  tag(end: number): number {
    const at = this.at;
    if (at < end && this.bytes[at] < 0x80) return this.bytes[this.at++];
    return this.#strict32(end, 'a tag');
  }

  /** A length-delimited field's end; the cursor stands at its start. */
  lengthEnd(end: number): number {
    const at = this.at;
    const length = at < end && this.bytes[at] < 0x80 ? this.bytes[this.at++] : this.#strict32(end, 'a length');
    const fieldEnd = this.at + length;
    if (fieldEnd > end) malformed('a length runs past the end', this.at);
    return fieldEnd;
  }

  fixed64AsMs(end: number): number {
    const at = this.#fixed(8, end);
    return (this.view.getUint32(at + 4, true) * 4294967296 + this.view.getUint32(at, true)) / 1e6;
  }

  fixed64Position(end: number): number {
    return this.#fixed(8, end);
  }

  fixed32Position(end: number): number {
    return this.#fixed(4, end);
  }

  skip(tag: number, end: number, depth: number): void {
    if (tag >>> 3 === 0) malformed('a field has the number 0', this.at);
    switch (tag & 7) {
      case WIRE.varint:
        this.varint32(end);
        return;
      case WIRE.fixed64:
        this.#fixed(8, end);
        return;
      case WIRE.bytes:
        this.at = this.lengthEnd(end);
        return;
      case WIRE.fixed32:
        this.#fixed(4, end);
        return;
      case WIRE.startGroup:
        this.#skipGroup(tag, end, depth + 1);
        return;
      default:
        malformed(`wire type ${tag & 7} stands where a field starts`, this.at);
    }
  }

  #skipGroup(startTag: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) tooDeep(this.at);
    for (;;) {
      const tag = this.tag(end);
      if ((tag & 7) === WIRE.endGroup) {
        if (tag >>> 3 !== startTag >>> 3) malformed('a group ends that was not started', this.at);
        return;
      }
      this.skip(tag, end, depth);
    }
  }

  /** A varint of which nothing may be cut off: `varint32` would read 2^32 as 0. */
  #strict32(end: number, what: string): number {
    const start = this.at;
    const value = this.varint32(end);
    const length = this.at - start;
    if (length > 5 || (length === 5 && this.bytes[this.at - 1] > 0x0f))
      malformed(`${what} has more than 32 bits`, start);
    return value;
  }

  #fixed(length: number, end: number): number {
    const at = this.at;
    if (at + length > end) malformed('it ends inside a fixed-width value', at);
    this.at = at + length;
    return at;
  }
}
