/** What is published of a feature, and alike of an output (a prediction's value, its score). */
import { LABEL, type LabelName } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

const model = [LABEL.modelName, LABEL.modelVersion] as const;
const feature = [...model, LABEL.feature] as const;
const output = [...model, LABEL.output] as const;

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
    windowTolerance: {
      instrument: `${prefix}.window.tolerance`,
      kind: 'gauge',
      unit: '1',
      help: `Share of the window's values of ${what} that may fail a check (missing, type_mismatch, out_of_range, unseen_category) before it is more than chance at the configured false-alarm rate: from the reference's own share, for this number of values; never less than one value.`,
      labels: [...labelsWindow, LABEL.check],
    },
    windowFinding: {
      instrument: `${prefix}.window.finding`,
      kind: 'gauge',
      unit: '',
      help: `1 for what is wrong with the window's values of ${what} as a whole: absent (the reference has it, no prediction does), extra (the reference does not know it), constant (the reference varies), impossible (infinite, or negative where the reference never is), unknown (most are in unseen categories), exploded (far more different values than the reference would have had among as many). No series: nothing.`,
      labels: [...labelsWindow, LABEL.finding],
    },
    distinct: {
      instrument: `${prefix}.distinct`,
      kind: 'gauge',
      unit: '{value}',
      help: `Different categories or texts of ${what} in the window: those that the reference tells apart exactly, the others with a standard error of 3.3%. Of sampled predictions, the different ones of the sample.`,
      labels: labelsWindow,
    },
    referenceDistinct: {
      instrument: `${prefix}.reference.distinct`,
      kind: 'gauge',
      unit: '{value}',
      help: `Different categories or texts of ${what} in the reference.`,
      labels,
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
      help: `Drift of ${what} in the window against a reference, by statistic; wasserstein in its own unit, wasserstein_normalised in standard deviations of the reference.`,
      labels: [...labelsWindow, LABEL.reference, LABEL.statistic],
    },
    driftDegreesOfFreedom: {
      instrument: `${prefix}.drift.degrees_of_freedom`,
      kind: 'gauge',
      unit: '',
      help: `Degrees of freedom of the drift statistic chi2 of ${what}: bins that the window or the reference occupies, less one.`,
      labels: [...labelsWindow, LABEL.reference],
    },
    driftCriticalValue: {
      instrument: `${prefix}.drift.critical_value`,
      kind: 'gauge',
      unit: '1',
      help: `Value that the statistic exceeds with no drift at the configured false-alarm rate, for this window's and this reference's number of observations.`,
      labels: [...labelsWindow, LABEL.reference, LABEL.statistic],
    },
    driftQValue: {
      instrument: `${prefix}.drift.q_value`,
      kind: 'gauge',
      unit: '1',
      help: `Benjamini-Hochberg q-value of the drift (psi) of ${what} in the window, across all features, outputs and embeddings of its version that are ready, and all references that alert (others have none): alerting on q-values up to x lets one look at a whole version without drift alert with chance x at most.`,
      labels: [...labelsWindow, LABEL.reference],
    },
    driftState: {
      instrument: `${prefix}.drift.state`,
      kind: 'gauge',
      unit: '',
      help: `1 for the state that the window is in against a reference: ready (enough data), not_enough_data (in the window or the reference), no_traffic, no_reference (none that it can be compared with).`,
      labels: [...labelsWindow, LABEL.reference, LABEL.state],
    },
    driftSince: {
      instrument: `${prefix}.drift.since`,
      kind: 'gauge',
      unit: 's',
      help: `Event time (seconds since the epoch) since which the statistic has been above its critical value and its threshold, with a q-value up to the false-alarm rate; 0 when it is not. Only of statistics that can alert, against references that do.`,
      labels: [...labelsWindow, LABEL.reference, LABEL.statistic],
    },
    shiftEvidence: {
      instrument: `${prefix}.shift.evidence`,
      kind: 'gauge',
      unit: 's',
      help: `Evidence that the values of ${what} that arrive, minute by minute, are not the reference's: without a change, this many seconds pass on average before the evidence is as large. Begins anew with the process.`,
      labels,
    },
  } as const satisfies Record<string, MetricDefinition>;
}

export const FEATURE_METRIC = subjectFamilies('ml.feature', 'a feature', feature, [...feature, LABEL.window]);
export const PREDICTION_METRIC = subjectFamilies(
  'ml.prediction',
  'an output (value, score, ground_truth or reconstruction_error)',
  output,
  [...output, LABEL.window],
);
