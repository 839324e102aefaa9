/**
 * Student's interval of a mean: mean ± t(n−1) s/√n, at 95%.
 * The quantile of t is expanded in 1/ν around the normal one (Abramowitz and Stegun 26.7.5), exact for one and two degrees
 * of freedom. Error: below 0.2% of the quantile from three degrees of freedom on. Cost: O(1).
 */
import { type Estimate, Z_95 } from './performance/estimate.js';

const T_95_OF_1 = 12.706204736174698;
const T_95_OF_2 = 4.302652729749464;

/** The deviate of Student's t that leaves 2.5% above it. @param freedom degrees of freedom, 1 or more; need not be whole */
export function studentQuantile95(freedom: number): number {
  if (freedom < 2) return T_95_OF_1;
  if (freedom < 3) return T_95_OF_2;
  const z = Z_95;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, power) => sum + term / freedom ** (power + 1), z);
}

/** @param variance of the sample (n − 1). @returns undefined below two observations: nothing is known of the spread */
export function studentInterval(mean: number, variance: number, observations: number): Estimate | undefined {
  if (observations < 2) return undefined;
  const half = studentQuantile95(observations - 1) * Math.sqrt(variance / observations);
  return { value: mean, lower: mean - half, upper: mean + half };
}
