/**
 * Where things stand in a pane's cells: one Float64Array for a whole model version, so that observing writes to one
 * place and merging two panes is adding two arrays. First the version's own block, then a header for each feature, its
 * bins, and the pages of its quantile sketch, in the order in which they were first needed.
 *
 * Everything adds but MIN and MAX, which mean something only where FINITE is above 0.
 */
export const SCORE_BINS = 100;

/** The version's block. */
export const VERSION_CELL = {
  /** Sum of weights. */
  predictions: 0,
  /** Sum of squared weights: the effective n of weighted observations is predictions² / this. */
  squaredWeights: 1,
  errors: 2,
  joined: 3,
  /** Joined pairs whose prediction was right. */
  correct: 4,
  truePositives: 5,
  falsePositives: 6,
  trueNegatives: 7,
  falseNegatives: 8,
  /** Joined binary pairs with a score. */
  scored: 9,
  squaredScoreError: 10,
  /** Joined numeric pairs: count, sums of the error, its magnitude, its square. */
  numeric: 11,
  error: 12,
  absoluteError: 13,
  squaredError: 14,
  /** Score histograms of the actual positives and negatives. */
  positiveScores: 16,
  negativeScores: 16 + SCORE_BINS,
} as const;
export const VERSION_CELLS = 16 + 2 * SCORE_BINS;

/** A feature's header. */
export const FEATURE_CELL = {
  /** Predictions of the pane before the feature was first seen: those do not count as absent. */
  base: 0,
  /** Values whose key was there, whatever they were. */
  present: 1,
  empty: 2,
  nan: 3,
  typeMismatch: 4,
  infinite: 5,
  /** Finite numbers; their sums are of (x - shift). */
  finite: 6,
  sum: 7,
  squares: 8,
  min: 9,
  max: 10,
  below: 11,
  above: 12,
  unseen: 13,
  /** Known categories beyond those that are told apart. */
  other: 14,
} as const;
export const FEATURE_CELLS = 15;
