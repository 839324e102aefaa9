/**
 * Hellinger distance: √(1 − Σ √(p q)), computed as √(½ Σ (√p − √q)²), which does not cancel near 0.
 * Source: E. Hellinger (1909); the form here is that of L. Le Cam.
 * Cost: O(bins), two square roots each, no allocation. Range: 0 to 1 (no overlap). Error: rounding only.
 */
import { total, type Counts } from './counts.js';

export function hellinger(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    const difference = Math.sqrt(current[bin] / n) - Math.sqrt(reference[bin] / m);
    sum += difference * difference;
  }
  return Math.min(1, Math.sqrt(sum / 2));
}
