/**
 * The Kolmogorov-Smirnov test of two samples of raw values: the exact statistic, and the chance of at least this with no
 * drift — exact by counting lattice paths where n·m ≤ 10,000, else by Kolmogorov's limit.
 * Source: J. L. Hodges, The significance probability of the Smirnov two-sample test (1957), in the scaled recursion of
 * R's psmirnov. Cost: O(n log n + m log m), and O(nm) for the exact chance; allocates. Range: 0 to 1.
 * Error: absolute 1e-14 of the exact p (ties make it conservative); of the limit, about 1/√(nm/(n+m)), conservative.
 */
import { kolmogorovTail } from './kolmogorov-distribution.js';

const EXACT_UP_TO_PAIRS = 10_000;

export interface KolmogorovSmirnovTest {
  readonly statistic: number;
  readonly p: number;
  readonly exact: boolean;
}

/** Neither sample may be empty or hold NaN. */
export function kolmogorovSmirnovTwoSample(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): KolmogorovSmirnovTest {
  const x = Float64Array.from(current).sort();
  const y = Float64Array.from(reference).sort();
  const n = x.length;
  const m = y.length;
  let statistic = 0;
  for (let i = 0, j = 0; i < n && j < m;) {
    const value = Math.min(x[i], y[j]);
    while (i < n && x[i] === value) i++;
    while (j < m && y[j] === value) j++;
    statistic = Math.max(statistic, Math.abs(i / n - j / m));
  }
  const exact = n * m <= EXACT_UP_TO_PAIRS;
  const p = exact ? exactTail(statistic, n, m) : kolmogorovTail(statistic * Math.sqrt((n * m) / (n + m)));
  return { statistic, p, exact };
}

/** 1 − the share of lattice paths from (0, 0) to (n, m) that stay closer than `statistic` to the diagonal. */
function exactTail(statistic: number, n: number, m: number): number {
  const limit = (0.5 + Math.floor(statistic * n * m - 1e-7)) / (n * m);
  const inside = new Float64Array(m + 1);
  for (let j = 0; j <= m; j++) inside[j] = j / m > limit ? 0 : 1;
  for (let i = 1; i <= n; i++) {
    const scale = i / (i + m);
    inside[0] = i / n > limit ? 0 : scale * inside[0];
    for (let j = 1; j <= m; j++) {
      inside[j] = Math.abs(i / n - j / m) > limit ? 0 : scale * inside[j] + inside[j - 1];
    }
  }
  return Math.min(1, Math.max(0, 1 - inside[m]));
}
