/** Texts one after the other in UTF-8, as they stand in a message. Reused; it grows to the largest chunk of rows. */
const ENCODER = new TextEncoder();
/** Bytes that a UTF-16 unit takes at most. */
const UNIT_BYTES_MAX = 3;

export class TextBuffer {
  bytes = new Uint8Array(1 << 16);
  length = 0;

  /** @returns where it ends */
  append(text: string): number {
    if (this.length + text.length * UNIT_BYTES_MAX > this.bytes.length) this.#grow(text.length * UNIT_BYTES_MAX);
    this.length += ENCODER.encodeInto(text, this.bytes.subarray(this.length)).written;
    return this.length;
  }

  #grow(extra: number): void {
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + extra));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}
