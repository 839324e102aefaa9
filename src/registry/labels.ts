/** Every Prometheus label, with the closed sets of values that some of them have. */
export const LABEL = {
  modelName: 'model_name',
  modelVersion: 'model_version',
  feature: 'feature',
  embedding: 'embedding',
  output: 'output',
  window: 'window',
  statistic: 'statistic',
  moment: 'moment',
  quantile: 'q',
  bin: 'bin',
  check: 'check',
  finding: 'finding',
  segment: 'segment',
  segmentValue: 'segment_value',
  against: 'against',
  basis: 'basis',
  change: 'change',
  compatibility: 'compatibility',
  diagnosis: 'diagnosis',
  detail: 'detail',
  schema: 'schema',
  state: 'state',
  reason: 'reason',
  role: 'role',
  errorType: 'error_type',
  outcome: 'outcome',
  owner: 'owner',
  tier: 'tier',
  task: 'task',
  reference: 'reference',
  referenceKind: 'reference_kind',
  referenceHash: 'reference_hash',
  referenceSource: 'reference_source',
  signal: 'signal',
  transport: 'transport',
  status: 'status',
  limit: 'limit',
  version: 'version',
  severity: 'severity',
  traceId: 'trace_id',
} as const;

export type LabelName = (typeof LABEL)[keyof typeof LABEL];

/** The limit on segments: what it keeps out is rare by definition, and no reason to alert. */
export const SEGMENT_LIMIT = 'segments_per_definition';

/** Where a name goes when its limit is reached. */
export const OVERFLOW = '__overflow__';

/** Those that say the same of every feature and any number of observations, so that one threshold suits them. */
export const ALERTING_STATISTICS = ['psi', 'js', 'ks', 'wasserstein_normalised', 'hellinger', 'tv', 'linf'] as const;
export type AlertingStatistic = (typeof ALERTING_STATISTICS)[number];
export const DRIFT_STATISTICS = [...ALERTING_STATISTICS, 'chi2', 'wasserstein'] as const;
export type DriftStatistic = (typeof DRIFT_STATISTICS)[number];

export const DRIFT_STATISTIC_TITLE: Readonly<Record<DriftStatistic, string>> = {
  psi: 'population stability index',
  js: 'Jensen-Shannon distance',
  ks: 'Kolmogorov-Smirnov statistic',
  wasserstein_normalised: 'Wasserstein distance in standard deviations of the reference',
  hellinger: 'Hellinger distance',
  tv: 'total variation distance',
  linf: 'largest change of the share of a bin',
  chi2: 'two-sample χ²',
  wasserstein: "Wasserstein distance in the feature's unit",
};

export function canAlert(statistic: DriftStatistic): statistic is AlertingStatistic {
  return (ALERTING_STATISTICS as readonly DriftStatistic[]).includes(statistic);
}

export const MOMENTS = ['mean', 'stddev', 'min', 'max'] as const;
/** Of vectors' lengths. */
export const EMBEDDING_MOMENTS = ['mean', 'stddev'] as const;
export const EMBEDDING_STATISTICS = ['euclidean', 'cosine', 'mmd'] as const;
export type EmbeddingStatistic = (typeof EMBEDDING_STATISTICS)[number];
/** Those that a threshold can be said for: without the unit of the vectors. */
export const EMBEDDING_ALERT_STATISTICS = ['cosine', 'mmd'] as const satisfies readonly EmbeddingStatistic[];
export type EmbeddingAlertStatistic = (typeof EMBEDDING_ALERT_STATISTICS)[number];
/** What a single vector can fail, each published as a share of the window. */
export const EMBEDDING_CHECKS = ['type_mismatch', 'non_finite'] as const;
export type EmbeddingCheck = (typeof EMBEDDING_CHECKS)[number];
/** What can be wrong with a window's vectors as a whole. */
export const EMBEDDING_FINDINGS = ['collapsed'] as const;
export const QUANTILES = [0.01, 0.25, 0.5, 0.75, 0.99] as const;

/** What a prediction itself carries. */
export const PREDICTED_OUTPUTS = ['value', 'score'] as const;
export type PredictedOutput = (typeof PREDICTED_OUTPUTS)[number];
/** What really happened, as far as it is known. */
export const GROUND_TRUTH = 'ground_truth';
/** How badly the reference's principal components reconstruct a prediction's features: computed here. */
export const RECONSTRUCTION_ERROR = 'reconstruction_error';
/** Share of the variance that principal components keep where nothing else is said: as NannyML's do. */
export const VARIANCE_KEPT = 0.65;
export const OUTPUTS = [...PREDICTED_OUTPUTS, GROUND_TRUTH, RECONSTRUCTION_ERROR] as const;
export type Output = (typeof OUTPUTS)[number];

export const DRIFT_STATES = ['ready', 'not_enough_data', 'no_traffic', 'no_reference'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

export const PERFORMANCE_STATISTICS = ['accuracy', 'precision', 'recall', 'f1', 'auc', 'brier'] as const;
export type PerformanceStatistic = (typeof PERFORMANCE_STATISTICS)[number];
export const REGRESSION_STATISTICS = ['mae', 'rmse', 'bias'] as const;

export const MISSING_REASONS = ['absent', 'empty', 'nan'] as const;
export type MissingReason = (typeof MISSING_REASONS)[number];

/** What a single value can fail, each published as a share of the window. */
export const QUALITY_CHECKS = ['missing', 'type_mismatch', 'out_of_range', 'unseen_category'] as const;
export type QualityCheck = (typeof QUALITY_CHECKS)[number];
/** What can be wrong with a window's values as a whole. */
export const QUALITY_FINDINGS = ['absent', 'extra', 'constant', 'impossible', 'unknown', 'exploded'] as const;
export type QualityFinding = (typeof QUALITY_FINDINGS)[number];

/** How a version's features differ from those of another, and whether a model that was trained on those can live with it. */
export const SCHEMA_CHANGES = {
  added: 'compatible',
  extended: 'compatible',
  removed: 'breaking',
  renamed: 'breaking',
  retyped: 'breaking',
} as const;
export type SchemaChange = keyof typeof SCHEMA_CHANGES;
/** What a version's schema is held against. */
export const SCHEMA_BASES = ['reference', 'previous_version'] as const;
export type SchemaBase = (typeof SCHEMA_BASES)[number];

/** What the rows of a feature whose online and offline values differ have in common. */
export const SKEW_DIAGNOSES = [
  'scaled',
  'shifted',
  'renamed',
  'swapped',
  'stale',
  'missing_online',
  'missing_offline',
] as const;
export type SkewDiagnosisName = (typeof SKEW_DIAGNOSES)[number];
export const SKEW_QUANTILES = [0.5, 0.9, 1] as const;

export const GROUND_TRUTH_OUTCOMES = ['joined', 'orphaned', 'late', 'duplicate'] as const;
export type GroundTruthOutcome = (typeof GROUND_TRUTH_OUTCOMES)[number];

/**
 * Where a reference comes from: built from training data, a version's own first predictions, the version before it, a
 * fixed range of production, what came in a length of time before the window, or the same time one period ago.
 */
export const REFERENCE_KINDS = [
  'training',
  'provisional',
  'previous_version',
  'range',
  'rolling',
  'seasonal',
  'none',
] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];
/** What a version's reference is called where the configuration gives it no name. */
export const DEFAULT_REFERENCE = 'reference';

export const TIERS = ['critical', 'standard', 'experimental'] as const;
export type Tier = (typeof TIERS)[number];
export const TASKS = ['binary', 'multiclass', 'regression'] as const;
export type Task = (typeof TASKS)[number];

/** Special bins, next to numbered deciles and category names. */
export const BIN = {
  below: '__below__',
  above: '__above__',
  missing: '__missing__',
  unseen: '__unseen__',
  other: '__other__',
} as const;
