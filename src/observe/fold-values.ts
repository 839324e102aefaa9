/**
 * The loops that fold a feature's usual values: finite numbers, texts and booleans of a feature whose bins are frozen. This
 * is the hot path: a value writes a handful of array elements and allocates nothing. Anything else goes through `add`.
 */
import { type BytesTable, NOT_FOUND, type RecordBatch, VALUE } from '../decode/index.js';
import { FEATURE_CELL } from './cells.js';
import type { CellHolder, CellSpace } from './cell-space.js';
import { bucketOf, octaveOf } from './log-buckets.js';

/** What stands in `bounds`. */
export const BOUND = { shift: 0, min: 1, max: 2, upper: 3 } as const;
/** An octave's second number in `lookup`: where its table begins, and in these bits the shift that indexes it. */
export const SHIFT_BITS = 4;
export const SHIFT_MASK = 15;

/** What the loops need of a slot. */
export interface FoldTarget {
  readonly offset: number;
  readonly binsOffset: number;
  readonly space: CellSpace;
  /** Where its part of the space's `lookup` and `bounds` begins. */
  readonly lookupAt: number;
  readonly boundsAt: number;
  readonly categories: BytesTable | undefined;
  /** Categories with a bin of their own. */
  readonly told: number;
  /** Folds one value of whatever kind. */
  addEntry(pane: CellHolder, batch: RecordBatch, entry: number, weight: number, timeMs: number): void;
  /** Counts a category that has no bin of its own; the pane may be wider then. */
  addRare(pane: CellHolder, category: number, view: DataView, start: number, end: number, weight: number): void;
}

/** Folds the first `count` of `entries`. `timeMs` is that of one of them, for `addEntry`. */
type FoldValues = (
  slot: FoldTarget,
  pane: CellHolder,
  batch: RecordBatch,
  entries: Int32Array,
  count: number,
  weight: number,
  timeMs: number,
) => void;

export const foldNumbers: FoldValues = (slot, pane, batch, entries, count, weight, timeMs) => {
  const { type, number, words } = batch.attributes;
  const { offset, binsOffset, space, boundsAt, lookupAt } = slot;
  const { lookup, bounds } = space;
  const upper = boundsAt + BOUND.upper;
  const shift = bounds[boundsAt + BOUND.shift];
  const lowest = bounds[boundsAt + BOUND.min];
  const highest = bounds[boundsAt + BOUND.max];
  const { cells } = pane;
  let folded = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  let at = 0;
  for (; at < count; at++) {
    const entry = entries[at];
    const x = number[entry];
    const high = words[entry * 2 + 1];
    const octave = octaveOf(high);
    const table = lookupAt + octave * 2;
    const page = lookup[table];
    const isNumber = type[entry] === VALUE.double || type[entry] === VALUE.int;
    if (!isNumber || x - x !== 0 || page < 0) {
      slot.addEntry(pane, batch, entry, weight, timeMs);
      // A page that was missing may have made the pane wider: the rest goes on with what there is now.
      if (pane.cells === cells) continue;
      at++;
      break;
    }
    const centred = x - shift;
    folded++;
    sum += centred;
    squares += centred * centred;
    if (x < min) min = x;
    if (x > max) max = x;
    cells[page + bucketOf(high, octave)] += weight;
    if (x < lowest) cells[offset + FEATURE_CELL.below] += weight;
    else if (x > highest) cells[offset + FEATURE_CELL.above] += weight;
    else {
      const place = lookup[table + 1];
      let bin = lookup[(place >>> SHIFT_BITS) + (((high >>> 12) & 255) >>> (place & SHIFT_MASK))];
      while (x > bounds[upper + bin]) bin++;
      cells[binsOffset + bin] += weight;
    }
  }
  if (folded > 0) {
    const now = pane.cells;
    const isFirst = now[offset + FEATURE_CELL.finite] === 0;
    now[offset + FEATURE_CELL.present] += weight * folded;
    now[offset + FEATURE_CELL.finite] += weight * folded;
    now[offset + FEATURE_CELL.sum] += weight * sum;
    now[offset + FEATURE_CELL.squares] += weight * squares;
    if (isFirst || min < now[offset + FEATURE_CELL.min]) now[offset + FEATURE_CELL.min] = min;
    if (isFirst || max > now[offset + FEATURE_CELL.max]) now[offset + FEATURE_CELL.max] = max;
  }
  if (at < count) foldNumbers(slot, pane, batch, entries.subarray(at), count - at, weight, timeMs);
};

export const foldTexts: FoldValues = (slot, pane, batch, entries, count, weight, timeMs) => {
  const { type, start, end } = batch.attributes;
  const { offset, binsOffset, told } = slot;
  const categories = slot.categories!;
  let { cells } = pane;
  let folded = 0;
  for (let at = 0; at < count; at++) {
    const entry = entries[at];
    if (type[entry] !== VALUE.string || end[entry] === start[entry]) {
      slot.addEntry(pane, batch, entry, weight, timeMs);
      continue;
    }
    const category = categories.find(batch.view, start[entry], end[entry]);
    folded++;
    if (category !== NOT_FOUND && category < told) cells[binsOffset + category] += weight;
    else {
      slot.addRare(pane, category, batch.view, start[entry], end[entry], weight);
      cells = pane.cells;
    }
  }
  cells[offset + FEATURE_CELL.present] += weight * folded;
};

export const foldFlags: FoldValues = (slot, pane, batch, entries, count, weight, timeMs) => {
  const { type, number } = batch.attributes;
  const { offset, binsOffset } = slot;
  const { cells } = pane;
  let folded = 0;
  for (let at = 0; at < count; at++) {
    const entry = entries[at];
    if (type[entry] !== VALUE.bool) {
      slot.addEntry(pane, batch, entry, weight, timeMs);
      continue;
    }
    folded++;
    cells[binsOffset + number[entry]] += weight;
  }
  cells[offset + FEATURE_CELL.present] += weight * folded;
};
