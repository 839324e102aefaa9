/**
 * Average precision from the score histograms of the two classes: Σ (R_k − R_{k−1}) P_k over thresholds at the lower ends
 * of the bins, from the highest. The area under the precision-recall curve without interpolation, as scikit-learn defines it.
 * Interval: on the logit scale, with the binomial variance AP(1 − AP)/positives.
 * Source: K. Boyd, K. H. Eng and C. D. Page, Area under the precision-recall curve: point estimates and confidence intervals (2013).
 * Cost: O(bins). Range: 0 to 1; chance is the positives' share. Absent when nothing is positive.
 * Error: `binning`: within a bin the order is unknown, so each of its positives has a precision between that with all the
 * bin's negatives above it and that with none; the exact value lies within ± that of the value.
 */
import { total, type Counts } from '../counts.js';
import { Z_95, type Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export interface AveragePrecision extends Estimate {
  /** How far the average precision of the raw scores can be from `value`. */
  readonly binning: number;
}

export function averagePrecision(positives: Counts, negatives: Counts): AveragePrecision | undefined {
  const p = total(positives);
  if (!(p > 0)) return undefined;
  let [truePositives, falsePositives, sum, most, least] = [0, 0, 0, 0, 0];
  for (let bin = positives.length - 1; bin >= 0; bin--) {
    if (positives[bin] === 0) {
      falsePositives += negatives[bin];
      continue;
    }
    const before = truePositives;
    const beforeFalse = falsePositives;
    truePositives += positives[bin];
    falsePositives += negatives[bin];
    sum += (positives[bin] * truePositives) / (truePositives + falsePositives);
    most += (positives[bin] * truePositives) / (truePositives + beforeFalse);
    const first = Math.min(truePositives, before + 1);
    least += (positives[bin] * first) / (first + falsePositives);
  }
  const value = sum / p;
  const binning = Math.max(most - sum, sum - least) / p;
  if (value <= 0 || value >= 1) return { ...wilson(Math.min(value, 1) * p, p), binning };
  const half = Z_95 / Math.sqrt(p * value * (1 - value));
  const logit = Math.log(value / (1 - value));
  return {
    value,
    lower: 1 / (1 + Math.exp(half - logit)),
    upper: 1 / (1 + Math.exp(-half - logit)),
    binning,
  };
}
