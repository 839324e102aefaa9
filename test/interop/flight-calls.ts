/**
 * What the model services of this suite are asked, the same for all languages: a seeded stream of flights as single
 * predictions, events, batches and failures, then their ground truth, with a few calls that are faulty on purpose.
 */
import { type Random, seededRandom } from '../../src/lib/random.js';

export interface Flight {
  /** Miles; null where it is not known. */
  readonly distance: number | null;
  readonly hour: number;
  readonly origin: string | null;
  readonly weekend: boolean;
}

interface Predict {
  /** On a span, or as an event with its features in one attribute. */
  readonly call: 'predict' | 'predict_as_log';
  readonly id?: string;
  readonly role?: 'challenger';
  /** Where it is not the version that the service says it is. */
  readonly version?: string;
  readonly flight: Flight;
  /** More features than a span has room for. */
  readonly extras?: readonly number[];
  /** Known at once, and sent from within the prediction's span. */
  readonly actual?: boolean;
}

interface PredictBatch {
  readonly call: 'predict_batch';
  readonly ids: readonly string[];
  readonly flights: readonly Flight[];
}

export interface GroundTruth {
  readonly call: 'ground_truth';
  readonly carrier: 'log' | 'span';
  readonly id: string;
  readonly value?: boolean;
}

export type Prediction = Predict | PredictBatch;

export interface Traffic {
  /** What the reference is built from. */
  readonly training: readonly Flight[];
  readonly predictions: readonly Prediction[];
  readonly groundTruths: readonly GroundTruth[];
}

export const MODEL = 'flight-delay';
export const CHAMPION = '2001-01';
export const CHALLENGER = '2001-02-rc';
/** The model fails on it. */
const NO_HOUR = 24;
const ORIGINS = ['ATL', 'DEN', 'JFK', 'LAX', 'ORD', 'SFO'];
/** In what is served, not in the training data. */
export const UNSEEN_ORIGIN = 'EGE';

const SEED = 20010101;
const TRAINING_ROWS = 2_000;
const SINGLE = 300;
const FAILING_EVERY = 30;
const CHALLENGED_EVERY = 5;
const EVENTS = 40;
const BATCHES = 2;
const BATCH_ROWS = 32;
const KNOWN_AT_ONCE = 20;
const EXTRAS = 140;

export function flightTraffic(): Traffic {
  const random = seededRandom(SEED);
  const training = Array.from({ length: TRAINING_ROWS }, () => flight(random, ORIGINS));
  const served = (): Flight => flight(random, [...ORIGINS, UNSEEN_ORIGIN]);
  const predictions: Prediction[] = [];
  const ids: string[] = [];

  for (let index = 0; index < SINGLE; index++) {
    const id = `single-${index}`;
    const fails = index % FAILING_EVERY === FAILING_EVERY - 1;
    const asked = fails ? { ...served(), hour: NO_HOUR } : served();
    predictions.push({ call: 'predict', id, flight: asked });
    if (fails) continue;
    ids.push(id);
    if (index % CHALLENGED_EVERY === 0)
      predictions.push({ call: 'predict', id, role: 'challenger', version: CHALLENGER, flight: asked });
  }
  for (let index = 0; index < EVENTS; index++) {
    predictions.push({ call: 'predict_as_log', id: `event-${index}`, flight: served() });
    ids.push(`event-${index}`);
  }
  for (let batch = 0; batch < BATCHES; batch++) {
    const rows = Array.from({ length: BATCH_ROWS }, (_, row) => `batch-${batch}-${row}`);
    predictions.push({ call: 'predict_batch', ids: rows, flights: rows.map(served) });
    ids.push(...rows);
  }
  for (let index = 0; index < KNOWN_AT_ONCE; index++)
    predictions.push({ call: 'predict', flight: served(), actual: random.next() < 0.5 });
  const complete = { distance: 733, hour: 9, origin: ORIGINS[0], weekend: false };
  const extras = Array.from({ length: EXTRAS }, () => random.next());
  predictions.push({ call: 'predict', id: 'wide', flight: complete, extras });
  predictions.push(predictions[0]);
  predictions.push({ call: 'predict', id: 'of-no-version', version: '', flight: served() });

  const groundTruths = ids.map((id, index): GroundTruth => {
    return { call: 'ground_truth', carrier: index % 2 === 0 ? 'log' : 'span', id, value: random.next() < 0.5 };
  });
  groundTruths.push(groundTruths[0]);
  groundTruths.push({ call: 'ground_truth', carrier: 'log', id: ids[1] });
  return { training, predictions, groundTruths };
}

function flight(random: Random, origins: readonly string[]): Flight {
  const one = <T>(values: readonly T[]): T => values[Math.floor(random.next() * values.length)];
  return {
    distance: random.next() < 0.1 ? null : 100 + 2400 * random.next(),
    hour: Math.floor(random.next() * 24),
    origin: random.next() < 0.1 ? null : one(origins),
    weekend: random.next() < 2 / 7,
  };
}
