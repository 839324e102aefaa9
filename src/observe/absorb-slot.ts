/**
 * Adds what another observer gathered of one feature to ours. The two laid their cells out on their own, so bins and sketch
 * pages are brought together by their meaning; sums are moved to our shift, which is exact up to rounding.
 */
import { NOT_FOUND } from '../decode/index.js';
import { coversSketch, hashString, mergeSketch } from './distinct-sketch.js';
import { FEATURE_CELL } from './cells.js';
import type { FeatureKind } from '../registry/index.js';
import { binCount } from './feature-schema.js';
import type { CellHolder } from './cell-space.js';
import type { FeatureSlot } from './feature-slot.js';
import { BUCKETS_PER_OCTAVE } from './log-buckets.js';
import { keptText } from './provisional-buffer.js';
import type { FeatureSlotState } from './slot-state.js';

const { present, finite, sum, squares, min, max, typeMismatch } = FEATURE_CELL;
/** What counts whatever the feature's type is. */
const OF_ANY_TYPE = [present, FEATURE_CELL.base, FEATURE_CELL.empty, FEATURE_CELL.nan, typeMismatch];
const OF_THE_SAME_TYPE = [
  finite,
  FEATURE_CELL.below,
  FEATURE_CELL.above,
  FEATURE_CELL.unseen,
  FEATURE_CELL.other,
  FEATURE_CELL.infinite,
];

/** Adds one pane's cells. `into` is wide enough for the slot's header and bins. */
export function absorbSlot(slot: FeatureSlot, into: CellHolder, from: FeatureSlotState, cells: Float64Array): void {
  if (from.offset >= cells.length) return;
  const add = (cell: number): void => {
    into.cells[slot.offset + cell] += cells[from.offset + cell];
  };
  for (const cell of OF_ANY_TYPE) add(cell);
  if (from.kind === undefined) return;
  slot.startKind(from.kind);
  if (!isSameType(slot.kind, from.kind)) {
    const [all, empty, nan, mismatched] = [present, FEATURE_CELL.empty, FEATURE_CELL.nan, typeMismatch].map(
      (cell) => cells[from.offset + cell],
    );
    into.cells[slot.offset + typeMismatch] += all - empty - nan - mismatched;
    return;
  }
  if (cells[from.offset + finite] > 0) absorbMoments(slot, into.cells, from, cells);
  for (const cell of OF_THE_SAME_TYPE) add(cell);
  absorbBins(slot, into.cells, from, cells);
  absorbPages(slot, into, from, cells);
  const { distinctOffset = -1 } = from;
  if (coversSketch(cells, distinctOffset) && slot.hasSketch(into)) {
    mergeSketch(into.cells, slot.distinctOffset, cells, distinctOffset);
  }
}

/**
 * Takes over values that were kept for bins to be made from them: into the bins where there are some by now, else into
 * our own buffer.
 * @param first the first of them that has not been taken over
 * @returns the first that is still left, because the buffer is full
 */
export function absorbBuffered(
  slot: FeatureSlot,
  from: FeatureSlotState,
  first: number,
  paneAt: (timeMs: number) => CellHolder,
): number {
  const { buffer } = from;
  if (buffer === undefined || !isSameType(slot.kind, from.kind)) return Infinity;
  const isCategory = from.kind === 'categorical';
  for (let at = first; at < buffer.values.length; at++) {
    const [timeMs, weight] = [buffer.timesMs[at], buffer.weights[at]];
    const text = isCategory ? from.categories?.[buffer.values[at]] : undefined;
    const hash = text === undefined ? undefined : hashString(text);
    const { schema } = slot;
    if (schema !== undefined) {
      if (isCategory && slot.kind !== 'categorical') {
        slot.replayText(paneAt(timeMs), keptText(buffer, at), weight, timeMs, hash);
      } else if (!isCategory) slot.replay(paneAt(timeMs), buffer.values[at], weight, hash);
      else if (text !== undefined && slot.categories!.findText(text) === NOT_FOUND) {
        const pane = paneAt(timeMs);
        pane.cells[slot.offset + FEATURE_CELL.unseen] += weight;
        slot.addDistinct(pane, hash!);
      } else
        slot.replay(paneAt(timeMs), text === undefined ? NOT_FOUND : slot.categories!.findText(text), weight, hash);
      continue;
    }
    if (slot.buffer === undefined) {
      if (hash !== undefined) slot.addDistinct(paneAt(timeMs), hash);
      continue;
    }
    if (slot.buffer.count === slot.buffer.max) return at;
    const value = !isCategory ? buffer.values[at] : text === undefined ? NOT_FOUND : slot.categories!.internText(text);
    if (value === NOT_FOUND && hash !== undefined) slot.addDistinct(paneAt(timeMs), hash);
    slot.buffer.add(timeMs, weight, value, isCategory ? keptText(buffer, at) : undefined);
  }
  return Infinity;
}

/** A text that turned out to be free, or a time, was a category at first. */
function isSameType(ours: FeatureKind | undefined, theirs: FeatureKind | undefined): boolean {
  return ours === theirs || ((ours === 'text' || ours === 'timestamp') && theirs === 'categorical');
}

function absorbMoments(slot: FeatureSlot, into: Float64Array, from: FeatureSlotState, cells: Float64Array): void {
  const n = cells[from.offset + finite];
  const theirs = Number.isNaN(from.shift) ? 0 : from.shift;
  const by = theirs - slot.startShift(theirs);
  const theirSum = cells[from.offset + sum];
  into[slot.offset + sum] += theirSum + n * by;
  into[slot.offset + squares] += cells[from.offset + squares] + 2 * by * theirSum + n * by * by;
  const isFirst = into[slot.offset + finite] === 0;
  const [low, high] = [cells[from.offset + min], cells[from.offset + max]];
  into[slot.offset + min] = isFirst ? low : Math.min(into[slot.offset + min], low);
  into[slot.offset + max] = isFirst ? high : Math.max(into[slot.offset + max], high);
}

function absorbBins(slot: FeatureSlot, into: Float64Array, from: FeatureSlotState, cells: Float64Array): void {
  const { schema } = slot;
  if (schema === undefined || slot.binsOffset < 0 || from.binsOffset < 0 || from.kind !== slot.kind) return;
  const count = binCount(schema);
  for (let bin = 0; bin < count && from.binsOffset + bin < cells.length; bin++) {
    into[slot.binsOffset + bin] += cells[from.binsOffset + bin];
  }
}

function absorbPages(slot: FeatureSlot, into: CellHolder, from: FeatureSlotState, cells: Float64Array): void {
  for (let octave = 0; octave < from.pages.length; octave++) {
    const theirs = from.pages[octave];
    if (theirs < 0 || theirs >= cells.length) continue;
    const ours = slot.sketchPage(octave, into);
    if (ours < 0) continue;
    for (let bucket = 0; bucket < BUCKETS_PER_OCTAVE; bucket++) into.cells[ours + bucket] += cells[theirs + bucket];
  }
}
