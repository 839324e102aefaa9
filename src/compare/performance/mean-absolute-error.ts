/**
 * Mean absolute error, in the target's own unit, with the interval of a mean. Its variance needs only Σ error²:
 * |error|² = error². Cost: O(1). Range: 0 to ∞. Absent without observations.
 */
import type { Estimate } from './estimate.js';
import { meanOfLoss } from './mean-loss.js';
import type { RegressionSums } from './regression-sums.js';

export function meanAbsoluteError(sums: RegressionSums): Estimate | undefined {
  return sums.observations > 0
    ? meanOfLoss(sums.absoluteError, sums.squaredError, sums.observations, 0, Infinity)
    : undefined;
}
