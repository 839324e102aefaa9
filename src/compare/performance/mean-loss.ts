/**
 * The mean of a loss from its sums, with the interval of a mean by the central limit: what Brier score, log loss, mean
 * absolute error and bias share. Without the sum of squares, a loss within 0..1 has at most the variance of a proportion
 * of that mean, so Wilson's interval is a safe one.
 * Cost: O(1). Error: coverage near nominal from about 30 observations on, if no single loss dwarfs the rest.
 */
import { normalInterval, type Estimate } from './estimate.js';

/** @param least, most the ends of the statistic's range, at which the interval is cut. */
export function meanOfLoss(
  sum: number,
  sumOfSquares: number,
  observations: number,
  least: number,
  most: number,
): Estimate {
  const value = sum / observations;
  const variance = Math.max(0, sumOfSquares / observations - value * value);
  return normalInterval(value, variance / Math.max(1, observations - 1), least, most);
}
