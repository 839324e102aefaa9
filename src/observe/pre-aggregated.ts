/**
 * Folds a histogram of a feature's values, as a service aggregated them, into the cells that single values are counted
 * in. Count and (where the sender gives it) sum are exact. The rest takes values as uniform within their bucket:
 *
 * - Bins: a bucket's count is shared among the bins that it spans by their share of its width, so the cumulative count is
 *   exact at every bucket's bounds and between them off by at most that bucket's count. Below and above count only
 *   buckets that lie wholly outside: a lower bound of what is out of range.
 * - Standard deviation: within the width of the widest filled bucket, from (m - mean)² + width²/12 at each midpoint m.
 * - Quantiles: at the bucket's geometric midpoint (arithmetic where it spans zero), so within a bucket's width.
 * - Minimum and maximum: the sender's where it gives them and they are those of these values, else the bounds of the
 *   outermost filled buckets.
 *
 * Cost: per bucket a handful of operations and one for each bin that it spans.
 */
import type { FeatureHistogram } from '../interpret/index.js';
import { FEATURE_CELL } from './cells.js';
import { isNumeric, type NumericSchema } from './feature-schema.js';
import type { CellHolder } from './cell-space.js';
import type { FeatureSlot } from './feature-slot.js';
import { bucketOf, highWord, octaveOf } from './log-buckets.js';
import type { ProvisionalBuffer } from './provisional-buffer.js';

/** Steps of this, modulo 1, cover the interval evenly however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * These values are no predictions: `base` takes them out again of what is expected, so that a feature which predictions
 * carry too is absent as often as predictions lack it.
 */
export function foldHistogram(slot: FeatureSlot, pane: CellHolder, histogram: FeatureHistogram): void {
  const { offset } = slot;
  const { count } = histogram;
  pane.cells[offset + FEATURE_CELL.present] += count;
  pane.cells[offset + FEATURE_CELL.base] -= count;
  slot.kind ??= 'numeric';
  if (slot.kind !== 'numeric') {
    pane.cells[offset + FEATURE_CELL.typeMismatch] += count;
    return;
  }
  addMoments(pane.cells, offset, histogram, slot.startShift(histogram.sum / count));
  for (let at = 0; at < histogram.length; at++) {
    const high = highWord(middle(histogram.lower[at], histogram.upper[at]));
    const octave = octaveOf(high);
    const page = slot.sketchPage(octave, pane);
    if (page >= 0) pane.cells[page + bucketOf(high, octave)] += histogram.counts[at];
  }
  const { schema } = slot;
  if (schema === undefined) {
    if (slot.buffer !== undefined) keep(slot.buffer, slot.comesBy === 'histograms', histogram);
  } else if (isNumeric(schema)) {
    for (let at = 0; at < histogram.length; at++) {
      const { lower, upper, counts } = histogram;
      addToBins(pane.cells, slot, schema, lower[at], upper[at], counts[at]);
    }
  }
}

/** Whether a buffer should become bins before the histogram: it has not the room for it and holds enough without. */
export function isDueBefore(buffer: ProvisionalBuffer, { count }: FeatureHistogram): boolean {
  return count > buffer.max - buffer.count && buffer.count * 2 >= buffer.max;
}

function addMoments(cells: Float64Array, offset: number, histogram: FeatureHistogram, shift: number): void {
  const { count, length, lower, upper, counts } = histogram;
  let middleMean = 0;
  for (let at = 0; at < length; at++) middleMean += (counts[at] / count) * (lower[at] / 2 + upper[at] / 2);
  let spread = 0;
  for (let at = 0; at < length; at++) {
    const width = upper[at] - lower[at];
    const centred = lower[at] / 2 + upper[at] / 2 - middleMean;
    spread += counts[at] * (centred * centred + (width * width) / 12);
  }
  const centredSum = histogram.sum - shift * count;
  const before = cells[offset + FEATURE_CELL.finite];
  const { min, max } = histogram;
  cells[offset + FEATURE_CELL.finite] = before + count;
  cells[offset + FEATURE_CELL.sum] += centredSum;
  cells[offset + FEATURE_CELL.squares] += spread + (centredSum * centredSum) / count;
  if (before === 0 || min < cells[offset + FEATURE_CELL.min]) cells[offset + FEATURE_CELL.min] = min;
  if (before === 0 || max > cells[offset + FEATURE_CELL.max]) cells[offset + FEATURE_CELL.max] = max;
}

function middle(lower: number, upper: number): number {
  if (lower > 0) return Math.sqrt(lower) * Math.sqrt(upper);
  if (upper < 0) return -Math.sqrt(-lower) * Math.sqrt(-upper);
  return lower / 2 + upper / 2;
}

/** Buckets and bins are right-closed; a bucket without width is a value. */
function addToBins(
  cells: Float64Array,
  { offset, binsOffset }: FeatureSlot,
  { upper: bounds, min }: NumericSchema,
  lower: number,
  upper: number,
  count: number,
): void {
  const max = bounds.length === 0 ? NaN : bounds[bounds.length - 1];
  if (upper < min) {
    cells[offset + FEATURE_CELL.below] += count;
    return;
  }
  if (!(lower < max || (lower === max && upper === max))) {
    cells[offset + FEATURE_CELL.above] += count;
    return;
  }
  let from = Math.max(lower, min);
  const to = Math.min(upper, max);
  let bin = firstAtLeast(bounds, from);
  if (from < to && bounds[bin] === from) bin++;
  const density = count / (to - from);
  let left = count;
  for (; bounds[bin] < to; bin++) {
    const share = density * (bounds[bin] - from);
    cells[binsOffset + bin] += share;
    left -= share;
    from = bounds[bin];
  }
  cells[binsOffset + bin] += left;
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const centre = (low + high) >>> 1;
    if (ascending[centre] >= value) high = centre;
    else low = centre + 1;
  }
  return low;
}

/**
 * Keeps values that stand for the histogram's, evenly by rank: one for each, or, where there is not the room, as many as
 * there is room for, each with the weight of several. Half of the room is left to predictions that carry the feature too.
 */
function keep(buffer: ProvisionalBuffer, alone: boolean, histogram: FeatureHistogram): void {
  const { timeMs, count, lower, upper, counts } = histogram;
  const room = buffer.max - buffer.count;
  const kept = Math.min(count, alone ? room : room >> 1);
  const phase = (buffer.count * GOLDEN_RATIO) % 1;
  let bucket = 0;
  let before = 0;
  for (let index = 0; index < kept; index++) {
    const rank = ((index + phase) / kept) * count;
    while (bucket < histogram.length - 1 && before + counts[bucket] <= rank) before += counts[bucket++];
    const share = Math.min(1, (rank - before) / counts[bucket]);
    buffer.add(timeMs, count / kept, lower[bucket] + share * (upper[bucket] - lower[bucket]));
  }
}
