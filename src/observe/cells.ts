/**
 * Where things stand in a pane's cells: one Float64Array for a whole model version, so that observing writes to one
 * place and merging two panes is adding two arrays. First the version's own block, then a header for each feature, its
 * bins, and the pages of its quantile sketch, in the order in which they were first needed.
 *
 * Everything adds but MIN and MAX, which mean something only where FINITE is above 0, and sketches of different texts, whose
 * cells hold bytes (`distinct-sketch.ts`).
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
  /** Predictions that the sender's SDK dropped attributes from. */
  dropped: 15,
  /** Score histograms of the actual positives and negatives. */
  positiveScores: 16,
  negativeScores: 16 + SCORE_BINS,
} as const;
export const VERSION_CELLS = 16 + 2 * SCORE_BINS;

/** A feature's header. What every number touches stands first, in one cache line. */
export const FEATURE_CELL = {
  /** Values whose key was there, whatever they were. */
  present: 0,
  /** Finite numbers; their sums are of (x - shift). */
  finite: 1,
  sum: 2,
  squares: 3,
  min: 4,
  max: 5,
  below: 6,
  above: 7,
  unseen: 8,
  /** Known categories beyond those that are told apart. */
  other: 9,
  /** Predictions of the pane before the feature was first seen: those do not count as absent. */
  base: 10,
  empty: 11,
  nan: 12,
  typeMismatch: 13,
  infinite: 14,
} as const;
/** A whole number of cache lines. */
export const FEATURE_CELLS = 16;
