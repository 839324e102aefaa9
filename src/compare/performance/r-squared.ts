/**
 * R²: 1 − Σ error² / Σ (truth − mean)², the share of the target's variance that the predictions explain. Below 0 the mean
 * would have predicted better.
 * Interval: the delta method on ln(1 − R²), whose variance is about 4R²/n for R² ≥ 0 (that of Olkin and Finn, 1995, with
 * one predictor) and at most 4/n below, where errors and target are taken for independent.
 * Cost: O(1). Range: −∞ to 1. Absent with under two observations, or a target that does not vary.
 * Error: Σ (truth − mean)² is taken from sums and loses digits where the mean is large against the deviation (1e6 times: 4
 * digits left); coverage near nominal from about 100 observations on.
 */
import { Z_95, type Estimate } from './estimate.js';
import type { RegressionSums } from './regression-sums.js';

export function rSquared(sums: RegressionSums): Estimate | undefined {
  const { observations, squaredError, truth, squaredTruth } = sums;
  if (!(observations > 1)) return undefined;
  const variation = squaredTruth - (truth * truth) / observations;
  if (!(variation > 1e-12 * squaredTruth)) return undefined;
  const unexplained = squaredError / variation;
  const value = 1 - unexplained;
  const half = Z_95 * Math.sqrt((4 * (value >= 0 ? Math.max(value, 1 / observations) : 1)) / observations);
  return { value, lower: 1 - unexplained * Math.exp(half), upper: 1 - unexplained * Math.exp(-half) };
}
