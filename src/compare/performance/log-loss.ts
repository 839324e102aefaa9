/**
 * Log loss: the mean of −ln(score given to what happened), in nats. One certain and wrong prediction is infinite, so
 * scores are clipped to 1e-15 from 0 and 1 where they are summed (`logLossOf`), as scikit-learn long did.
 * Interval: of a mean (`mean-loss.ts`). Source: I. J. Good, Rational decisions (1952).
 * Cost: O(1) from sums. Range: 0 to 34.5 by the clip; always saying one half scores ln 2 = 0.693.
 * Absent without observations.
 */
import type { Estimate } from './estimate.js';
import { meanOfLoss } from './mean-loss.js';

const CLIP = 1e-15;
const MOST = -Math.log(CLIP);

/** The loss of one prediction: what goes into the sums. */
export function logLossOf(score: number, positive: boolean): number {
  const given = positive ? score : 1 - score;
  return -Math.log(Math.min(1, Math.max(CLIP, given)));
}

export function logLoss(sum: number, sumOfSquares: number, observations: number): Estimate | undefined {
  return observations > 0 ? meanOfLoss(sum, sumOfSquares, observations, 0, MOST) : undefined;
}
