/** What is published of an embedding. */
import { LABEL } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

const embedding = [LABEL.modelName, LABEL.modelVersion, LABEL.embedding] as const;
const inWindow = [...embedding, LABEL.window] as const;

export const EMBEDDING_METRIC = {
  dimensions: {
    instrument: 'ml.embedding.dimensions',
    kind: 'gauge',
    unit: '{dimension}',
    help: 'Dimensions of an embedding: of the training file, or else of its first vector. A vector of another number is a type mismatch.',
    labels: embedding,
  },
  observations: {
    instrument: 'ml.embedding.observations',
    kind: 'counter',
    unit: '{observation}',
    help: 'Vectors of an embedding, faulty ones included, since the start of the process.',
    labels: embedding,
  },
  typeMismatches: {
    instrument: 'ml.embedding.type_mismatches',
    kind: 'counter',
    unit: '{observation}',
    help: 'Values of an embedding that are no vector of numbers, or one of another number of dimensions.',
    labels: embedding,
  },
  nonFinite: {
    instrument: 'ml.embedding.non_finite',
    kind: 'counter',
    unit: '{observation}',
    help: 'Vectors of an embedding with a NaN or an infinity in them; they count in nothing else.',
    labels: embedding,
  },
  windowObservations: {
    instrument: 'ml.embedding.window.observations',
    kind: 'gauge',
    unit: '{observation}',
    help: 'Vectors of an embedding in the window that count.',
    labels: inWindow,
  },
  windowTypeMismatch: {
    instrument: 'ml.embedding.window.type_mismatch',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's values of an embedding that are no vector of numbers, or one of another number of dimensions.",
    labels: inWindow,
  },
  windowNonFinite: {
    instrument: 'ml.embedding.window.non_finite',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's vectors of an embedding with a NaN or an infinity in them.",
    labels: inWindow,
  },
  windowTolerance: {
    instrument: 'ml.embedding.window.tolerance',
    kind: 'gauge',
    unit: '1',
    help: "Share of the window's vectors of an embedding that may fail a check (type_mismatch, non_finite) before it is more than chance at the configured false-alarm rate: from the reference's own share, for this number of vectors; never less than one.",
    labels: [...inWindow, LABEL.check],
  },
  windowFinding: {
    instrument: 'ml.embedding.window.finding',
    kind: 'gauge',
    unit: '',
    help: "1 for what is wrong with the window's vectors of an embedding as a whole: collapsed (all are the same, or zero, and the reference's are not). No series: nothing.",
    labels: [...inWindow, LABEL.finding],
  },
  length: {
    instrument: 'ml.embedding.length',
    kind: 'gauge',
    unit: '',
    help: "Moment of the vectors' Euclidean length in the window: mean, stddev.",
    labels: [...inWindow, LABEL.moment],
  },
  referenceLength: {
    instrument: 'ml.embedding.reference.length',
    kind: 'gauge',
    unit: '',
    help: "Moment of the vectors' Euclidean length in the reference: mean, stddev.",
    labels: [...embedding, LABEL.moment],
  },
  drift: {
    instrument: 'ml.embedding.drift',
    kind: 'gauge',
    unit: '',
    help: "Drift of an embedding in the window against a reference, or against the version's first vectors where the primary one has none of as many dimensions: euclidean and cosine (distance of the mean vectors), mmd (maximum mean discrepancy of the directions, by random Fourier features).",
    labels: [...inWindow, LABEL.reference, LABEL.statistic],
  },
  driftCriticalValue: {
    instrument: 'ml.embedding.drift.critical_value',
    kind: 'gauge',
    unit: '',
    help: 'Value that the statistic exceeds with no drift at the configured false-alarm rate, for these numbers of vectors.',
    labels: [...inWindow, LABEL.reference, LABEL.statistic],
  },
  driftQValue: {
    instrument: 'ml.embedding.drift.q_value',
    kind: 'gauge',
    unit: '1',
    help: 'Benjamini-Hochberg q-value of the drift of an embedding in the window, across it and all features and outputs of its version that are ready, and all references that alert (others have none). Its p-value is the smaller of those of euclidean and mmd, doubled.',
    labels: [...inWindow, LABEL.reference],
  },
  driftState: {
    instrument: 'ml.embedding.drift.state',
    kind: 'gauge',
    unit: '',
    help: '1 for the state that the window is in against a reference: ready, not_enough_data, no_traffic, no_reference (none, or one of another number of dimensions).',
    labels: [...inWindow, LABEL.reference, LABEL.state],
  },
} as const satisfies Record<string, MetricDefinition>;
