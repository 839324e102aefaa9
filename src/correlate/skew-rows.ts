/** Feature values that wait for those of the other side, the oldest first: found by identity, bounded in rows and values. */

/** The values of one prediction or entity, from one side. Plain data: it goes from thread to thread and into the state. */
export interface SkewRow {
  readonly isOffline: boolean;
  /** By an entity rather than by a prediction. */
  readonly isEntity: boolean;
  /** Of the prediction id or the entity id, which is not kept itself. */
  readonly high: number;
  readonly low: number;
  readonly model: string;
  /** Empty, on the offline side: whichever version answered. */
  readonly version: string;
  /** Event time, milliseconds. */
  readonly timeMs: number;
  /** One list for all rows whose features come in the same order. */
  readonly features: readonly string[];
  /** As outcome codes. */
  readonly kinds: readonly number[];
  readonly values: readonly number[];
}

export interface WaitingSkewRow {
  readonly row: SkewRow;
  /** When it was put in, milliseconds. */
  readonly sinceMs: number;
  /** Of an entity: its latest offline values that were others. */
  readonly previous?: SkewRow;
}

export interface SkewBounds {
  readonly maxRows: number;
  readonly maxValues: number;
}

export class SkewRows {
  readonly #bounds: SkewBounds;
  /** By key, in the order in which they came. */
  readonly #rows = new Map<string, WaitingSkewRow>();
  /** By model and version, how many rows wait of it. */
  readonly #versions = new Map<string, Map<string, number>>();
  #values = 0;
  /** Rows that stay beside the one that took their place. */
  #previous = 0;
  /** Of the bounds, how much may be used. */
  share = 1;

  constructor(bounds: SkewBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#rows.size + this.#previous;
  }

  /** How full it is, 0 to 1, by rows or values. */
  get fullness(): number {
    return Math.max(this.size / this.#bounds.maxRows, this.#values / this.#bounds.maxValues) / this.share;
  }

  find(key: string): WaitingSkewRow | undefined {
    return this.#rows.get(key);
  }

  hasRoomFor(row: SkewRow): boolean {
    const { maxRows, maxValues } = this.#bounds;
    return this.size < maxRows * this.share && this.#values + row.values.length <= maxValues * this.share;
  }

  /** Versions of a model that rows wait of. */
  versionsOf(model: string): string[] {
    return [...(this.#versions.get(model)?.keys() ?? [])];
  }

  /** Takes the place of a row of the same key. */
  put(key: string, waiting: WaitingSkewRow): void {
    this.remove(key);
    this.#rows.set(key, waiting);
    this.#hold(waiting, 1);
  }

  remove(key: string): void {
    const waiting = this.#rows.get(key);
    if (waiting === undefined) return;
    this.#rows.delete(key);
    this.#hold(waiting, -1);
  }

  removeWhere(isGone: (waiting: WaitingSkewRow) => boolean): void {
    for (const [key, waiting] of this.#rows) if (isGone(waiting)) this.remove(key);
  }

  /** Drops what came before `beforeMs`. */
  expire(beforeMs: number): void {
    for (const [key, { sinceMs }] of this.#rows) {
      if (sinceMs >= beforeMs) return;
      this.remove(key);
    }
  }

  waiting(): IterableIterator<WaitingSkewRow> {
    return this.#rows.values();
  }

  #hold({ row, previous }: WaitingSkewRow, by: number): void {
    this.#values += by * (row.values.length + (previous?.values.length ?? 0));
    if (previous !== undefined) this.#previous += by;
    this.#count(row, by);
  }

  #count({ model, version }: SkewRow, by: number): void {
    let versions = this.#versions.get(model);
    if (versions === undefined) {
      versions = new Map();
      this.#versions.set(model, versions);
    }
    const count = (versions.get(version) ?? 0) + by;
    if (count > 0) versions.set(version, count);
    else versions.delete(version);
    if (versions.size === 0) this.#versions.delete(model);
  }
}
