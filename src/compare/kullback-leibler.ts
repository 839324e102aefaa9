/**
 * Kullback-Leibler divergence of the current shares from the reference's: KL(p‖q) = Σ p ln(p / q), in nats, unsmoothed.
 * Not symmetric: the other direction is the other order of arguments.
 * Source: S. Kullback and R. A. Leibler, On information and sufficiency (1951).
 * Cost: O(bins), one logarithm each, no allocation.
 * Range: 0 to ∞, and ∞ as soon as the current side holds a bin that the reference does not: for monitoring prefer PSI or
 * Jensen-Shannon, which stay finite. Error: rounding; each term is taken as p ln(p/q) − p + q ≥ 0, so never negative.
 */
import { total, type Counts } from './counts.js';

export function kullbackLeibler(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    const p = current[bin] / n;
    const q = reference[bin] / m;
    if (p === 0) sum += q;
    else if (q === 0) return Infinity;
    else if (p !== q) sum += Math.max(0, p * Math.log(p / q) - p + q);
  }
  return sum;
}
