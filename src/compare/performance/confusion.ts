/**
 * The confusion counts of a binary classifier at one threshold, and, before ground truth comes, those to expect from
 * calibrated scores: Σp over predicted positives are true positives, Σ(1 − p) false ones, and so on.
 * Source: the expectation is exact if the scores are calibrated (P(positive | score = p) = p); what it cannot see is a
 * change of that relation (concept drift), which is why it is published beside the real value and not in its place.
 * Cost: O(1), O(observations). Range: 0 to the number of observations. Error: rounding; calibration error adds up to
 * ECE · observations.
 */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** @param scores calibrated chance of the positive class, one per prediction. */
export function estimatedConfusion(scores: ArrayLike<number>, threshold = 0.5): Confusion {
  let [tp, fp, tn, fn] = [0, 0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (score >= threshold) {
      tp += score;
      fp += 1 - score;
    } else {
      fn += score;
      tn += 1 - score;
    }
  }
  return { tp, fp, tn, fn };
}

/** The same from sums that a profile keeps: how many were predicted positive and negative, and the sum of their scores. */
export function estimatedConfusionFromSums(
  predictedPositive: number,
  scoresOfPositive: number,
  predictedNegative: number,
  scoresOfNegative: number,
): Confusion {
  return {
    tp: scoresOfPositive,
    fp: predictedPositive - scoresOfPositive,
    fn: scoresOfNegative,
    tn: predictedNegative - scoresOfNegative,
  };
}
