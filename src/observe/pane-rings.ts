/**
 * Rolling windows in event time from panes. Each window has a ring of panes, coarser for longer windows; an observation
 * is written once, into the finest pane that still covers its time, and a pane that leaves its ring is merged into the
 * next coarser one, and at last into the totals. A window is the sum of its own panes and of all finer ones.
 *
 * A window of length W therefore covers between W - pane and W. Memory: about five panes for the shortest window and
 * twelve for each longer one.
 */
export interface Pane {
  readonly startMs: number;
  readonly endMs: number;
  cells: Float64Array;
}

/** What the rings need to know of the cells' layout. */
export interface CellLayout {
  /** Makes a pane as wide as the layout is now. */
  widen(pane: { cells: Float64Array }): void;
  readonly width: number;
  merge(into: Float64Array, from: Float64Array): void;
}

/** Panes up to this long are told of when they leave. */
const TOLD_MS_MAX = 3_600_000;
const FINEST_PANES = 5;
const COARSER_PANES = 12;

interface Level {
  readonly paneMs: number;
  readonly count: number;
  readonly panes: Map<number, Pane>;
}

/** As plain data. */
export interface PaneRingsState {
  readonly endMs: number;
  readonly totals: Float64Array;
  readonly panes: readonly Pane[];
}

/** All panes of saved rings, the totals as one of all time. */
export function panesOf({ totals, panes }: PaneRingsState): readonly Pane[] {
  return [{ startMs: -Infinity, endMs: Infinity, cells: totals }, ...panes];
}

export class PaneRings {
  readonly windowsMs: readonly number[];
  readonly #layout: CellLayout;
  readonly #levels: readonly Level[];
  /** Everything that has left the longest window. */
  readonly totals: Pane = { startMs: -Infinity, endMs: Infinity, cells: new Float64Array(0) };
  /** Told of each pane that is merged into one of more than an hour, or into the totals. */
  leaving: ((pane: Pane) => void) | undefined;
  #last: Pane | undefined;
  /** The coarsest level whose panes are told of: its number. */
  readonly #toldLevel: number;
  #endMs = 0;
  #nextPaneMs = 0;

  constructor(windowsMs: readonly number[], layout: CellLayout) {
    this.windowsMs = windowsMs;
    this.#layout = layout;
    let finerMs = 0;
    this.#levels = windowsMs.map((windowMs, index) => {
      const wanted = windowMs / (index === 0 ? FINEST_PANES : COARSER_PANES);
      const paneMs = index === 0 ? wanted : finerMs * Math.max(1, Math.floor(wanted / finerMs));
      finerMs = paneMs;
      return { paneMs, count: Math.ceil(windowMs / paneMs), panes: new Map<number, Pane>() };
    });
    const coarse = this.#levels.findIndex(({ paneMs }) => paneMs > TOLD_MS_MAX);
    this.#toldLevel = Math.max(0, coarse < 0 ? this.#levels.length - 1 : coarse - 1);
  }

  get endMs(): number {
    return this.#endMs;
  }

  /** Event times before this are in no window any more. */
  get horizonMs(): number {
    const { paneMs, count } = this.#levels[this.#levels.length - 1];
    return (Math.floor(this.#endMs / paneMs) - count + 1) * paneMs;
  }

  /** Panes that begin before this have been told of. */
  get toldMs(): number {
    return this.windowStartMs(this.#toldLevel);
  }

  /** `pane(of.timeMs)`, without a number to pass where the last pane still serves. */
  paneOf(of: { readonly timeMs: number }): Pane | undefined {
    const last = this.#last;
    if (
      last !== undefined &&
      of.timeMs >= last.startMs &&
      of.timeMs < last.endMs &&
      last.cells.length >= this.#layout.width
    ) {
      return last;
    }
    return this.pane(of.timeMs);
  }

  /** The pane that an event time belongs to, wide enough for the layout; undefined: it is before the longest window. */
  pane(timeMs: number): Pane | undefined {
    let pane = this.#last;
    if (pane === undefined || timeMs < pane.startMs || timeMs >= pane.endMs) {
      pane = this.#find(timeMs);
      if (pane === undefined) return undefined;
      this.#last = pane;
    }
    if (pane.cells.length < this.#layout.width) this.#layout.widen(pane);
    return pane;
  }

  /** Whether `advance` would take panes out of a ring. */
  movesAt(endMs: number): boolean {
    return endMs > this.#endMs && endMs >= this.#nextPaneMs;
  }

  /** Moves the end of all windows forward; merges what leaves a ring into the next. */
  advance(endMs: number): void {
    if (endMs <= this.#endMs) return;
    this.#endMs = endMs;
    if (endMs < this.#nextPaneMs) return;
    const finestMs = this.#levels[0].paneMs;
    this.#nextPaneMs = (Math.floor(endMs / finestMs) + 1) * finestMs;
    this.#levels.forEach((level, index) => {
      const lastOut = Math.floor(endMs / level.paneMs) - level.count;
      for (const [number, pane] of level.panes) {
        if (number > lastOut) continue;
        level.panes.delete(number);
        if (this.#last === pane) this.#last = undefined;
        const to = this.#levelOf(index + 1, pane.startMs);
        if (index <= this.#toldLevel && to > this.#toldLevel) this.leaving?.(pane);
        const coarser = this.#paneAt(to, pane.startMs);
        this.#layout.widen(coarser);
        this.#layout.merge(coarser.cells, pane.cells);
      }
    });
  }

  /** Adds the panes of a window into `cells`, which must be as wide as the layout. */
  collect(windowIndex: number, cells: Float64Array): void {
    for (let index = 0; index <= windowIndex; index++) {
      for (const pane of this.#levels[index].panes.values()) this.#layout.merge(cells, pane.cells);
    }
  }

  /** Adds everything since the start of the process into `cells`. */
  collectAll(cells: Float64Array): void {
    this.#layout.merge(cells, this.totals.cells);
    this.collect(this.#levels.length - 1, cells);
  }

  windowStartMs(windowIndex: number): number {
    const { paneMs, count } = this.#levels[windowIndex];
    return (Math.floor(this.#endMs / paneMs) - count + 1) * paneMs;
  }

  *panes(): Iterable<Pane> {
    for (const level of this.#levels) yield* level.panes.values();
  }

  save(): PaneRingsState {
    return { endMs: this.#endMs, totals: this.totals.cells, panes: [...this.panes()] };
  }

  get isEmpty(): boolean {
    return this.totals.cells.length === 0 && this.#levels.every(({ panes }) => panes.size === 0);
  }

  /** Lets go of everything that was folded; windows end where they ended. */
  clear(): void {
    this.totals.cells = new Float64Array(0);
    for (const { panes } of this.#levels) panes.clear();
    this.#last = undefined;
  }

  /** The pane that what was folded into another ring's pane belongs to: the finest of at least its length, or the totals. */
  paneFor({ startMs, endMs }: Pane): Pane {
    const index = this.#levels.findIndex(({ paneMs }) => paneMs >= endMs - startMs);
    const pane = index < 0 ? this.totals : this.#paneAt(this.#levelOf(index, startMs), startMs);
    this.#layout.widen(pane);
    return pane;
  }

  /** Panes of a width that no window has any more go into the totals. */
  restore(state: PaneRingsState): void {
    this.totals.cells = state.totals;
    for (const { startMs, endMs, cells } of state.panes) {
      const level = this.#levels.find(({ paneMs }) => paneMs === endMs - startMs);
      if (level === undefined) {
        this.#layout.widen(this.totals);
        this.#layout.merge(this.totals.cells, cells);
      } else level.panes.set(Math.floor(startMs / level.paneMs), { startMs, endMs, cells });
    }
    this.advance(state.endMs);
  }

  #find(timeMs: number): Pane | undefined {
    for (const level of this.#levels) {
      const number = Math.floor(timeMs / level.paneMs);
      if (number > Math.floor(this.#endMs / level.paneMs) - level.count) return this.#paneOf(level, number);
    }
    return undefined;
  }

  /** The first level from `index` on whose ring still covers the time; the number of levels: none. */
  #levelOf(index: number, timeMs: number): number {
    let at = index;
    for (; at < this.#levels.length; at++) {
      const { paneMs, count } = this.#levels[at];
      if (Math.floor(timeMs / paneMs) > Math.floor(this.#endMs / paneMs) - count) break;
    }
    return at;
  }

  /** Beyond the last level: the totals. */
  #paneAt(index: number, timeMs: number): Pane {
    if (index >= this.#levels.length) return this.totals;
    const level = this.#levels[index];
    return this.#paneOf(level, Math.floor(timeMs / level.paneMs));
  }

  #paneOf(level: Level, number: number): Pane {
    let pane = level.panes.get(number);
    if (pane === undefined) {
      const startMs = number * level.paneMs;
      pane = { startMs, endMs: startMs + level.paneMs, cells: new Float64Array(this.#layout.width) };
      level.panes.set(number, pane);
    }
    return pane;
  }
}
