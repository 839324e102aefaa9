/**
 * Counts over the same bins: what every statistic of this room takes. A bin may be a range of a feature, a category, or
 * what stands apart (below, above, unseen, missing); which it is changes nothing here. Counts are finite and not
 * negative, and need not be whole: an observation that stands for several sampled ones counts as several.
 * An empty side is no evidence of anything, so every statistic of it is 0; 'no traffic' and 'not enough data' are states
 * that the caller publishes beside the number. A bin that is empty on both sides is no bin: adding it changes nothing.
 */
export type Counts = Float64Array | readonly number[];

/** Sum of the counts. */
export function total(counts: Counts): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) sum += counts[bin];
  return sum;
}

/** How many bins hold anything. */
export function occupied(counts: Counts): number {
  let bins = 0;
  for (let bin = 0; bin < counts.length; bin++) if (counts[bin] > 0) bins++;
  return bins;
}

/** How many bins hold anything on either side. */
export function occupiedByEither(current: Counts, reference: Counts): number {
  let bins = 0;
  for (let bin = 0; bin < current.length; bin++) if (current[bin] > 0 || reference[bin] > 0) bins++;
  return bins;
}
