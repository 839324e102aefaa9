/**
 * Embeddings of a window against those of its reference: distance of the mean vectors, Euclidean and cosine, and maximum mean
 * discrepancy of the directions (the distance of the means of their random Fourier features), each with its critical value.
 *
 * With no drift the squared distance of two means of n and m vectors is (1/n + 1/m) Σ λᵢ χ²₁ over the eigenvalues λ of the
 * covariance. Its upper quantile is that of a gamma distribution with the same mean tr(C) and variance 2 tr(C²) (Satterthwaite;
 * G. E. P. Box, Ann. Math. Stat. 25, 1954), both read off the reference. Error: the rate of false alarms is within a factor of
 * two of the nominal at 1e-2 from 200 vectors on, whatever the eigenvalues (simulated: 0.9% to 1.4% for the Euclidean distance,
 * 1.4% to 2.0% for the discrepancy, whose eigenvalues fall off more steeply than a gamma distribution has it).
 * One p-value stands for both: the smaller of those of the Euclidean distance and of the discrepancy, doubled (Bonferroni).
 * Cosine: means at most δ apart, of which one is ‖μ‖ > δ long, are at an angle of at most asin(δ/‖μ‖): so its critical value is
 * 1 − √(1 − (δ/‖μ‖)²), which is on the safe side; where the mean is not longer than its noise it has no direction: 2.
 */
import type { EmbeddingProfile, Spread } from '../observe/index.js';
import type { DriftState, EmbeddingStatistic } from '../registry/index.js';
import { centroidCosine, centroidEuclidean } from './centroid-distance.js';
import { chiSquareQuantile, chiSquareTail } from './chi-square-distribution.js';

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
  /** Chance of means or directions at least as far apart with no drift; NaN unless the state is 'ready'. */
  readonly pValue: number;
}

export function embeddingDrift(
  current: EmbeddingProfile,
  reference: EmbeddingProfile | undefined,
  effectiveShare: number,
  options: { readonly falseAlarmRate: number; readonly minimumObservations: number },
): EmbeddingDrift {
  const nothing = (state: DriftState): EmbeddingDrift => ({ state, numbers: [], pValue: NaN });
  if (current.cell('present') === 0) return nothing('no_traffic');
  if (reference === undefined || reference.dimensions !== current.dimensions) return nothing('no_reference');
  const n = current.vectors * effectiveShare;
  const m = reference.vectors;
  if (Math.min(n, m) < Math.max(2, options.minimumObservations)) return nothing('not_enough_data');
  const mean = reference.mean;
  const ofMeans = new MeanDistance(reference.spread, n, m);
  const ofFeatures = new MeanDistance(reference.featureSpread, n, m);
  const euclidean = ofMeans.criticalValue(options.falseAlarmRate);
  const noise = euclidean / Math.hypot(...mean);
  const distance = centroidEuclidean(current.mean, mean);
  const discrepancy = centroidEuclidean(current.featureMean, reference.featureMean);
  const numbers: EmbeddingNumbers[] = [
    { statistic: 'euclidean', value: distance, criticalValue: euclidean },
    {
      statistic: 'cosine',
      value: centroidCosine(current.mean, mean),
      criticalValue: noise < 1 ? 1 - Math.sqrt(1 - noise * noise) : COSINE_MAX,
    },
    { statistic: 'mmd', value: discrepancy, criticalValue: ofFeatures.criticalValue(options.falseAlarmRate) },
  ];
  const pValue = Math.min(1, 2 * Math.min(ofMeans.pValue(distance), ofFeatures.pValue(discrepancy)));
  return { state: 'ready', numbers, pValue };
}

/** The distance of the means of n and of m vectors of one spread. */
class MeanDistance {
  readonly #degreesOfFreedom: number;
  /** What a squared distance is divided by to be a χ². */
  readonly #scale: number;

  constructor({ trace, squareTrace }: Spread, n: number, m: number) {
    this.#degreesOfFreedom = trace > 0 ? (trace * trace) / squareTrace : 0;
    this.#scale = trace > 0 ? ((1 / n + 1 / m) * trace) / this.#degreesOfFreedom : 1;
  }

  /** What it exceeds with chance `falseAlarmRate`. */
  criticalValue(falseAlarmRate: number): number {
    return Math.sqrt(this.#scale * chiSquareQuantile(falseAlarmRate, this.#degreesOfFreedom));
  }

  /** The chance of at least this distance. */
  pValue(distance: number): number {
    return chiSquareTail((distance * distance) / this.#scale, this.#degreesOfFreedom);
  }
}
