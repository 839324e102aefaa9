/**
 * The layout of a version's cells: hands out places in the order in which they are needed, and knows how to merge.
 * Bounded by `maxCells`; a place that does not fit is refused.
 */
import { FEATURE_CELL, FEATURE_CELLS, VERSION_CELLS } from './cells.js';
import { mergeSketch, SKETCH_CELLS } from './distinct-sketch.js';
import type { CellLayout } from './pane-rings.js';
import { mergeRowSample, ROW_SAMPLE_CELLS } from './row-sample.js';

/** Cells in a cache line. */
const LINE_CELLS = 8;

/** A pane, or anything else that holds cells. */
export interface CellHolder {
  cells: Float64Array;
}

/** As plain data. */
export interface CellSpaceState {
  readonly width: number;
  readonly headers: readonly number[];
  /** Offsets of sketches of different texts; absent in states from before there were any. */
  readonly sketches?: readonly number[];
  /** Offset of the sample of rows; absent: there is none. */
  readonly rowSample?: number;
}

/** Cells that do not add. */
interface Part {
  readonly offset: number;
  readonly cells: number;
  readonly merge: (into: Float64Array, intoOffset: number, from: Float64Array, fromOffset: number) => void;
}

export class CellSpace implements CellLayout {
  width = VERSION_CELLS;
  /**
   * Tables that all features of the version look things up in, and bounds that they compare with: one array of each, so
   * that folding a value touches few cache lines. They are made from the schemas and are not saved.
   */
  lookup = new Int32Array(0);
  bounds = new Float64Array(0);
  #lookupUsed = 0;
  #boundsUsed = 0;
  readonly #maxCells: number;
  readonly #headers: number[] = [];
  /** Ascending. */
  readonly #parts: Part[] = [];
  #rowSample = -1;
  #extremes = new Float64Array(0);

  constructor(maxCells: number) {
    this.#maxCells = maxCells;
  }

  /** Offset of `count` new cells, or -1 where there is no room. */
  allocate(count: number): number {
    if (this.width + count > this.#maxCells) return -1;
    const offset = this.width;
    this.width += count;
    return offset;
  }

  allocateHeader(): number {
    this.width = Math.ceil(this.width / LINE_CELLS) * LINE_CELLS;
    const offset = this.allocate(FEATURE_CELLS);
    if (offset >= 0) this.#headers.push(offset);
    return offset;
  }

  allocateSketch(): number {
    return this.#allocatePart(SKETCH_CELLS, mergeSketch);
  }

  /** Offset of the sample of rows, of which there is one; below 0: there is no room for it. */
  rowSample(): number {
    if (this.#rowSample < 0) this.#rowSample = this.#allocatePart(ROW_SAMPLE_CELLS, mergeRowSample);
    return this.#rowSample;
  }

  /** Whether the sample of rows lies in cells. */
  hasRowSample(cells: Float64Array): boolean {
    return this.#rowSample >= 0 && this.#rowSample + ROW_SAMPLE_CELLS <= cells.length;
  }

  widen(pane: { cells: Float64Array }): void {
    if (pane.cells.length >= this.width) return;
    const cells = new Float64Array(pane.cells.length === 0 ? this.width : Math.ceil(this.width * 1.125));
    cells.set(pane.cells);
    pane.cells = cells;
  }

  /** Offset of new entries in `lookup`. */
  allocateLookup(count: number): number {
    const offset = this.#lookupUsed;
    this.#lookupUsed += count;
    if (this.#lookupUsed > this.lookup.length) {
      const lookup = new Int32Array(this.#lookupUsed * 2);
      lookup.set(this.lookup);
      this.lookup = lookup;
    }
    return offset;
  }

  /** Offset of new entries in `bounds`. */
  allocateBounds(count: number): number {
    const offset = this.#boundsUsed;
    this.#boundsUsed += count;
    if (this.#boundsUsed > this.bounds.length) {
      const bounds = new Float64Array(this.#boundsUsed * 2);
      bounds.set(this.bounds);
      this.bounds = bounds;
    }
    return offset;
  }

  save(): CellSpaceState {
    const sketches = this.#parts.filter(({ merge }) => merge === mergeSketch).map(({ offset }) => offset);
    const rowSample = this.#rowSample < 0 ? undefined : this.#rowSample;
    return { width: this.width, headers: [...this.#headers], sketches, rowSample };
  }

  restore(state: CellSpaceState): void {
    this.width = state.width;
    this.#headers.length = 0;
    this.#headers.push(...state.headers);
    this.#parts.length = 0;
    for (const offset of state.sketches ?? []) this.#parts.push({ offset, cells: SKETCH_CELLS, merge: mergeSketch });
    this.#rowSample = state.rowSample ?? -1;
    if (this.#rowSample < 0) return;
    this.#parts.push({ offset: this.#rowSample, cells: ROW_SAMPLE_CELLS, merge: mergeRowSample });
    this.#parts.sort((a, b) => a.offset - b.offset);
  }

  #allocatePart(cells: number, merge: Part['merge']): number {
    const offset = this.allocate(cells);
    if (offset >= 0) this.#parts.push({ offset, cells, merge });
    return offset;
  }

  merge(into: Float64Array, from: Float64Array): void {
    const headers = this.#headers;
    if (this.#extremes.length < headers.length * 2) this.#extremes = new Float64Array(headers.length * 3);
    const extremes = this.#extremes;
    for (let index = 0; index < headers.length; index++) {
      const at = headers[index];
      if (at >= from.length) break;
      const fromFinite = from[at + FEATURE_CELL.finite] > 0;
      const intoFinite = into[at + FEATURE_CELL.finite] > 0;
      const min = at + FEATURE_CELL.min;
      const max = at + FEATURE_CELL.max;
      extremes[index * 2] = !fromFinite ? into[min] : intoFinite ? Math.min(into[min], from[min]) : from[min];
      extremes[index * 2 + 1] = !fromFinite ? into[max] : intoFinite ? Math.max(into[max], from[max]) : from[max];
    }
    const length = Math.min(into.length, from.length);
    let cell = 0;
    for (const { offset, cells, merge } of this.#parts) {
      if (offset + cells > length) break;
      for (; cell < offset; cell++) into[cell] += from[cell];
      merge(into, offset, from, offset);
      cell += cells;
    }
    for (; cell < length; cell++) into[cell] += from[cell];
    for (let index = 0; index < headers.length; index++) {
      const at = headers[index];
      if (at >= from.length) break;
      into[at + FEATURE_CELL.min] = extremes[index * 2];
      into[at + FEATURE_CELL.max] = extremes[index * 2 + 1];
    }
  }
}
