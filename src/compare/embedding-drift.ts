/**
 * Embeddings of a window against those of its reference: distance of the mean vectors, Euclidean and cosine, and maximum mean
 * discrepancy of the directions (the distance of the means of their random Fourier features), each with its critical value.
 *
 * With no drift the squared distance of two means of n and m vectors is (1/n + 1/m) Σ λᵢ χ²₁ over the eigenvalues λ of the
 * covariance. Its upper quantile is that of a gamma distribution with the same mean tr(C) and variance 2 tr(C²) (Satterthwaite;
 * G. E. P. Box, Ann. Math. Stat. 25, 1954), both read off the reference. Error: the rate of false alarms is within a factor of
 * two of the nominal at 1e-2 from 200 vectors on, whatever the eigenvalues (simulated).
 * Cosine: means at most δ apart, of which one is ‖μ‖ > δ long, are at an angle of at most asin(δ/‖μ‖): so its critical value is
 * 1 − √(1 − (δ/‖μ‖)²), which is on the safe side; where the mean is not longer than its noise it has no direction: 2.
 */
import type { EmbeddingProfile, Spread } from '../observe/index.js';
import type { DriftState, EmbeddingStatistic } from '../registry/index.js';
import { centroidCosine, centroidEuclidean } from './centroid-distance.js';
import { chiSquareQuantile } from './chi-square-distribution.js';

const COSINE_MAX = 2;

export interface EmbeddingNumbers {
  readonly statistic: EmbeddingStatistic;
  readonly value: number;
  readonly criticalValue: number;
}

export interface EmbeddingDrift {
  readonly state: DriftState;
  /** Empty unless the state is 'ready'. */
  readonly numbers: readonly EmbeddingNumbers[];
}

export function embeddingDrift(
  current: EmbeddingProfile,
  reference: EmbeddingProfile | undefined,
  effectiveShare: number,
  options: { readonly falseAlarmRate: number; readonly minimumObservations: number },
): EmbeddingDrift {
  const nothing = (state: DriftState): EmbeddingDrift => ({ state, numbers: [] });
  if (current.cell('present') === 0) return nothing('no_traffic');
  if (reference === undefined || reference.dimensions !== current.dimensions) return nothing('no_reference');
  const n = current.vectors * effectiveShare;
  const m = reference.vectors;
  if (Math.min(n, m) < Math.max(2, options.minimumObservations)) return nothing('not_enough_data');
  const mean = reference.mean;
  const euclidean = meanDistanceCriticalValue(reference.spread, n, m, options.falseAlarmRate);
  const noise = euclidean / Math.hypot(...mean);
  const numbers: EmbeddingNumbers[] = [
    { statistic: 'euclidean', value: centroidEuclidean(current.mean, mean), criticalValue: euclidean },
    {
      statistic: 'cosine',
      value: centroidCosine(current.mean, mean),
      criticalValue: noise < 1 ? 1 - Math.sqrt(1 - noise * noise) : COSINE_MAX,
    },
    {
      statistic: 'mmd',
      value: centroidEuclidean(current.featureMean, reference.featureMean),
      criticalValue: meanDistanceCriticalValue(reference.featureSpread, n, m, options.falseAlarmRate),
    },
  ];
  return { state: 'ready', numbers };
}

/** What the distance of the means of n and of m vectors exceeds with chance `falseAlarmRate` where both are of one spread. */
export function meanDistanceCriticalValue(
  { trace, squareTrace }: Spread,
  n: number,
  m: number,
  falseAlarmRate: number,
): number {
  if (!(trace > 0)) return 0;
  const degreesOfFreedom = (trace * trace) / squareTrace;
  const perDegree = trace / degreesOfFreedom;
  return Math.sqrt((1 / n + 1 / m) * perDegree * chiSquareQuantile(falseAlarmRate, degreesOfFreedom));
}
