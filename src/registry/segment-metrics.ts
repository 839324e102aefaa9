/** What is published of a segment: a part of a model version's predictions that configuration sets apart. */
import { LABEL, type LabelName } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

const segment = [LABEL.modelName, LABEL.modelVersion, LABEL.segment, LABEL.segmentValue] as const;
const inWindow = [...segment, LABEL.window] as const;
const ofStatistic = [...inWindow, LABEL.statistic] as const;

export const SEGMENT_METRIC = {
  windowPredictions: {
    instrument: 'ml.segment.window.predictions',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions of the segment in the window. The segments of one name add up to the version.',
    labels: inWindow,
  },
  windowErrors: {
    instrument: 'ml.segment.window.error',
    kind: 'gauge',
    unit: '1',
    help: "Share of the segment's predictions in the window that failed.",
    labels: inWindow,
  },
  performance: {
    instrument: 'ml.segment.performance',
    kind: 'gauge',
    unit: '1',
    help: "Performance of the segment's predictions of the window that have their ground truth, by statistic.",
    labels: ofStatistic,
  },
  performanceLower: {
    instrument: 'ml.segment.performance.lower',
    kind: 'gauge',
    unit: '1',
    help: "Lower end of the 95% confidence interval of the segment's performance.",
    labels: ofStatistic,
  },
  performanceUpper: {
    instrument: 'ml.segment.performance.upper',
    kind: 'gauge',
    unit: '1',
    help: "Upper end of the 95% confidence interval of the segment's performance.",
    labels: ofStatistic,
  },
  performanceObservations: {
    instrument: 'ml.segment.performance.observations',
    kind: 'gauge',
    unit: '{prediction}',
    help: 'Predictions of the segment and window that have their ground truth: the n behind its performance. Absent where there are none.',
    labels: inWindow,
  },
  performanceAtMost: {
    instrument: 'ml.segment.performance.at_most',
    kind: 'gauge',
    unit: '1',
    help: "What the segment's performance is below, by statistic (accuracy, auc): wrong for any segment of that name in the window with a chance of at most the configured false-alarm rate. Absent without enough data.",
    labels: ofStatistic,
  },
  performanceLag: {
    instrument: 'ml.segment.performance.lag',
    kind: 'gauge',
    unit: '1',
    help: "How far the segment's performance is below that of the other segments of that name together, by statistic (accuracy, auc); below 0: it is above. Absent without enough data on either side.",
    labels: ofStatistic,
  },
  performanceLagLower: {
    instrument: 'ml.segment.performance.lag.lower',
    kind: 'gauge',
    unit: '1',
    help: 'What the lag is more than: with no difference, it is above 0 for any segment of that name in the window with a chance of at most the configured false-alarm rate.',
    labels: ofStatistic,
  },
  performanceError: {
    instrument: 'ml.segment.performance.error',
    kind: 'gauge',
    unit: '',
    help: "Error of a regression in the segment, in the target's own unit, by statistic: mae, rmse, bias.",
    labels: ofStatistic,
  },
  performanceErrorLower: {
    instrument: 'ml.segment.performance.error.lower',
    kind: 'gauge',
    unit: '',
    help: "Lower end of the 95% confidence interval of the segment's error.",
    labels: ofStatistic,
  },
  performanceErrorUpper: {
    instrument: 'ml.segment.performance.error.upper',
    kind: 'gauge',
    unit: '',
    help: "Upper end of the 95% confidence interval of the segment's error.",
    labels: ofStatistic,
  },
} as const satisfies Record<string, MetricDefinition>;

function subjectFamilies<const Prefix extends string>(prefix: Prefix, what: string, subject: LabelName) {
  const labels = [...inWindow, subject] as const;
  return {
    missing: {
      instrument: `${prefix}.missing`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the segment's values of ${what} in the window that are missing.`,
      labels,
    },
    drift: {
      instrument: `${prefix}.drift`,
      kind: 'gauge',
      unit: '1',
      help: `Drift of ${what} in the segment and window (psi) against the segment's own first predictions, not the version's reference: a segment differs from the whole by nature.`,
      labels: [...labels, LABEL.statistic],
    },
    driftCriticalValue: {
      instrument: `${prefix}.drift.critical_value`,
      kind: 'gauge',
      unit: '1',
      help: 'Value that the statistic exceeds with no drift at the configured false-alarm rate, for the number of observations of this segment and window.',
      labels: [...labels, LABEL.statistic],
    },
    driftQValue: {
      instrument: `${prefix}.drift.q_value`,
      kind: 'gauge',
      unit: '1',
      help: `Benjamini-Hochberg q-value of the drift of ${what} in the window, across all subjects of all segments of that name that are ready.`,
      labels,
    },
    driftState: {
      instrument: `${prefix}.drift.state`,
      kind: 'gauge',
      unit: '',
      help: '1 for the state that the segment and window are in: ready (enough data), not_enough_data, no_traffic, no_reference (the segment has not had enough predictions to be compared with).',
      labels: [...labels, LABEL.state],
    },
  } as const satisfies Record<string, MetricDefinition>;
}

export const SEGMENT_FEATURE_METRIC = subjectFamilies('ml.segment.feature', 'a feature', LABEL.feature);
export const SEGMENT_PREDICTION_METRIC = subjectFamilies(
  'ml.segment.prediction',
  'an output (value or score)',
  LABEL.output,
);
