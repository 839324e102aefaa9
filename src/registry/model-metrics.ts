/** What is published of a model version as a whole, and what an instrumented service records itself. */
import { LABEL } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

const model = [LABEL.modelName, LABEL.modelVersion] as const;
const modelWindow = [...model, LABEL.window] as const;

export const LATENCY_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
export const BATCH_SIZE_BUCKETS = [1, 8, 32, 128, 512, 2048, 8192] as const;
export const DELAY_BUCKETS_SECONDS = [1, 10, 60, 600, 3600, 21600, 86400, 604800, 2592000] as const;

export const MODEL_METRIC = {
  info: {
    instrument: 'ml.model.info',
    kind: 'gauge',
    unit: '',
    help: 'Always 1: who owns a model version and what it is compared against, to join on. The hash is that of ml.model.reference.info.',
    labels: [...model, LABEL.owner, LABEL.tier, LABEL.task, LABEL.reference, LABEL.referenceKind, LABEL.referenceHash],
  },
  referenceInfo: {
    instrument: 'ml.model.reference.info',
    kind: 'gauge',
    unit: '',
    help: 'Always 1, for each reference that a version is compared against: its kind, where it comes from (the model and version of a training file, the version that it was taken from, a range, a length of time), and the hash of its content: that of the training file, or of what was frozen. A provisional reference gets another one when features that came late, or embeddings, are added to it; what is summed anew every hour (rolling, seasonal) has none.',
    labels: [...model, LABEL.reference, LABEL.referenceKind, LABEL.referenceSource, LABEL.referenceHash],
  },
  schema: {
    instrument: 'ml.model.schema',
    kind: 'gauge',
    unit: '{feature}',
    help: 'Features that the version sends; the label is a hash of their names and kinds, and of the categories that a built reference has: the same for versions that send the same.',
    labels: [...model, LABEL.schema],
  },
  schemaChanges: {
    instrument: 'ml.model.schema.changes',
    kind: 'gauge',
    unit: '{feature}',
    help: 'Features that the version sends otherwise than its reference, or the version before it, has them: added, removed, renamed (same distribution, other name), retyped, extended (new categories); breaking or compatible.',
    labels: [...model, LABEL.against, LABEL.change, LABEL.compatibility],
  },
  predictions: {
    instrument: 'ml.model.predictions',
    kind: 'counter',
    unit: '{prediction}',
    help: 'Predictions, each weighted by its sampling.',
    labels: [...model, LABEL.role],
  },
  errors: {
    instrument: 'ml.model.prediction.errors',
    kind: 'counter',
    unit: '{prediction}',
    help: 'Failed predictions by error type.',
    labels: [...model, LABEL.errorType],
  },
  duration: {
    instrument: 'ml.model.prediction.duration',
    kind: 'histogram',
    unit: 's',
    help: 'Time that a prediction took; exemplars carry the trace id.',
    labels: model,
    buckets: LATENCY_BUCKETS_SECONDS,
  },
  batchSize: {
    instrument: 'ml.model.batch.size',
    kind: 'histogram',
    unit: '{prediction}',
    help: 'Predictions per columnar batch.',
    labels: model,
    buckets: BATCH_SIZE_BUCKETS,
  },
  windowPredictions: {
    instrument: 'ml.model.window.predictions',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions in the window.',
    labels: modelWindow,
  },
  windowErrors: {
    instrument: 'ml.model.window.error',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's predictions that failed.",
    labels: modelWindow,
  },
  windowDuplicates: {
    instrument: 'ml.model.window.duplicates',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's predictions whose features all repeat those of an earlier one in it.",
    labels: modelWindow,
  },
  duplicatesCompared: {
    instrument: 'ml.model.window.duplicates.compared',
    kind: 'gauge',
    unit: '1',
    help: 'The same among as many predictions as the window and the reference both have: the more there are, the more repeat one by nature.',
    labels: modelWindow,
  },
  duplicatesExpected: {
    instrument: 'ml.model.window.duplicates.expected',
    kind: 'gauge',
    unit: '1',
    help: 'Share of duplicates among as many rows of the reference.',
    labels: modelWindow,
  },
  duplicatesTolerance: {
    instrument: 'ml.model.window.duplicates.tolerance',
    kind: 'gauge',
    unit: '1',
    help: 'Share of duplicates above which chance alone brings as many predictions at the configured false-alarm rate; a single one never is above it.',
    labels: modelWindow,
  },
  redelivered: {
    instrument: 'ml.model.redelivered',
    kind: 'counter',
    unit: '{prediction}',
    help: 'Predictions that came again under the id of one that was counted. A single one counts once; the rows of a batch count again.',
    labels: model,
  },
  volume: {
    instrument: 'ml.model.window.volume',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions of all versions together, shadows aside, in the window that ends with the last whole five minutes; for windows of whole five minutes up to a day.',
    labels: [LABEL.modelName, LABEL.window],
  },
  volumeExpected: {
    instrument: 'ml.model.window.volume.expected',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions that the window should have, by the same window a week ago or a day ago at the level of late (basis week, day), or else by the windows before it.',
    labels: [LABEL.modelName, LABEL.window, LABEL.basis],
  },
  volumeLower: {
    instrument: 'ml.model.window.volume.lower',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions below which chance alone brings the window at the configured false-alarm rate; 0: none would be surprising.',
    labels: [LABEL.modelName, LABEL.window],
  },
  volumeUpper: {
    instrument: 'ml.model.window.volume.upper',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions above which chance alone brings the window at the configured false-alarm rate.',
    labels: [LABEL.modelName, LABEL.window],
  },
  age: {
    instrument: 'ml.model.prediction.age',
    kind: 'gauge',
    unit: 's',
    help: 'Age of the latest prediction, from its event time to the end of the windows.',
    labels: model,
  },
  overdue: {
    instrument: 'ml.model.overdue',
    kind: 'gauge',
    unit: 's',
    help: 'How long the predictions of a model are overdue, beyond the grace, by its schedule or the rhythm learned from when they came; 0: none are due. Absent where there is neither.',
    labels: [LABEL.modelName],
  },
  lastPrediction: {
    instrument: 'ml.model.last_prediction.time',
    kind: 'gauge',
    unit: 's',
    help: 'Event time of the latest prediction, in seconds since the epoch.',
    labels: model,
  },
  droppedAttributes: {
    instrument: 'ml.model.dropped_attributes',
    kind: 'counter',
    unit: '{attribute}',
    help: "Attributes that the sender's SDK dropped from predictions: those features look missing, and are not.",
    labels: model,
  },
  windowDropped: {
    instrument: 'ml.model.window.dropped_attributes',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's predictions that the sender's SDK dropped attributes from.",
    labels: modelWindow,
  },
  groundTruth: {
    instrument: 'ml.ground_truth.received',
    kind: 'counter',
    unit: '{ground_truth}',
    help: 'Ground truths by outcome: joined, late (joined, but its prediction has left the longest window), orphaned (no such prediction came in time), duplicate.',
    labels: [LABEL.modelName, LABEL.outcome],
  },
  groundTruthDelay: {
    instrument: 'ml.ground_truth.delay',
    kind: 'histogram',
    unit: 's',
    help: 'Event time from a prediction to its ground truth.',
    labels: model,
    buckets: DELAY_BUCKETS_SECONDS,
  },
  groundTruthCoverage: {
    instrument: 'ml.ground_truth.coverage',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's predictions whose ground truth has come.",
    labels: modelWindow,
  },
  performance: {
    instrument: 'ml.model.performance',
    kind: 'gauge',
    unit: '1',
    help: "Performance of the window's predictions that have their ground truth, by statistic.",
    labels: [...modelWindow, LABEL.statistic],
  },
  performanceLower: {
    instrument: 'ml.model.performance.lower',
    kind: 'gauge',
    unit: '1',
    help: 'Lower end of the 95% confidence interval of the performance.',
    labels: [...modelWindow, LABEL.statistic],
  },
  performanceUpper: {
    instrument: 'ml.model.performance.upper',
    kind: 'gauge',
    unit: '1',
    help: 'Upper end of the 95% confidence interval of the performance.',
    labels: [...modelWindow, LABEL.statistic],
  },
  performanceObservations: {
    instrument: 'ml.model.performance.observations',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions joined with their ground truth in the window: the n behind every performance statistic.',
    labels: modelWindow,
  },
  performanceError: {
    instrument: 'ml.model.performance.error',
    kind: 'gauge',
    unit: '',
    help: "Error of a regression in the target's own unit, by statistic: mae, rmse, bias.",
    labels: [...modelWindow, LABEL.statistic],
  },
} as const satisfies Record<string, MetricDefinition>;

/** What an instrumented model service itself records through the metrics API, next to its spans. */
export const SERVICE_METRIC = {
  predictions: {
    instrument: 'ml.predictions',
    kind: 'counter',
    unit: '{prediction}',
    help: 'Predictions made by this service.',
    labels: [],
  },
  duration: {
    instrument: 'ml.prediction.duration',
    kind: 'histogram',
    unit: 's',
    help: 'Time that a prediction took in this service.',
    labels: [],
    buckets: LATENCY_BUCKETS_SECONDS,
  },
  errors: {
    instrument: 'ml.prediction.errors',
    kind: 'counter',
    unit: '{prediction}',
    help: 'Predictions that failed in this service.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;
