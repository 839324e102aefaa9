/**
 * A protobuf writer that fills its buffer from the back to the front: when the length prefix of a message is due, the
 * message already stands behind it, so nothing is measured twice and nothing moves, however deep messages nest.
 * The caller therefore writes in reverse: the last field first, and of each field the value, then the tag.
 * Source: protobuf.dev/programming-guides/encoding. Cost: one copy of every byte, plus one for each doubling.
 */

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_LENGTH_DELIMITED = 2;
export const WIRE_FIXED32 = 5;

export type WireType = typeof WIRE_VARINT | typeof WIRE_FIXED64 | typeof WIRE_LENGTH_DELIMITED | typeof WIRE_FIXED32;

/** Below this many characters a loop is faster than a call into the runtime's encoder. */
const SHORT_STRING_CHARACTERS_MAX = 32;
const CAPACITY_BYTES_MIN = 64;
const TWO_TO_32 = 0x1_0000_0000;

export class ProtobufWriter {
  #buffer: Buffer;
  #view: DataView;
  /** Index of the first byte written so far. */
  #start: number;

  /** @param capacityBytes a guess at the size of the whole output; it grows where that is too small. */
  constructor(capacityBytes: number) {
    const capacity = Math.max(CAPACITY_BYTES_MIN, capacityBytes);
    this.#buffer = Buffer.allocUnsafe(capacity);
    this.#view = viewOf(this.#buffer);
    this.#start = capacity;
  }

  /** How many bytes are written; the difference of two readings is the length of what was written between. */
  get lengthBytes(): number {
    return this.#buffer.length - this.#start;
  }

  tag(fieldNumber: number, wireType: WireType): void {
    this.varint32(((fieldNumber << 3) | wireType) >>> 0);
  }

  /** @param value an unsigned integer of 32 bits */
  varint32(value: number): void {
    let rest = value;
    let at = this.#reserve(rest < 0x80 ? 1 : rest < 0x4000 ? 2 : rest < 0x20_0000 ? 3 : rest < 0x1000_0000 ? 4 : 5);
    while (rest > 0x7f) {
      this.#buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[at] = rest;
  }

  /** @param value signed or unsigned, of at most 64 bits; a number must be a safe integer. Negatives take ten bytes. */
  varint64(value: number | bigint): void {
    let low = lowWord(value);
    let high = highWord(value);
    if (high === 0) {
      this.varint32(low);
      return;
    }
    const size = Math.ceil((64 - Math.clz32(high)) / 7);
    let at = this.#reserve(size);
    for (let i = 1; i < size; i++) {
      this.#buffer[at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#buffer[at] = low;
  }

  /** @param value an unsigned integer of 32 bits */
  fixed32(value: number): void {
    this.#view.setUint32(this.#reserve(4), value, true);
  }

  /** @param value signed or unsigned, of at most 64 bits; a number must be a safe integer. */
  fixed64(value: number | bigint): void {
    const at = this.#reserve(8);
    this.#view.setUint32(at, lowWord(value), true);
    this.#view.setUint32(at + 4, highWord(value), true);
  }

  double(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }

  /** The bytes of a string with their length. A lone surrogate becomes U+FFFD, as in every UTF-8 encoder of the web. */
  string(value: string): void {
    if (value.length > SHORT_STRING_CHARACTERS_MAX || !this.#shortAscii(value)) {
      const size = Buffer.byteLength(value, 'utf8');
      const at = this.#reserve(size);
      this.#buffer.write(value, at, size, 'utf8');
      this.varint32(size);
    }
  }

  /** Bytes with their length. */
  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
    this.varint32(value.length);
  }

  /** What is written, as a view on the writer's buffer: the writer is not used after this. */
  finish(): Uint8Array {
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + this.#start, this.lengthBytes);
  }

  #shortAscii(value: string): boolean {
    const at = this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) {
        this.#start += value.length;
        return false;
      }
      this.#buffer[at + i] = unit;
    }
    this.varint32(value.length);
    return true;
  }

  #reserve(size: number): number {
    if (this.#start < size) this.#grow(size);
    this.#start -= size;
    return this.#start;
  }

  #grow(size: number): void {
    const written = this.lengthBytes;
    const capacity = Math.max(2 * this.#buffer.length, written + size);
    const larger = Buffer.allocUnsafe(capacity);
    larger.set(this.#buffer.subarray(this.#start), capacity - written);
    this.#buffer = larger;
    this.#view = viewOf(larger);
    this.#start = capacity - written;
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

function lowWord(value: number | bigint): number {
  return typeof value === 'number' ? value >>> 0 : Number(BigInt.asUintN(32, value));
}

function highWord(value: number | bigint): number {
  return typeof value === 'number' ? Math.floor(value / TWO_TO_32) >>> 0 : Number(BigInt.asUintN(32, value >> 32n));
}
