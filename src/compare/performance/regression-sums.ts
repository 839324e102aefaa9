/**
 * The sums over joined pairs from which every regression statistic here follows. They add up across windows and replicas.
 * error = prediction − ground truth.
 */
export interface RegressionSums {
  readonly observations: number;
  readonly error: number;
  readonly absoluteError: number;
  readonly squaredError: number;
  /** Σ error⁴; without it the interval of the RMSE assumes normal errors. */
  readonly fourthPowerError?: number;
  readonly truth: number;
  readonly squaredTruth: number;
}
