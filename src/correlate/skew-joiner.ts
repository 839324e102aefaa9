/**
 * Joins the offline values of a prediction or an entity to the online ones, whichever come first.
 *
 * A prediction is compared once. An entity's offline values stay, until newer ones come, and are compared with every
 * prediction about it meanwhile, beside the values that were there before them: a service may lag behind; of predictions about an entity whose offline values have not come the latest waits.
 * Memory is bounded by looking at fewer identities: when a side is full of rows that have not waited too long, every second
 * identity is let go, on both sides; when both are nearly empty again, twice as many are looked at. `every` says how many.
 * So the waiting rows span the whole of `maxDelayMs` at any traffic, and a busy service spends next to nothing on them.
 * Memory: about 20 bytes a value and 200 a row.
 */
import { Limit } from '../lib/limit.js';
import { type SkewBounds, type SkewRow, SkewRows, type WaitingSkewRow } from './skew-rows.js';
import { SkewSampling } from './skew-sampling.js';

export interface SkewJoinerOptions extends SkewBounds {
  /** How long a row waits for the other side. */
  readonly maxDelayMs: number;
}

/** As plain data. */
export interface SkewJoinerState {
  readonly every: number;
  readonly waiting: readonly WaitingSkewRow[];
}

export type OnSkewPair = (online: SkewRow, offline: SkewRow, previous: SkewRow | undefined) => void;

/** Below this both sides are nearly empty: with twice the identities they would be half as full as can be. */
const RELAX_BELOW = 1 / 4;
/**
 * Of the room, what online rows are given before any offline row has come: perhaps none ever will, and rows that come and
 * go by the thousand make V8 mark its whole heap ten times a second.
 */
const UNASKED_SHARE = 1 / 50;

export class SkewJoiner {
  readonly sampling = new SkewSampling();
  readonly #options: SkewJoinerOptions;
  readonly #online: SkewRows;
  readonly #offline: SkewRows;
  readonly #limits: readonly [online: Limit, offline: Limit];

  constructor(options: SkewJoinerOptions) {
    this.#options = options;
    this.#online = new SkewRows(options);
    this.#offline = new SkewRows(options);
    this.#online.share = UNASKED_SHARE;
    this.#limits = [new Limit('skew_online_rows', options.maxRows), new Limit('skew_offline_rows', options.maxRows)];
  }

  /** Their overflow is rows that were let go of before the other side came. */
  get limits(): readonly Limit[] {
    this.#limits[0].used = this.#online.size;
    this.#limits[1].used = this.#offline.size;
    return this.#limits;
  }

  /** Offline rows have come, or will. */
  expectOffline(): void {
    this.#online.share = 1;
  }

  offer(row: SkewRow, nowMs: number, onPair: OnSkewPair): void {
    if (!this.sampling.isKept(row.high, row.low)) return;
    if (row.isOffline) this.#offerOffline(row, nowMs, onPair);
    else this.#offerOnline(row, nowMs, onPair);
  }

  /** Lets go of what has waited too long. */
  expire(nowMs: number): void {
    const beforeMs = nowMs - this.#options.maxDelayMs;
    this.#online.expire(beforeMs);
    this.#offline.expire(beforeMs);
    if (Math.max(this.#online.fullness, this.#offline.fullness) < RELAX_BELOW) this.sampling.relax();
  }

  save(): SkewJoinerState {
    return { every: this.sampling.every, waiting: [...this.#online.waiting(), ...this.#offline.waiting()] };
  }

  restore({ every, waiting }: SkewJoinerState): void {
    this.sampling.every = every;
    for (const { row, sinceMs, previous } of waiting) {
      if (previous !== undefined) this.#wait(previous, sinceMs);
      this.#wait(row, sinceMs);
    }
  }

  #offerOffline(row: SkewRow, nowMs: number, onPair: OnSkewPair): void {
    const isNewer = !row.isEntity || this.#isNewer(this.#offline, keyOf(row, row.version), row);
    const versions = row.version === '' ? this.#online.versionsOf(row.model) : [row.version];
    let isMet = false;
    for (const version of versions) {
      const key = keyOf(row, version);
      const met = this.#online.find(key);
      if (met === undefined) continue;
      this.#online.remove(key);
      isMet = true;
      onPair(met.row, row, this.#previousOf(row));
    }
    if (row.isEntity ? isNewer : !isMet) this.#wait(row, nowMs);
  }

  #offerOnline(row: SkewRow, nowMs: number, onPair: OnSkewPair): void {
    for (const version of [row.version, '']) {
      const key = keyOf(row, version);
      const met = this.#offline.find(key);
      if (met === undefined) continue;
      if (!row.isEntity) this.#offline.remove(key);
      onPair(row, met.row, met.previous);
      return;
    }
    if (this.#isNewer(this.#online, keyOf(row, row.version), row)) this.#wait(row, nowMs);
  }

  #isNewer(rows: SkewRows, key: string, row: SkewRow): boolean {
    const known = rows.find(key);
    return known === undefined || known.row.timeMs <= row.timeMs;
  }

  #wait(row: SkewRow, sinceMs: number): void {
    const rows = row.isOffline ? this.#offline : this.#online;
    if (!this.#makeRoom(rows, row, sinceMs)) return;
    const previous = this.#previousOf(row);
    rows.put(keyOf(row, row.version), { row, sinceMs, ...(previous && { previous }) });
  }

  /** The latest other values that an entity had offline: rows that repeat them do not count. */
  #previousOf(row: SkewRow): SkewRow | undefined {
    if (!row.isOffline || !row.isEntity) return undefined;
    const known = this.#offline.find(keyOf(row, row.version));
    return known && isSame(known.row, row) ? known.previous : known?.row;
  }

  /** @returns false where the row itself is not looked at any more */
  #makeRoom(rows: SkewRows, row: SkewRow, nowMs: number): boolean {
    if (rows.hasRoomFor(row)) return true;
    rows.expire(nowMs - this.#options.maxDelayMs);
    while (!rows.hasRoomFor(row)) {
      if (row.values.length > this.#options.maxValues * rows.share || !this.sampling.thin()) {
        this.#limits[row.isOffline ? 1 : 0].overflow++;
        return false;
      }
      this.#thin();
    }
    return this.sampling.isKept(row.high, row.low);
  }

  #thin(): void {
    for (const [index, rows] of [this.#online, this.#offline].entries()) {
      const before = rows.size;
      rows.removeWhere(({ row }) => !this.sampling.isKept(row.high, row.low));
      this.#limits[index].overflow += before - rows.size;
    }
  }
}

function isSame(a: SkewRow, b: SkewRow): boolean {
  return (['features', 'kinds', 'values'] as const).every(
    (list) => a[list].length === b[list].length && a[list].every((item, at) => Object.is(item, b[list][at])),
  );
}

function keyOf({ isEntity, high, low, model }: SkewRow, version: string): string {
  return `${isEntity ? 'e' : 'p'}${high},${low}\n${model}\n${version}`;
}
