/**
 * A bounded first-in-first-out store of records found by a 64-bit identity and an owner: a ring of columns with a chained
 * hash index over it, all in typed arrays. No record allocates; when the ring is full the oldest makes room.
 * Cost: one or two cache misses per look-up. Memory: 47 bytes a record plus 8 bytes of index.
 */
const NONE = -1;

export interface RingColumns {
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly owner: Uint16Array;
  /** Event time, milliseconds. */
  readonly timeMs: Float64Array;
  /** When it was put in, by the process clock, milliseconds. */
  readonly insertedMs: Float64Array;
  readonly kind: Uint8Array;
  readonly number: Float64Array;
  readonly score: Float64Array;
  readonly flag: Uint8Array;
}

export class IdentityRing {
  readonly capacity: number;
  readonly columns: RingColumns;
  size = 0;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  #oldest = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.columns = {
      high: new Int32Array(capacity),
      low: new Int32Array(capacity),
      owner: new Uint16Array(capacity),
      timeMs: new Float64Array(capacity),
      insertedMs: new Float64Array(capacity),
      kind: new Uint8Array(capacity),
      number: new Float64Array(capacity),
      score: new Float64Array(capacity),
      flag: new Uint8Array(capacity),
    };
    let heads = 16;
    while (heads < capacity * 2) heads *= 2;
    this.#heads = new Int32Array(heads).fill(NONE);
    this.#next = new Int32Array(capacity);
  }

  /** Position of the record, or -1. */
  find(high: number, low: number, owner: number): number {
    const columns = this.columns;
    for (let at = this.#heads[this.#bucket(high, low, owner)]; at !== NONE; at = this.#next[at]) {
      if (columns.low[at] === low && columns.high[at] === high && columns.owner[at] === owner) return at;
    }
    return NONE;
  }

  /** Position of the new record, whose other columns the caller sets. A full ring must be relieved of its oldest first. */
  insert(high: number, low: number, owner: number): number {
    const at = (this.#oldest + this.size) % this.capacity;
    this.size++;
    const columns = this.columns;
    columns.high[at] = high;
    columns.low[at] = low;
    columns.owner[at] = owner;
    const bucket = this.#bucket(high, low, owner);
    this.#next[at] = this.#heads[bucket];
    this.#heads[bucket] = at;
    return at;
  }

  get full(): boolean {
    return this.size === this.capacity;
  }

  /** Position of the oldest record; only where `size` > 0. */
  get oldest(): number {
    return this.#oldest;
  }

  dropOldest(): void {
    const at = this.#oldest;
    const columns = this.columns;
    const bucket = this.#bucket(columns.high[at], columns.low[at], columns.owner[at]);
    if (this.#heads[bucket] === at) this.#heads[bucket] = this.#next[at];
    else {
      let before = this.#heads[bucket];
      while (this.#next[before] !== at) before = this.#next[before];
      this.#next[before] = this.#next[at];
    }
    this.#oldest = (at + 1) % this.capacity;
    this.size--;
  }

  #bucket(high: number, low: number, owner: number): number {
    const mixed = Math.imul(low ^ Math.imul(owner + 1, 0x9e3779b1), 0x85ebca6b) ^ high;
    return (mixed ^ (mixed >>> 15)) & (this.#heads.length - 1);
  }

  /** The records, oldest first, as columns of their own. */
  save(): RingColumns {
    const { size, capacity } = this;
    const ordered = <T extends RingColumns[keyof RingColumns]>(column: T): T => {
      const out = new (column.constructor as new (length: number) => T)(size);
      const first = Math.min(size, capacity - this.#oldest);
      out.set(column.subarray(this.#oldest, this.#oldest + first));
      if (first < size) out.set(column.subarray(0, size - first), first);
      return out;
    };
    const { high, low, owner, timeMs, insertedMs, kind, number, score, flag } = this.columns;
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
    };
  }

  /** Puts saved records back, the newest of them where not all fit. */
  restore(saved: RingColumns): void {
    const count = saved.high.length;
    const { columns } = this;
    for (let from = Math.max(0, count - this.capacity); from < count; from++) {
      const at = this.insert(saved.high[from], saved.low[from], saved.owner[from]);
      columns.timeMs[at] = saved.timeMs[from];
      columns.insertedMs[at] = saved.insertedMs[from];
      columns.kind[at] = saved.kind[from];
      columns.number[at] = saved.number[from];
      columns.score[at] = saved.score[from];
      columns.flag[at] = saved.flag[from];
    }
  }
}
