/**
 * A bounded first-in-first-out store of records found by a 64-bit identity and an owner: a ring of columns with a hash index
 * over it, all in one buffer, which may be shared between threads. No record allocates; when the ring is full the oldest
 * makes room.
 *
 * The index is open addressing with linear probing; a slot holds a record's position and its hash side by side, so that a
 * look-up that finds nothing, the usual one, costs one cache miss, and the insertion after it none. A record that leaves
 * shifts those behind it back (Knuth, The Art of Computer Programming 3, algorithm 6.4R): no tombstones pile up.
 * Memory: 44 bytes a record, 4 more for each segment that a prediction is marked with, plus 16 to 32 of index.
 */
const NONE = -1;
/** Numbers in a slot: a position + 1 (0: the slot is empty), and the hash. */
const SLOT_WORDS = 2;
const CONTROL = { size: 0, oldest: 1, read: 2 } as const;
const CONTROL_BYTES = 16;
const RECORD_BYTES = 44;

export interface RingColumns {
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly owner: Uint16Array;
  /** Event time, milliseconds. */
  readonly timeMs: Float64Array;
  /** When it was put in, by the process clock, milliseconds. */
  readonly insertedMs: Float64Array;
  /** Of the prediction's value; when that has been joined, of its ground truth. */
  readonly kind: Uint8Array;
  readonly number: Float64Array;
  readonly score: Float64Array;
  readonly flag: Uint8Array;
  /** As many numbers a record as the ring has `segments`. Absent: saved before there were any. */
  readonly segments?: Int32Array;
}

export class IdentityRing {
  readonly capacity: number;
  readonly segments: number;
  readonly columns: Required<RingColumns>;
  readonly #control: Int32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;

  /**
   * @param segments numbers beside each record
   * @param buffer of `bytesFor(capacity, segments)` bytes, all 0 or as another ring of these sizes left them
   */
  constructor(
    capacity: number,
    segments = 0,
    buffer: ArrayBufferLike = new ArrayBuffer(IdentityRing.bytesFor(capacity, segments)),
  ) {
    this.capacity = capacity;
    this.segments = segments;
    const slots = slotsFor(capacity);
    this.#mask = slots - 1;
    this.#control = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
    this.#slots = new Int32Array(buffer, CONTROL_BYTES, slots * SLOT_WORDS);
    // The widest first, so that every column is aligned.
    const start = CONTROL_BYTES + slots * SLOT_WORDS * 4;
    this.columns = {
      timeMs: new Float64Array(buffer, start, capacity),
      insertedMs: new Float64Array(buffer, start + capacity * 8, capacity),
      number: new Float64Array(buffer, start + capacity * 16, capacity),
      score: new Float64Array(buffer, start + capacity * 24, capacity),
      high: new Int32Array(buffer, start + capacity * 32, capacity),
      low: new Int32Array(buffer, start + capacity * 36, capacity),
      segments: new Int32Array(buffer, start + capacity * 40, capacity * segments),
      owner: new Uint16Array(buffer, start + capacity * (40 + 4 * segments), capacity),
      kind: new Uint8Array(buffer, start + capacity * (42 + 4 * segments), capacity),
      flag: new Uint8Array(buffer, start + capacity * (43 + 4 * segments), capacity),
    };
  }

  static bytesFor(capacity: number, segments = 0): number {
    return CONTROL_BYTES + slotsFor(capacity) * SLOT_WORDS * 4 + capacity * (RECORD_BYTES + 4 * segments);
  }

  get size(): number {
    return this.#control[CONTROL.size];
  }

  /** Position of the oldest record; only where `size` > 0. */
  get oldest(): number {
    return this.#control[CONTROL.oldest];
  }

  get full(): boolean {
    return this.size === this.capacity;
  }

  /** Position of the record, or -1. */
  find(high: number, low: number, owner: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const hash = hashOf(high, low);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const position = slots[slot * SLOT_WORDS];
      if (position === 0) return NONE;
      if (slots[slot * SLOT_WORDS + 1] === hash && this.#is(position - 1, high, low, owner)) return position - 1;
    }
  }

  /** Position of the new record, whose other columns the caller sets. A full ring must be relieved of its oldest first. */
  insert(high: number, low: number, owner: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const { columns, capacity } = this;
    const size = this.#control[CONTROL.size]++;
    const end = this.#control[CONTROL.oldest] + size;
    const at = end < capacity ? end : end - capacity;
    columns.high[at] = high;
    columns.low[at] = low;
    columns.owner[at] = owner;
    const hash = hashOf(high, low);
    let slot = hash & mask;
    while (slots[slot * SLOT_WORDS] !== 0) slot = (slot + 1) & mask;
    slots[slot * SLOT_WORDS] = at + 1;
    slots[slot * SLOT_WORDS + 1] = hash;
    return at;
  }

  dropOldest(): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const { columns, oldest } = this;
    let gap = hashOf(columns.high[oldest], columns.low[oldest]) & mask;
    while (slots[gap * SLOT_WORDS] !== oldest + 1) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; slots[slot * SLOT_WORDS] !== 0; slot = (slot + 1) & mask) {
      const home = slots[slot * SLOT_WORDS + 1] & mask;
      // A record moves back only as far as its home.
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots[gap * SLOT_WORDS] = slots[slot * SLOT_WORDS];
      slots[gap * SLOT_WORDS + 1] = slots[slot * SLOT_WORDS + 1];
      gap = slot;
    }
    slots[gap * SLOT_WORDS] = 0;
    this.#control[CONTROL.oldest] = oldest + 1 === this.capacity ? 0 : oldest + 1;
    this.#control[CONTROL.size]--;
  }

  #is(at: number, high: number, low: number, owner: number): boolean {
    const { columns } = this;
    return columns.low[at] === low && columns.high[at] === high && columns.owner[at] === owner;
  }

  /**
   * Reads the index where these identities will be looked for, and where those stand that must leave for them. Apart from
   * the look-ups themselves the processor has many of these reads under way at once: a tenth of the wait for each.
   */
  warm(highs: Int32Array, lows: Int32Array, count: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const { columns, capacity, size, oldest } = this;
    let read = 0;
    for (let at = 0; at < count; at++) read ^= slots[(hashOf(highs[at], lows[at]) & mask) * SLOT_WORDS];
    const leaving = Math.min(size, size + count - capacity);
    for (let step = 0; step < leaving; step++) {
      const at = oldest + step < capacity ? oldest + step : oldest + step - capacity;
      read ^= slots[(hashOf(columns.high[at], columns.low[at]) & mask) * SLOT_WORDS];
    }
    // Or the compiler would leave the reads out.
    this.#control[CONTROL.read] = read;
  }

  /** The records, oldest first, as columns of their own. */
  save(): RingColumns {
    const { size, capacity, oldest } = this;
    const ordered = <T extends Required<RingColumns>[keyof RingColumns]>(column: T, numbers = 1): T => {
      const out = new (column.constructor as new (length: number) => T)(size * numbers);
      const first = Math.min(size, capacity - oldest);
      out.set(column.subarray(oldest * numbers, (oldest + first) * numbers));
      if (first < size) out.set(column.subarray(0, (size - first) * numbers), first * numbers);
      return out;
    };
    const { high, low, owner, timeMs, insertedMs, kind, number, score, flag, segments } = this.columns;
    return {
      high: ordered(high),
      low: ordered(low),
      owner: ordered(owner),
      timeMs: ordered(timeMs),
      insertedMs: ordered(insertedMs),
      kind: ordered(kind),
      number: ordered(number),
      score: ordered(score),
      flag: ordered(flag),
      segments: this.segments > 0 ? ordered(segments, this.segments) : undefined,
    };
  }

  /**
   * Puts saved records back, the newest of them where not all fit.
   * @param places for each of the ring's segments, which of the saved ones it was; below 0: none
   */
  restore(saved: RingColumns, places: readonly number[] = []): void {
    const count = saved.high.length;
    const { columns } = this;
    const width = count > 0 ? (saved.segments?.length ?? 0) / count : 0;
    for (let from = Math.max(0, count - this.capacity); from < count; from++) {
      const at = this.insert(saved.high[from], saved.low[from], saved.owner[from]);
      columns.timeMs[at] = saved.timeMs[from];
      columns.insertedMs[at] = saved.insertedMs[from];
      columns.kind[at] = saved.kind[from];
      columns.number[at] = saved.number[from];
      columns.score[at] = saved.score[from];
      columns.flag[at] = saved.flag[from];
      for (let segment = 0; segment < this.segments; segment++) {
        const place = places[segment] ?? -1;
        columns.segments[at * this.segments + segment] = place < 0 ? 0 : (saved.segments?.[from * width + place] ?? 0);
      }
    }
  }
}

/** Twice the capacity or more, so that probes stay short. */
function slotsFor(capacity: number): number {
  let slots = 16;
  while (slots < capacity * 2) slots *= 2;
  return slots;
}

/** Without the owner, so that where to look is known before it: few owners have one identity. */
function hashOf(high: number, low: number): number {
  const mixed = Math.imul(low, 0x85ebca6b) ^ high;
  return mixed ^ (mixed >>> 15);
}
