/**
 * How many predictions came in each slot of five minutes, for ten days: what a window's volume is held against. Fed now and
 * then with what has come since the last time, so that it costs nothing where predictions are observed. A slot that was not
 * watched from its beginning to its end (the process started, stopped or stood still) is unknown, which is not zero.
 * Memory: 23 KB. Error: what is fed less often than once in a slot is spread evenly over the time since.
 */
const SLOT_MS = 5 * 60_000;
/** A week ago, a day of which the level is, a day to be looked at, and a day to have done so before. */
const SLOTS = 10 * 288;

/** As plain data. */
export interface VolumeHistoryState {
  readonly newest: number;
  /** Oldest first. */
  readonly counts: Float64Array;
}

export class VolumeHistory {
  static readonly slotMs = SLOT_MS;
  readonly #counts = new Float64Array(SLOTS).fill(NaN);
  /** Number of the latest slot since the epoch. */
  #newest = -1;

  /** Counts what came from `fromMs` (up to where was counted before, or later) to `toMs`. */
  add(fromMs: number, toMs: number, count: number): void {
    const first = Math.floor(fromMs / SLOT_MS);
    const last = Math.floor(toMs / SLOT_MS);
    // Nobody watched before `fromMs`, unless it is where the last count ended.
    if (first > this.#newest) this.#moveTo(first, fromMs === first * SLOT_MS ? 0 : NaN);
    for (let slot = Math.max(first, last - SLOTS); slot < last; slot++) {
      const endMs = (slot + 1) * SLOT_MS;
      this.#counts[slot % SLOTS] += (count * (endMs - Math.max(fromMs, slot * SLOT_MS))) / (toMs - fromMs);
      this.#moveTo(slot + 1, 0);
    }
    this.#counts[last % SLOTS] += last > first ? (count * (toMs - last * SLOT_MS)) / (toMs - fromMs) : count;
  }

  /** Nobody watches from here to the next count: the slot that is not over stays unknown. */
  interrupt(): void {
    if (this.#newest >= 0) this.#counts[this.#newest % SLOTS] = NaN;
  }

  /** The slots that are over, oldest first; unknown ones are NaN. */
  slots(): Float64Array {
    const slots = new Float64Array(SLOTS - 1);
    for (let at = 0; at < slots.length; at++) slots[at] = this.#counts[(this.#newest + 1 + at) % SLOTS];
    return slots;
  }

  /** When the slot began that is not over. */
  get slotStartMs(): number {
    return this.#newest * SLOT_MS;
  }

  save(): VolumeHistoryState {
    const counts = new Float64Array(SLOTS);
    for (let at = 0; at < SLOTS; at++) counts[at] = this.#counts[(this.#newest + 1 + at) % SLOTS];
    return { newest: this.#newest, counts };
  }

  /** Only on one that has just been made. */
  restore({ newest, counts }: VolumeHistoryState): void {
    if (counts.length !== SLOTS) return;
    this.#newest = newest;
    for (let at = 0; at < SLOTS; at++) this.#counts[(newest + 1 + at) % SLOTS] = counts[at];
    this.interrupt();
  }

  /** Slots in between are unknown. */
  #moveTo(slot: number, initial: number): void {
    if (slot <= this.#newest) return;
    for (let between = Math.max(this.#newest + 1, slot - SLOTS + 1); between < slot; between++) {
      this.#counts[between % SLOTS] = NaN;
    }
    this.#newest = slot;
    this.#counts[slot % SLOTS] = initial;
  }
}
