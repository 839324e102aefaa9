/** Writes the bins of a numeric feature where `foldNumbers` looks them up: its bounds, and by octave the first bin to try. */
import { binTable } from './bin-table.js';
import type { CellSpace } from './cell-space.js';
import type { NumericSchema } from './feature-schema.js';
import { BOUND, SHIFT_BITS } from './fold-values.js';
import { OCTAVES } from './log-buckets.js';

/** @param pages of the feature's sketch @returns where they begin in the space's `bounds` and `lookup` */
export function layBins(
  space: CellSpace,
  { upper, min, shift }: NumericSchema,
  pages: Int32Array,
): { readonly boundsAt: number; readonly lookupAt: number } {
  const boundsAt = space.allocateBounds(BOUND.upper + upper.length);
  space.bounds[boundsAt + BOUND.shift] = shift;
  space.bounds[boundsAt + BOUND.min] = min;
  space.bounds[boundsAt + BOUND.max] = upper[upper.length - 1];
  space.bounds.set(upper, boundsAt + BOUND.upper);
  const table = binTable(upper);
  const lookupAt = space.allocateLookup(2 * OCTAVES + table.first.length);
  const firstCell = lookupAt + 2 * OCTAVES;
  for (let octave = 0; octave < OCTAVES; octave++) {
    space.lookup[lookupAt + octave * 2] = pages[octave];
    space.lookup[lookupAt + octave * 2 + 1] = ((firstCell + table.start[octave]) << SHIFT_BITS) | table.shift[octave];
  }
  space.lookup.set(table.first, firstCell);
  return { boundsAt, lookupAt };
}
