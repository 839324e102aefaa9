/**
 * Every metric that comes out, defined once as an OpenTelemetry instrument and translated to Prometheus by the
 * OpenTelemetry rules (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): dots become
 * underscores; unit `s` adds `_seconds`, `By` adds `_bytes`, a gauge of unit `1` adds `_ratio`; a counter adds `_total`;
 * a unit in braces is an annotation and adds nothing.
 */
import { LABEL, type LabelName } from './labels.js';

export type InstrumentKind = 'counter' | 'gauge' | 'histogram';
export type Unit = '1' | 's' | 'By' | '' | `{${string}}`;

export interface MetricDefinition {
  /** OpenTelemetry instrument name. */
  readonly instrument: string;
  readonly kind: InstrumentKind;
  readonly unit: Unit;
  readonly help: string;
  readonly labels: readonly LabelName[];
  /** Upper bounds of an explicit histogram, without +Inf. */
  readonly buckets?: readonly number[];
}

const model = [LABEL.modelName, LABEL.modelVersion] as const;
const feature = [...model, LABEL.feature] as const;
const featureWindow = [...feature, LABEL.window] as const;
const output = [...model, LABEL.output] as const;
const outputWindow = [...output, LABEL.window] as const;
const modelWindow = [...model, LABEL.window] as const;

export const LATENCY_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
export const BATCH_SIZE_BUCKETS = [1, 8, 32, 128, 512, 2048, 8192] as const;
export const DELAY_BUCKETS_SECONDS = [1, 10, 60, 600, 3600, 21600, 86400, 604800, 2592000] as const;

/** The windowed families that a feature and an output (the prediction's value, its score) have alike. */
function subjectFamilies<const Prefix extends string>(
  prefix: Prefix,
  what: string,
  labels: readonly LabelName[],
  labelsWindow: readonly LabelName[],
) {
  return {
    observations: {
      instrument: `${prefix}.observations`,
      kind: 'counter',
      unit: '{observation}',
      help: `Values of ${what} that were observed, missing ones included, since the start of the process.`,
      labels,
    },
    missing: {
      instrument: `${prefix}.missing`,
      kind: 'counter',
      unit: '{observation}',
      help: `Missing values of ${what}, by reason: absent (no such key), empty (empty value or empty string), nan.`,
      labels: [...labels, LABEL.reason],
    },
    typeMismatches: {
      instrument: `${prefix}.type_mismatches`,
      kind: 'counter',
      unit: '{observation}',
      help: `Values of ${what} whose type is not the one that the reference has.`,
      labels,
    },
    outOfRange: {
      instrument: `${prefix}.out_of_range`,
      kind: 'counter',
      unit: '{observation}',
      help: `Values of ${what} below the reference's minimum or above its maximum, infinities included.`,
      labels,
    },
    unseenCategories: {
      instrument: `${prefix}.unseen_categories`,
      kind: 'counter',
      unit: '{observation}',
      help: `Values of ${what} in a category that the reference does not have.`,
      labels,
    },
    bin: {
      instrument: `${prefix}.bin.observations`,
      kind: 'counter',
      unit: '{observation}',
      help: `Values of ${what} by bin: reference deciles, below, above, or the reference's categories, unseen, missing. Replicas add up.`,
      labels: [...labels, LABEL.bin],
    },
    referenceBin: {
      instrument: `${prefix}.reference.bin`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the reference that lies in this bin of ${what}.`,
      labels: [...labels, LABEL.bin],
    },
    windowObservations: {
      instrument: `${prefix}.window.observations`,
      kind: 'gauge',
      unit: '{observation}',
      help: `Values of ${what} in the window, missing ones included.`,
      labels: labelsWindow,
    },
    windowMissing: {
      instrument: `${prefix}.window.missing`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the window's values of ${what} that are missing.`,
      labels: labelsWindow,
    },
    windowTypeMismatch: {
      instrument: `${prefix}.window.type_mismatch`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the window's values of ${what} that have another type than the reference.`,
      labels: labelsWindow,
    },
    windowOutOfRange: {
      instrument: `${prefix}.window.out_of_range`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the window's values of ${what} that lie outside the reference's range.`,
      labels: labelsWindow,
    },
    windowUnseen: {
      instrument: `${prefix}.window.unseen_category`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the window's values of ${what} in a category that the reference does not have.`,
      labels: labelsWindow,
    },
    moment: {
      instrument: `${prefix}.moment`,
      kind: 'gauge',
      unit: '',
      help: `Moment of ${what} in the window, in its own unit: mean, stddev, min, max.`,
      labels: [...labelsWindow, LABEL.moment],
    },
    quantile: {
      instrument: `${prefix}.quantile`,
      kind: 'gauge',
      unit: '',
      help: `Quantile of ${what} in the window, in its own unit; relative error at most 1/32.`,
      labels: [...labelsWindow, LABEL.quantile],
    },
    referenceMoment: {
      instrument: `${prefix}.reference.moment`,
      kind: 'gauge',
      unit: '',
      help: `Moment of ${what} in the reference, in its own unit: mean, stddev, min, max.`,
      labels: [...labels, LABEL.moment],
    },
    drift: {
      instrument: `${prefix}.drift`,
      kind: 'gauge',
      unit: '1',
      help: `Drift of ${what} in the window against the reference, by statistic.`,
      labels: [...labelsWindow, LABEL.statistic],
    },
    driftCriticalValue: {
      instrument: `${prefix}.drift.critical_value`,
      kind: 'gauge',
      unit: '1',
      help: `Value that the statistic exceeds with no drift at the configured false-alarm rate, for this window's and this reference's number of observations.`,
      labels: [...labelsWindow, LABEL.statistic],
    },
    driftState: {
      instrument: `${prefix}.drift.state`,
      kind: 'gauge',
      unit: '',
      help: `1 for the state that the window is in: ready (enough data), not_enough_data, no_traffic, no_reference.`,
      labels: [...labelsWindow, LABEL.state],
    },
    driftSince: {
      instrument: `${prefix}.drift.since`,
      kind: 'gauge',
      unit: 's',
      help: `Event time (seconds since the epoch) since which the statistic has been above both its critical value and its threshold; 0 when it is not.`,
      labels: [...labelsWindow, LABEL.statistic],
    },
  } as const satisfies Record<string, MetricDefinition>;
}

export const FEATURE_METRIC = subjectFamilies('ml.feature', 'a feature', feature, featureWindow);
export const PREDICTION_METRIC = subjectFamilies('ml.prediction', 'an output (value or score)', output, outputWindow);

export const MODEL_METRIC = {
  info: {
    instrument: 'ml.model.info',
    kind: 'gauge',
    unit: '',
    help: 'Always 1: who owns a model version and what it is compared against, to join on.',
    labels: [...model, LABEL.owner, LABEL.tier, LABEL.task, LABEL.reference, LABEL.referenceKind, LABEL.referenceHash],
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

export const PROCESS_METRIC = {
  received: {
    instrument: 'plumbline.items.received',
    kind: 'counter',
    unit: '{item}',
    help: 'Spans, log records and data points that arrived. received = observed + rejected + ignored.',
    labels: [LABEL.signal],
  },
  observed: {
    instrument: 'plumbline.items.observed',
    kind: 'counter',
    unit: '{item}',
    help: 'Items that became a prediction, a ground truth or another observation.',
    labels: [LABEL.signal],
  },
  rejected: {
    instrument: 'plumbline.items.rejected',
    kind: 'counter',
    unit: '{item}',
    help: 'Items that were meant for us and are not valid, by reason.',
    labels: [LABEL.signal, LABEL.reason],
  },
  ignored: {
    instrument: 'plumbline.items.ignored',
    kind: 'counter',
    unit: '{item}',
    help: 'Items that are not for us or count elsewhere, by reason.',
    labels: [LABEL.signal, LABEL.reason],
  },
  requests: {
    instrument: 'plumbline.requests',
    kind: 'counter',
    unit: '{request}',
    help: 'OTLP requests by transport, signal and answer.',
    labels: [LABEL.transport, LABEL.signal, LABEL.status],
  },
  requestBytes: {
    instrument: 'plumbline.request.received',
    kind: 'counter',
    unit: 'By',
    help: 'Bytes of OTLP requests after decompression.',
    labels: [LABEL.transport, LABEL.signal],
  },
  limitUsed: {
    instrument: 'plumbline.limit.used',
    kind: 'gauge',
    unit: '',
    help: 'How much of a limit is in use.',
    labels: [LABEL.limit],
  },
  limitMax: { instrument: 'plumbline.limit.max', kind: 'gauge', unit: '', help: 'The limit.', labels: [LABEL.limit] },
  limitOverflow: {
    instrument: 'plumbline.limit.overflow',
    kind: 'counter',
    unit: '',
    help: 'What a limit kept out and sent to overflow or refused.',
    labels: [LABEL.limit],
  },
  evaluationDuration: {
    instrument: 'plumbline.evaluation.duration',
    kind: 'gauge',
    unit: 's',
    help: 'Time that the latest evaluation of all statistics took.',
    labels: [],
  },
  stateSaved: {
    instrument: 'plumbline.state.saved.time',
    kind: 'gauge',
    unit: 's',
    help: 'When the state was last saved, in seconds since the epoch.',
    labels: [],
  },
  info: {
    instrument: 'plumbline.build.info',
    kind: 'gauge',
    unit: '',
    help: 'Always 1: the version of this process.',
    labels: [LABEL.version],
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

/** Metrics that arrive over OTLP and are read as pre-aggregated observations. */
export const INCOMING_METRIC = { featureValue: 'ml.feature.value' } as const;

export const METRICS: readonly MetricDefinition[] = [
  ...Object.values(MODEL_METRIC),
  ...Object.values(FEATURE_METRIC),
  ...Object.values(PREDICTION_METRIC),
  ...Object.values(PROCESS_METRIC),
];

/** The Prometheus name of a metric; a histogram's series add `_bucket`, `_sum`, `_count` to it. */
export function prometheusName(metric: MetricDefinition): string {
  const base = metric.instrument.replace(/[^a-zA-Z0-9]+/g, '_');
  const unit = metric.unit === 's' ? '_seconds' : metric.unit === 'By' ? '_bytes' : '';
  const ratio = metric.unit === '1' && metric.kind === 'gauge' ? '_ratio' : '';
  return `${base}${unit}${ratio}${metric.kind === 'counter' ? '_total' : ''}`;
}
