/**
 * Kolmogorov-Smirnov statistic over ordered bins: max over the edges of |F − G|, F and G the cumulative shares.
 * Inside a bin the exact statistic of the raw values can be larger. How much at most is known from the counts alone:
 * in bin i it cannot pass max(F(right) − G(left), G(right) − F(left)). `kolmogorovSmirnovBound` is that ceiling; with
 * 128 reference-quantile bins it is at most the fullest bin's share, about 1/128 with no drift, above the statistic.
 * Cost: O(bins), no allocation: 131 bins in about 1 µs. Range: 0 to 1. Error: as above.
 */
import { total, type Counts } from './counts.js';

/** The bins must be in the order of the values. */
export function kolmogorovSmirnov(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  const perCurrent = 1 / n;
  const perReference = 1 / m;
  let difference = 0;
  let largest = 0;
  for (let bin = 0; bin < current.length; bin++) {
    difference += current[bin] * perCurrent - reference[bin] * perReference;
    const size = difference < 0 ? -difference : difference;
    if (size > largest) largest = size;
  }
  return Math.min(1, largest);
}

/** The largest value that the statistic of the raw values can have, given these counts. */
export function kolmogorovSmirnovBound(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let difference = 0;
  let largest = 0;
  for (let bin = 0; bin < current.length; bin++) {
    const p = current[bin] / n;
    const q = reference[bin] / m;
    if (p > 0) largest = Math.max(largest, difference + p);
    if (q > 0) largest = Math.max(largest, q - difference);
    difference += p - q;
  }
  return Math.min(1, Math.max(largest, kolmogorovSmirnov(current, reference)));
}
