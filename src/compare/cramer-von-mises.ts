/**
 * Two-sample Cramér-von Mises statistic over ordered bins: T = nm/(n+m)² Σ (F − G)², the sum over all n + m observations,
 * F and G the cumulative shares at the end of the observation's bin. With every value its own bin it is Anderson's T.
 * It weighs the whole distribution where Kolmogorov-Smirnov looks at one point.
 * Source: T. W. Anderson, On the distribution of the two-sample Cramér-von Mises criterion (1962).
 * Cost: O(bins), no allocation. Range: 0 to (4nm − 1)/(6(n + m)) + ½ at most. Error: rounding; against raw values, that
 * of binning: ties within a bin.
 */
import { total, type Counts } from './counts.js';

/** The bins must be in the order of the values. */
export function cramerVonMises(current: Counts, reference: Counts): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let difference = 0;
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    difference += current[bin] / n - reference[bin] / m;
    sum += (current[bin] + reference[bin]) * difference * difference;
  }
  return (sum * n * m) / ((n + m) * (n + m));
}

/** The same of two samples of raw values, neither empty. O(n log n), allocates. */
export function cramerVonMisesTwoSample(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const x = Float64Array.from(current).sort();
  const y = Float64Array.from(reference).sort();
  const n = x.length;
  const m = y.length;
  let sum = 0;
  for (let i = 0, j = 0; i < n || j < m;) {
    const value = Math.min(i < n ? x[i] : Infinity, j < m ? y[j] : Infinity);
    const before = i + j;
    while (i < n && x[i] === value) i++;
    while (j < m && y[j] === value) j++;
    const difference = i / n - j / m;
    sum += (i + j - before) * difference * difference;
  }
  return (sum * n * m) / ((n + m) * (n + m));
}
