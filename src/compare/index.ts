/** The door of the compare room: numbers from two profiles, each with what it takes to judge it, and never a verdict. */
export { expectedDistinct, hasExploded } from './cardinality.js';
export { centroidCosine, centroidEuclidean } from './centroid-distance.js';
export { chernoffBounds } from './chernoff-bounds.js';
export { chiSquare, chiSquareGoodnessOfFit, type ChiSquare } from './chi-square.js';
export { chiSquareQuantile, chiSquareTail } from './chi-square-distribution.js';
export { total, type Counts } from './counts.js';
export { cramerVonMisesTwoSample } from './cramer-von-mises.js';
export {
  closedFormCriticalValue,
  closedFormPValue,
  kolmogorovSmirnovCriticalValue,
  kolmogorovSmirnovPValue,
  type ChiSquareStatistic,
} from './critical-value-closed-form.js';
export { CriticalValues, type CriticalValuesOptions } from './critical-values.js';
export { type Duplicates, duplicatesOf, expectedRepeats } from './duplicates.js';
export { embeddingDrift } from './embedding-drift.js';
export { failingVectors, hasCollapsed, toleratedVectors } from './embedding-quality.js';
export { EDetector, type EDetectorOptions } from './e-detector.js';
export { FeatureComparison } from './feature-comparison.js';
export { fisherExact } from './fisher-exact.js';
export { everySchedule, overdueMs, type Schedule } from './freshness.js';
export { hellinger } from './hellinger.js';
export { jensenShannonContributions, jensenShannonDistance } from './jensen-shannon.js';
export { kolmogorovQuantile, kolmogorovTail } from './kolmogorov-distribution.js';
export { kolmogorovSmirnov, kolmogorovSmirnovBound } from './kolmogorov-smirnov.js';
export { kolmogorovSmirnovTwoSample, type KolmogorovSmirnovTest } from './kolmogorov-smirnov-two-sample.js';
export { kullbackLeibler } from './kullback-leibler.js';
export { lInfinity } from './l-infinity.js';
export { learnedPeriod } from './learned-period.js';
export { type NoDriftBins } from './no-drift-bins.js';
export { type NoDriftOrderedBins } from './no-drift-ordered-bins.js';
export { normalQuantile, normalTail } from './normal-distribution.js';
export { performanceOfWindow, regressionOfWindow } from './performance-of-window.js';
export { accuracy } from './performance/accuracy.js';
export { averagePrecision, type AveragePrecision } from './performance/average-precision.js';
export { bias } from './performance/bias.js';
export { brier } from './performance/brier.js';
export { estimatedConfusion, estimatedConfusionFromSums, type Confusion } from './performance/confusion.js';
export { type Estimate } from './performance/estimate.js';
export { expectedCalibrationError, type ExpectedCalibrationError } from './performance/expected-calibration-error.js';
export { f1 } from './performance/f1.js';
export { logLoss, logLossOf } from './performance/log-loss.js';
export { type RegressionSums } from './performance/regression-sums.js';
export { rocAuc, type RocAuc } from './performance/roc-auc.js';
export {
  CONFUSION_STATISTICS,
  REGRESSION_STATISTICS,
  type ConfusionStatisticName,
  type RegressionStatisticName,
} from './performance/statistics.js';
export { wilson } from './performance/wilson.js';
export { psi, psiContributions, psiRaw } from './psi.js';
export { exceedsTolerance, isAbsent, qualityFindings, toleratedShare, type QualityOptions } from './quality.js';
export { qValues } from './q-values.js';
export {
  schemaDifferences,
  schemaFingerprint,
  schemaOfReference,
  type SchemaDifference,
  type SchemaFeature,
} from './schema-difference.js';
export { type SegmentLag, segmentLags, type SegmentLagOptions } from './segment-lag.js';
export { ShiftDetector } from './shift-detector.js';
export { featureSkew, type FeatureSkew, type SkewColumn, type SkewedFeature } from './skew.js';
export { skewOfWindow, type SkewFinding } from './skew-of-window.js';
export { diagnoseSkew, type SkewDiagnosis } from './skew-diagnosis.js';
export { STATISTICS, type BinStatistic, type StatisticName } from './statistics.js';
export { tolerableCount, Tolerances } from './tolerance.js';
export { studentInterval } from './student-interval.js';
export { totalVariation } from './total-variation.js';
export { twoProportions, type ProportionDifference } from './two-proportions.js';
export { SLOTS_PER_DAY, type VolumeBasis } from './volume/expected-volume.js';
export { SlotSums } from './volume/slot-sums.js';
export { PLACE, UNORDERED_STATISTICS, type UnorderedStatistic, UnorderedStatistics } from './unordered-statistics.js';
export { volumeBounds, type VolumeBounds } from './volume/volume-bounds.js';
export { volumeOfWindow, type WindowVolume } from './volume/volume-of-window.js';
export { wasserstein, wassersteinBound, wassersteinNormalised, wassersteinTwoSample } from './wasserstein.js';
