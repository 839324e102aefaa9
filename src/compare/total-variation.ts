/**
 * Total variation distance: ½ Σ |p − q|, the share of observations that would have to change their bin.
 * Cost: O(bins), no allocation. Range: 0 to 1 (no overlap). Error: rounding only.
 */
import { total, type Counts } from './counts.js';

export function totalVariation(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) sum += Math.abs(current[bin] / n - reference[bin] / m);
  return Math.min(1, sum / 2);
}
