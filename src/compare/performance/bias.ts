/**
 * Bias: the mean of prediction − ground truth, in the target's own unit, with the interval of a mean. Above 0 the model
 * says too much. Cost: O(1). Range: −∞ to ∞. Absent without observations.
 */
import type { Estimate } from './estimate.js';
import { meanOfLoss } from './mean-loss.js';
import type { RegressionSums } from './regression-sums.js';

export function bias(sums: RegressionSums): Estimate | undefined {
  return sums.observations > 0
    ? meanOfLoss(sums.error, sums.squaredError, sums.observations, -Infinity, Infinity)
    : undefined;
}
