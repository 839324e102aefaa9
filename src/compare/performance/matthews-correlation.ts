/**
 * Matthews correlation coefficient: (tp·tn − fp·fn) / √((tp+fp)(tp+fn)(tn+fp)(tn+fn)), Pearson's φ of prediction and
 * ground truth. High only when all four cells are good.
 * Interval: the delta method for a multinomial of four cells, on Fisher's z scale so that it stays within −1..1.
 * Source: B. W. Matthews (1975); variance of φ: Bishop, Fienberg and Holland, Discrete Multivariate Analysis, 11.3.
 * Cost: O(1). Range: −1 to 1, 0 is chance. Absent when a row or a column of the table is empty.
 * Error: coverage within about 2% of nominal where every cell has 5 or more; ±1 exactly comes with an interval of no width
 * by the delta method, so there Wilson's interval of the accuracy is carried over.
 */
import type { Confusion } from './confusion.js';
import { Z_95, type Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export function matthewsCorrelation({ tp, fp, tn, fn }: Confusion): Estimate | undefined {
  const observations = tp + fp + tn + fn;
  const product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  if (!(product > 0)) return undefined;
  const value = (tp * tn - fp * fn) / Math.sqrt(product);
  if (fp + fn === 0) return { value: 1, lower: 2 * wilson(tp + tn, observations).lower - 1, upper: 1 };
  if (tp + tn === 0) return { value: -1, lower: -1, upper: 2 * wilson(0, observations).upper - 1 };

  const root = Math.sqrt(product);
  const predictedPositive = value / (2 * (tp + fp));
  const predictedNegative = value / (2 * (tn + fn));
  const positive = value / (2 * (tp + fn));
  const negative = value / (2 * (tn + fp));
  // Derivatives by each cell's count, all four counts taken for free.
  const gradients = [
    [tp, tn / root - predictedPositive - positive],
    [fp, -fn / root - predictedPositive - negative],
    [tn, tp / root - predictedNegative - negative],
    [fn, -fp / root - predictedNegative - positive],
  ];
  let mean = 0;
  let variance = 0;
  for (const [count, gradient] of gradients) mean += count * gradient;
  for (const [count, gradient] of gradients) variance += count * gradient * gradient;
  variance -= (mean * mean) / observations;
  const half = (Z_95 * Math.sqrt(Math.max(0, variance))) / (1 - value * value);
  return { value, lower: Math.tanh(Math.atanh(value) - half), upper: Math.tanh(Math.atanh(value) + half) };
}
