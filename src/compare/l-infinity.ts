/**
 * L∞ distance: max |p − q|, the largest change of a share of any one bin (for categories: TensorFlow Data Validation's
 * default). It depends on how finely one bins, so compare it only over the same bins.
 * Cost: O(bins), no allocation. Range: 0 to 1. Error: rounding only.
 */
import { total, type Counts } from './counts.js';

export function lInfinity(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let largest = 0;
  for (let bin = 0; bin < current.length; bin++) {
    largest = Math.max(largest, Math.abs(current[bin] / n - reference[bin] / m));
  }
  return largest;
}
