/**
 * Expected calibration error from bins of scores: Σ (n_k / n) |share of positives in bin k − mean score in bin k|.
 * A perfectly calibrated model does not score 0, for the shares are noisy: `noise` is what it would score on average here,
 * Σ (n_k / n) √(2 s(1 − s) / (π n_k)); believe a value that is well above it.
 * Interval: the delta method on each bin's share. It is that of the binned error: over fewer, wider bins the error itself
 * is smaller (calibration errors of opposite signs in one bin cancel).
 * Source: M. P. Naeini, G. Cooper and M. Hauskrecht (2015); C. Guo et al. (2017).
 * Cost: O(bins). Range: 0 to 1. Absent without observations.
 */
import { total, type Counts } from '../counts.js';
import { normalInterval, type Estimate } from './estimate.js';

export interface ExpectedCalibrationError extends Estimate {
  /** Mean value of a perfectly calibrated model with these bins and counts. */
  readonly noise: number;
}

/**
 * @param scores sum of the scores in each bin
 * @param positives positives in each bin
 * @param counts observations in each bin
 */
export function expectedCalibrationError(
  scores: Counts,
  positives: Counts,
  counts: Counts,
): ExpectedCalibrationError | undefined {
  const observations = total(counts);
  if (!(observations > 0)) return undefined;
  let [value, variance, noise] = [0, 0, 0];
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin];
    if (!(count > 0)) continue;
    const weight = count / observations;
    const score = scores[bin] / count;
    const share = positives[bin] / count;
    value += weight * Math.abs(share - score);
    variance += (weight * weight * share * (1 - share)) / count;
    noise += weight * Math.sqrt((2 * Math.max(0, score * (1 - score))) / (Math.PI * count));
  }
  return { ...normalInterval(value, variance, 0, 1), noise };
}
