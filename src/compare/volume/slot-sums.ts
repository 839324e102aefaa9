/**
 * Sums over any stretch of equally long time slots, where some slots are unknown (NaN: nobody was watching). A stretch that
 * is half known or more is scaled up to its whole length; less is unknown too.
 * Cost: one pass, then a stretch is four array reads. Error: exact up to rounding where all slots are known.
 */
const KNOWN_SHARE_MIN = 0.5;

export class SlotSums {
  readonly length: number;
  readonly #sums: Float64Array;
  readonly #known: Float64Array;

  /** @param slots oldest first */
  constructor(slots: Float64Array) {
    this.length = slots.length;
    this.#sums = new Float64Array(slots.length + 1);
    this.#known = new Float64Array(slots.length + 1);
    for (let at = 0; at < slots.length; at++) {
      const isKnown = slots[at] === slots[at];
      this.#sums[at + 1] = this.#sums[at] + (isKnown ? slots[at] : 0);
      this.#known[at + 1] = this.#known[at] + (isKnown ? 1 : 0);
    }
  }

  /** What the slots from `end - size` up to but not including `end` hold, as if all were known; NaN: too few are. */
  window(end: number, size: number): number {
    const share = this.knownShare(end, size);
    return share >= KNOWN_SHARE_MIN ? this.counted(end, size) / share : NaN;
  }

  /** What they hold as far as it is known. */
  counted(end: number, size: number): number {
    return end - size < 0 ? NaN : this.#sums[end] - this.#sums[end - size];
  }

  knownShare(end: number, size: number): number {
    return end - size < 0 || end > this.length ? 0 : (this.#known[end] - this.#known[end - size]) / size;
  }
}
