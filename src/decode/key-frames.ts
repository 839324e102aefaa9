/**
 * Keys with what stands around them in a `KeyValue` of the usual layout: the key's tag and length before it, the value's
 * tag after it. Comparing a message with such a frame proves key and layout at once.
 *
 * A frame is kept as the numbers that a `DataView` reads from it, because doubles are the widest that V8 loads without
 * an allocation: the last eight bytes first (there keys differ most), then eight by eight from the start. That is safe
 * for bytes from 1 to 127 alone, of which no NaN and no zero can be made; keys with others, and keys of 123 bytes and
 * more, have no frame and are found by their hash. Frames of less than eight bytes are two integers that overlap.
 */
import { viewOf } from './bytes-table.js';

/** Fields of `KeyValue`. */
export const KEY_VALUE = { key: 0x0a, value: 0x12 } as const;

/** Shorter frames are two integers. */
const WORD_BYTES = 8;
const HALF_WORD_BYTES = 4;
/** With the value's length, its tag and a byte of it, a frame stands in a field of less than 128 bytes. */
const FRAME_BYTES_MAX = 124;
/** The length of a frame that fits nowhere. */
const NO_FRAME = 1 << 20;

export class KeyFrames {
  /** By key: where its frame begins in `words`, and how many bytes it has. */
  start = new Int32Array(64);
  length = new Int32Array(64);
  words = new Float64Array(512);
  #keys = 0;
  #end = 0;

  /** Takes the next key. */
  add(key: Uint8Array): void {
    if (this.#keys === this.start.length) {
      this.start = extended(this.start, new Int32Array(this.#keys * 2));
      this.length = extended(this.length, new Int32Array(this.#keys * 2));
    }
    const frame = Uint8Array.of(KEY_VALUE.key, key.length, ...key.subarray(0, FRAME_BYTES_MAX), KEY_VALUE.value);
    const fits = key.length > 0 && frame.length <= FRAME_BYTES_MAX && frame.every((byte) => byte > 0 && byte < 0x80);
    this.start[this.#keys] = this.#end;
    this.length[this.#keys] = fits ? frame.length : NO_FRAME;
    this.#keys++;
    if (fits) this.#write(viewOf(frame));
  }

  #write(frame: DataView): void {
    const last = frame.byteLength - WORD_BYTES;
    const words =
      last < 0
        ? [frame.getInt32(frame.byteLength - HALF_WORD_BYTES, true), frame.getInt32(0, true)]
        : [frame.getFloat64(last, true)];
    for (let at = 0; at < last; at += WORD_BYTES) words.push(frame.getFloat64(at, true));
    if (this.#end + words.length > this.words.length) {
      this.words = extended(this.words, new Float64Array(this.words.length * 2));
    }
    this.words.set(words, this.#end);
    this.#end += words.length;
  }
}

function extended<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
