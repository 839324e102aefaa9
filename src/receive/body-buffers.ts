/**
 * Memory for bodies that is used again. A fresh buffer for each body would be the largest allocation of a request: the
 * operating system hands out its pages one fault at a time and the collector of garbage has to keep up.
 *
 * Whoever leases a buffer gives it back, or keeps it for good and leaves it to the collector; both are safe.
 * Bound: what lies here unused is at most `KEPT_BYTES_MAX`. A buffer is up to twice as large as was asked for, but what is
 * never written is never resident.
 */
const SMALLEST_BYTES = 64 * 1024;
const LARGEST_BYTES = 4 * 1024 * 1024;
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

export class BodyBuffers {
  /** By the logarithm of their size. */
  readonly #free = new Map<number, Buffer[]>();
  #keptBytes = 0;

  /** At least so many bytes, of any content. Larger ones than are worth keeping are made to measure. */
  lease(bytes: number): Buffer {
    if (bytes > LARGEST_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const size = bytes <= SMALLEST_BYTES ? SMALLEST_BYTES : 2 ** Math.ceil(Math.log2(bytes));
    const kept = this.#free.get(size)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return kept;
  }

  /** Nothing may read it or write into it any more. */
  giveBack(buffer: Buffer): void {
    const size = buffer.length;
    if (size > LARGEST_BYTES || this.#keptBytes + size > KEPT_BYTES_MAX) return;
    this.#keptBytes += size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else free.push(buffer);
  }
}
