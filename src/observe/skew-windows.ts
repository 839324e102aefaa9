/**
 * The pairs of online and offline values of one model version that were compared, in each window. A pair belongs to when it
 * was compared: offline values often come a day later, when the prediction itself has left all windows.
 *
 * Kept as rows, not as counts: features are told to be swapped or renamed by looking at several at once. A window keeps at
 * most `PAIRS_MAX` pairs, spread over all of it: when it is full, every second one is let go and every second one is taken
 * from then on. `SHARED` values over all versions are bounded too (`skew_compared_values`, about 20 bytes each).
 */
import type { SkewRow } from '../correlate/index.js';
import type { Limit } from '../lib/limit.js';

/** A share of 2,048 rows is known to ±2% at worst, and none of them mismatched means fewer than one in 500. */
const PAIRS_MAX = 2048;
const RELAX_BELOW = PAIRS_MAX / 4;

export interface SkewPair {
  /** Counted from 0 in this version. */
  readonly serial: number;
  readonly timeMs: number;
  readonly online: SkewRow;
  readonly offline: SkewRow;
  /** Of an entity: the offline values before these. */
  readonly previous?: SkewRow;
}

/** As plain data. */
export interface SkewWindowsState {
  readonly compared: number;
  readonly windows: readonly {
    readonly windowMs: number;
    readonly every: number;
    readonly pairs: readonly SkewPair[];
  }[];
}

export class SkewWindow {
  readonly windowMs: number;
  /** Rises whenever a pair comes or goes. */
  revision = 0;
  #pairs: SkewPair[] = [];
  #every = 1;
  readonly #values: Limit;

  constructor(windowMs: number, values: Limit) {
    this.windowMs = windowMs;
    this.#values = values;
  }

  get pairs(): readonly SkewPair[] {
    return this.#pairs;
  }

  add(pair: SkewPair): void {
    this.expire(pair.timeMs);
    if (pair.serial % this.#every !== 0) return;
    if (this.#pairs.length === PAIRS_MAX || this.#values.used + valuesOf(pair) > this.#values.max) this.#thin();
    if (pair.serial % this.#every !== 0 || !this.#values.take(valuesOf(pair))) return;
    this.#pairs.push(pair);
    this.revision++;
  }

  expire(endMs: number): void {
    const startMs = endMs - this.windowMs;
    const left = this.#pairs.findIndex(({ timeMs }) => timeMs > startMs);
    const gone = this.#pairs.splice(0, left < 0 ? this.#pairs.length : left);
    if (gone.length === 0) return;
    this.#release(gone);
    if (this.#pairs.length < RELAX_BELOW && this.#every > 1) this.#every /= 2;
  }

  clear(): void {
    this.#release(this.#pairs.splice(0));
  }

  save(): SkewWindowsState['windows'][number] {
    return { windowMs: this.windowMs, every: this.#every, pairs: this.#pairs };
  }

  restore({ every, pairs }: SkewWindowsState['windows'][number]): void {
    this.#every = every;
    for (const pair of pairs) if (this.#values.take(valuesOf(pair))) this.#pairs.push(pair);
    this.revision++;
  }

  #thin(): void {
    this.#every *= 2;
    const gone = this.#pairs.filter(({ serial }) => serial % this.#every !== 0);
    this.#pairs = this.#pairs.filter(({ serial }) => serial % this.#every === 0);
    this.#release(gone);
  }

  #release(gone: readonly SkewPair[]): void {
    for (const pair of gone) this.#values.release(valuesOf(pair));
    this.revision++;
  }
}

export class SkewWindows {
  readonly windows: readonly SkewWindow[];
  /** Pairs since the start. */
  compared = 0;

  constructor(windowsMs: readonly number[], values: Limit) {
    this.windows = windowsMs.map((windowMs) => new SkewWindow(windowMs, values));
  }

  add(rows: Pick<SkewPair, 'online' | 'offline' | 'previous'>, timeMs: number): void {
    const pair = { serial: this.compared++, timeMs, ...rows };
    for (const window of this.windows) window.add(pair);
  }

  expire(endMs: number): void {
    for (const window of this.windows) window.expire(endMs);
  }

  /** Lets go of everything. */
  clear(): void {
    for (const window of this.windows) window.clear();
  }

  save(): SkewWindowsState {
    return { compared: this.compared, windows: this.windows.map((window) => window.save()) };
  }

  /** Windows of a length that is not observed any more are left out. */
  restore({ compared, windows }: SkewWindowsState): void {
    this.compared = compared;
    for (const window of this.windows) {
      const saved = windows.find(({ windowMs }) => windowMs === window.windowMs);
      if (saved !== undefined) window.restore(saved);
    }
  }
}

function valuesOf({ online, offline, previous }: SkewPair): number {
  return online.values.length + offline.values.length + (previous?.values.length ?? 0);
}
