/**
 * Brier score: the mean of (score − outcome)², outcome 0 or 1. Low is good; it rewards calibration and sharpness both.
 * Interval: of a mean; without the sum of fourth powers, Wilson's, which is safe (`mean-loss.ts`).
 * Source: G. W. Brier (1950). Cost: O(1) from sums. Range: 0 to 1; always saying the base rate p scores p(1 − p).
 * Absent without observations.
 */
import type { Estimate } from './estimate.js';
import { meanOfLoss } from './mean-loss.js';
import { wilson } from './wilson.js';

/**
 * @param sum Σ (score − outcome)²
 * @param sumOfSquares Σ (score − outcome)⁴
 */
export function brier(sum: number, observations: number, sumOfSquares?: number): Estimate | undefined {
  if (!(observations > 0)) return undefined;
  return sumOfSquares === undefined
    ? wilson(Math.min(sum, observations), observations)
    : meanOfLoss(sum, sumOfSquares, observations, 0, 1);
}
