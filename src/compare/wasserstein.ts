/**
 * Wasserstein-1 (earth mover's) distance: ∫ |F − G| dx, the mean way that an observation would have to move, in the
 * feature's own unit. Over bins, each bin's mass stands at one position (its mean, its centre, or a category's rank).
 * `wassersteinNormalised` divides by the reference's standard deviation, to compare features with one another.
 * Source: L. Kantorovich (1942); S. Vallender, Calculation of the Wasserstein distance on the line (1973).
 * Cost: O(bins), no allocation. Range: 0 to the distance between the outermost occupied positions.
 * Error: `wassersteinBound` — no observation moves further than to its position from the far end of its bin, so at most
 * Σ (p + q) · that way. Over 128 quantile bins of a normal reference it is off by under 0.05 σ for shifts up to 0.5 σ; by
 * 0.29 σ for one of 2 σ, which crowds half of the window into the last, widest bin: there give the bins' means.
 */
import { total, type Counts } from './counts.js';

/** @param positions where each bin's mass stands, ascending, finite. */
export function wasserstein(current: Counts, reference: Counts, positions: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let difference = 0;
  let sum = 0;
  for (let bin = 0; bin + 1 < current.length; bin++) {
    difference += current[bin] / n - reference[bin] / m;
    sum += Math.abs(difference) * (positions[bin + 1] - positions[bin]);
  }
  return sum;
}

/** @returns 0 where the reference does not vary: it has no unit to measure in. */
export function wassersteinNormalised(
  current: Counts,
  reference: Counts,
  positions: Counts,
  referenceStandardDeviation: number,
): number {
  return referenceStandardDeviation > 0 ? wasserstein(current, reference, positions) / referenceStandardDeviation : 0;
}

/**
 * By how much `wasserstein` can be off from the value of the raw observations.
 * @param edges the ends of the bins, one more than there are bins; the outer two are the smallest and largest values seen.
 */
export function wassersteinBound(current: Counts, reference: Counts, positions: Counts, edges: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    const share = current[bin] / n + reference[bin] / m;
    sum += share * Math.max(positions[bin] - edges[bin], edges[bin + 1] - positions[bin]);
  }
  return sum;
}

/** The exact distance of two samples of raw values, neither empty. O(n log n), allocates. */
export function wassersteinTwoSample(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const x = Float64Array.from(current).sort();
  const y = Float64Array.from(reference).sort();
  let i = 0;
  let j = 0;
  let sum = 0;
  let position = Math.min(x[0], y[0]);
  while (i < x.length || j < y.length) {
    const next = Math.min(i < x.length ? x[i] : Infinity, j < y.length ? y[j] : Infinity);
    sum += Math.abs(i / x.length - j / y.length) * (next - position);
    position = next;
    while (i < x.length && x[i] === next) i++;
    while (j < y.length && y[j] === next) j++;
  }
  return sum;
}
