/** What is published of training-serving skew: online and offline values of the same prediction or entity. */
import { LABEL } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

const model = [LABEL.modelName, LABEL.modelVersion] as const;
const featureWindow = [...model, LABEL.feature, LABEL.window] as const;
const diagnosis = [...featureWindow, LABEL.diagnosis, LABEL.detail] as const;

export const SKEW_METRIC = {
  rows: {
    instrument: 'ml.feature.skew.rows',
    kind: 'gauge',
    unit: '{row}',
    help: 'Rows behind the skew of a feature in the window: predictions compared with their offline values in that time (2,048 of them at most, spread over the window) in which either side has the feature.',
    labels: featureWindow,
  },
  mismatched: {
    instrument: 'ml.feature.skew.mismatched',
    kind: 'gauge',
    unit: '1',
    help: 'Share of these rows whose online and offline values differ: numbers beyond the tolerance, categories at all, or a value that only one side has.',
    labels: featureWindow,
  },
  mismatchedLower: {
    instrument: 'ml.feature.skew.mismatched.lower',
    kind: 'gauge',
    unit: '1',
    help: "Lower end of the 95% confidence interval (Wilson's) of the share that differs.",
    labels: featureWindow,
  },
  mismatchedUpper: {
    instrument: 'ml.feature.skew.mismatched.upper',
    kind: 'gauge',
    unit: '1',
    help: "Upper end of the 95% confidence interval (Wilson's) of the share that differs.",
    labels: featureWindow,
  },
  difference: {
    instrument: 'ml.feature.skew.difference',
    kind: 'gauge',
    unit: '1',
    help: 'Quantile of the difference of the numbers that differ, as a share of the larger one: 0 to 2.',
    labels: [...featureWindow, LABEL.quantile],
  },
  differenceMean: {
    instrument: 'ml.feature.skew.difference.mean',
    kind: 'gauge',
    unit: '1',
    help: 'Mean difference of the numbers that differ, as a share of the larger one: 0 to 2.',
    labels: featureWindow,
  },
  diagnosis: {
    instrument: 'ml.feature.skew.diagnosis',
    kind: 'gauge',
    unit: '',
    help: 'What explains the rows that differ: scaled (value: online / offline; detail: the change of unit, where it is a known one), shifted (value: online − offline), swapped or renamed (detail: the other feature), stale (what was served is the offline value that the entity had before), missing_online, missing_offline (value of these: the share of the rows that it explains). No series: nothing explains nine in ten of them.',
    labels: diagnosis,
  },
  diagnosisSpread: {
    instrument: 'ml.feature.skew.diagnosis.spread',
    kind: 'gauge',
    unit: '',
    help: 'Interquartile range of the factor or the difference behind the diagnosis.',
    labels: diagnosis,
  },
  compared: {
    instrument: 'ml.model.skew.compared',
    kind: 'counter',
    unit: '{prediction}',
    help: 'Predictions that were compared with offline values, since the start of the process.',
    labels: model,
  },
  sampled: {
    instrument: 'plumbline.skew.sampled',
    kind: 'gauge',
    unit: '1',
    help: 'Share of prediction ids and entity ids that are looked at for skew, chosen by their hash: 1 as long as what waits for the other side fits into memory.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;
