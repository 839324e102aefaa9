/**
 * Root mean squared error, in the target's own unit.
 * Interval: with Σ error⁴, that of the mean square, rooted; without it, for normal errors, √(SSE / χ²). Heavy-tailed
 * errors make the second too narrow, so keep the fourth powers where outliers are known.
 * Cost: O(1). Range: 0 to ∞. Absent without observations. Error: Σ error² loses digits only where errors span 8 decades.
 */
import { chiSquareQuantile } from '../chi-square-distribution.js';
import type { Estimate } from './estimate.js';
import { meanOfLoss } from './mean-loss.js';
import type { RegressionSums } from './regression-sums.js';

export function rootMeanSquaredError(sums: RegressionSums): Estimate | undefined {
  const { observations, squaredError, fourthPowerError } = sums;
  if (!(observations > 0)) return undefined;
  if (fourthPowerError !== undefined) {
    const square = meanOfLoss(squaredError, fourthPowerError, observations, 0, Infinity);
    return { value: Math.sqrt(square.value), lower: Math.sqrt(square.lower), upper: Math.sqrt(square.upper) };
  }
  return {
    value: Math.sqrt(squaredError / observations),
    lower: Math.sqrt(squaredError / chiSquareQuantile(0.025, observations)),
    upper: Math.sqrt(squaredError / chiSquareQuantile(0.975, observations)),
  };
}
