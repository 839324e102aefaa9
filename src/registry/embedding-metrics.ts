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
    help: 'Dimensions of an embedding, as its first vector has them.',
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
    help: "Drift of an embedding in the window against the version's first vectors: euclidean and cosine (distance of the mean vectors), mmd (maximum mean discrepancy of the directions, by random Fourier features).",
    labels: [...inWindow, LABEL.statistic],
  },
  driftCriticalValue: {
    instrument: 'ml.embedding.drift.critical_value',
    kind: 'gauge',
    unit: '',
    help: 'Value that the statistic exceeds with no drift at the configured false-alarm rate, for these numbers of vectors.',
    labels: [...inWindow, LABEL.statistic],
  },
  driftState: {
    instrument: 'ml.embedding.drift.state',
    kind: 'gauge',
    unit: '',
    help: '1 for the state that the window is in: ready, not_enough_data, no_traffic, no_reference.',
    labels: [...inWindow, LABEL.state],
  },
} as const satisfies Record<string, MetricDefinition>;
