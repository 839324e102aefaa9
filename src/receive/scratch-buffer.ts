/**
 * Joins the chunks of a body in memory that is used again for the next one. A fresh buffer for each body would be the
 * largest allocation of a request: the operating system hands out its pages one fault at a time and the collector of
 * garbage has to keep up. Whoever still needs the joined bytes when the next body comes says so, and keeps them.
 *
 * Bound: one buffer of at most `KEPT_BYTES_MAX`; a larger body gets one of its own.
 */
const FIRST_BYTES = 256 * 1024;
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

export class ScratchBuffer {
  #buffer = Buffer.alloc(0);

  /** The bytes are good until the next call. */
  join(chunks: readonly Buffer[], bytes: number): Buffer {
    if (bytes > KEPT_BYTES_MAX) return Buffer.concat(chunks, bytes);
    if (bytes > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
    }
    let end = 0;
    for (const chunk of chunks) {
      this.#buffer.set(chunk, end);
      end += chunk.length;
    }
    return this.#buffer.subarray(0, bytes);
  }

  /** Leaves the bytes of the latest join to whoever has them. */
  giveAway(): void {
    this.#buffer = Buffer.alloc(0);
  }
}
