/**
 * Pearson's χ² in two forms. `chiSquare` is the two-sample test of homogeneity, the one for monitoring: both sides are
 * samples, Σ over both sides of (observed − expected)² / expected, which comes to Σ (c√(m/n) − r√(n/m))² / (c + r).
 * `chiSquareGoodnessOfFit` takes the reference's shares for the truth: Σ (c − n q)² / (n q).
 * Source: K. Pearson (1900); W. H. Press et al., Numerical Recipes, 14.3.
 * Cost: O(bins), no allocation but the result. Range: 0 to n + m, 0 to ∞. Degrees of freedom: occupied bins − 1.
 * Error: of the statistic, rounding; of p, the χ² approximation, good where expected counts are 5 or more.
 */
import { chiSquareTail } from './chi-square-distribution.js';
import { total, type Counts } from './counts.js';

export interface ChiSquare {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** Chance of at least this with no drift. */
  readonly p: number;
}

export function chiSquareStatistic(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  const ratio = Math.sqrt(m / n);
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    const both = current[bin] + reference[bin];
    if (both === 0) continue;
    const difference = current[bin] * ratio - reference[bin] / ratio;
    sum += (difference * difference) / both;
  }
  return sum;
}

export function chiSquare(current: Counts, reference: Counts): ChiSquare {
  let bins = 0;
  for (let bin = 0; bin < current.length; bin++) if (current[bin] + reference[bin] > 0) bins++;
  return result(chiSquareStatistic(current, reference), bins);
}

export function chiSquareGoodnessOfFit(current: Counts, reference: Counts): ChiSquare {
  const n = total(current);
  const m = total(reference);
  let sum = 0;
  let bins = 0;
  for (let bin = 0; bin < current.length; bin++) {
    if (current[bin] + reference[bin] === 0) continue;
    bins++;
    if (n === 0 || m === 0) continue;
    const expected = (reference[bin] / m) * n;
    const difference = current[bin] - expected;
    sum += (difference * difference) / expected;
  }
  return result(sum, bins);
}

function result(statistic: number, bins: number): ChiSquare {
  const degreesOfFreedom = Math.max(0, bins - 1);
  return { statistic, degreesOfFreedom, p: chiSquareTail(statistic, degreesOfFreedom) };
}
