/**
 * The performance statistics as tables, by what they are computed from, so that whoever publishes them loops over a list.
 * Those that are published have their registered names as keys.
 */
import { PERFORMANCE_STATISTICS } from '../../registry/index.js';
import { accuracy } from './accuracy.js';
import { balancedAccuracy } from './balanced-accuracy.js';
import { bias } from './bias.js';
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { f1 } from './f1.js';
import { matthewsCorrelation } from './matthews-correlation.js';
import { meanAbsoluteError } from './mean-absolute-error.js';
import { precision } from './precision.js';
import { rSquared } from './r-squared.js';
import { recall } from './recall.js';
import type { RegressionSums } from './regression-sums.js';
import { rootMeanSquaredError } from './root-mean-squared-error.js';
import { specificity } from './specificity.js';

export const CONFUSION_STATISTICS = {
  accuracy,
  precision,
  recall,
  specificity,
  f1,
  balancedAccuracy,
  matthewsCorrelation,
} as const satisfies Record<string, (confusion: Confusion) => Estimate | undefined>;

export const REGRESSION_STATISTICS = {
  mae: meanAbsoluteError,
  rmse: rootMeanSquaredError,
  bias,
  r2: rSquared,
} as const satisfies Record<string, (sums: RegressionSums) => Estimate | undefined>;

export type ConfusionStatisticName = keyof typeof CONFUSION_STATISTICS;
export type RegressionStatisticName = keyof typeof REGRESSION_STATISTICS;

/** The registered performance statistics that confusion counts are enough for. */
export const PUBLISHED_CONFUSION_STATISTICS: readonly ConfusionStatisticName[] = (
  Object.keys(CONFUSION_STATISTICS) as ConfusionStatisticName[]
).filter((name) => (PERFORMANCE_STATISTICS as readonly string[]).includes(name));
