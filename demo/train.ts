/**
 * Trains the two versions on January: the days before `HELD_OUT_FROM` teach, the rest tells how good they are. Writes,
 * for each version, the model as JSON and its training data with what the model says about it as Parquet, which is what
 * `plumbline reference build` reads.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBAppender, DuckDBDataChunk } from '@duckdb/node-api';
import { seededRandom } from '../src/lib/random.js';
import {
  isCategorical,
  weightFactor,
  weightName,
  type DelayModel,
  recordedFeatures,
  type InputName,
  type Scaling,
} from './delay-model.js';
import { type FlightColumns, type FlightData } from './flights.js';
import { sigmoid, trainLogisticRegression, type SparseRows, type TrainingOptions } from './logistic-regression.js';

export const MODEL_NAME = 'flight-delay';
export const CHAMPION = '2001-01';
export const CANDIDATE = '2001-01-b';
const HELD_OUT_FROM = Date.UTC(2001, 0, 25);

interface Recipe extends TrainingOptions {
  readonly version: string;
  readonly inputs: readonly InputName[];
}

/** The candidate knows two features more and is held back less. */
export const RECIPES: readonly Recipe[] = [
  {
    version: CHAMPION,
    inputs: ['hour', 'weekday', 'distance', 'origin', 'destination'],
    epochs: 3,
    learningRate: 0.1,
    l2: 1e-4,
  },
  {
    version: CANDIDATE,
    inputs: ['hour', 'weekday', 'distance', 'origin', 'destination', 'origin_departures', 'route_flights'],
    epochs: 3,
    learningRate: 0.1,
    l2: 1e-6,
  },
];

export interface TrainedModel {
  readonly model: DelayModel;
  readonly scores: Float64Array;
  readonly rows: number;
  readonly heldOutRows: number;
  /** Share of late flights among those held out. */
  readonly heldOutLate: number;
  readonly heldOutAuc: number;
}

/** Learns one version. Pure: the same columns, recipe and seed give the same model. */
export function trainDelayModel(data: FlightColumns, recipe: Recipe, seed: number): TrainedModel {
  const scaling = Object.fromEntries(
    recipe.inputs
      .filter((feature) => !isCategorical(feature))
      .map((feature) => [feature, scalingOf(data.features[feature])]),
  );
  const { sparse, names } = encode(data, recipe.inputs, scaling);
  const taught: number[] = [];
  const heldOut: number[] = [];
  for (let row = 0; row < data.rows; row++) (data.departureMs[row] < HELD_OUT_FROM ? taught : heldOut).push(row);
  const fit = trainLogisticRegression(sparse, recipe, seededRandom(seed), Int32Array.from(taught));
  const scores = scoreAll(sparse, fit.intercept, fit.weights);
  const late = taught.reduce((sum, row) => sum + sparse.positive[row], 0) / taught.length;
  const model: DelayModel = {
    name: MODEL_NAME,
    version: recipe.version,
    inputs: recipe.inputs,
    threshold: cutOff(
      taught.map((row) => scores[row]),
      late,
    ),
    intercept: fit.intercept,
    weights: Object.fromEntries(names.map((name, index) => [name, fit.weights[index]])),
    scaling,
  };
  return {
    model,
    scores,
    rows: data.rows,
    heldOutRows: heldOut.length,
    heldOutLate: heldOut.reduce((sum, row) => sum + sparse.positive[row], 0) / heldOut.length,
    heldOutAuc: areaUnderCurve(
      heldOut.map((row) => scores[row]),
      heldOut.map((row) => sparse.positive[row] === 1),
    ),
  };
}

export const modelFile = (directory: string, version: string): string => join(directory, `model-${version}.json`);
export const trainingFile = (directory: string, version: string): string =>
  join(directory, `january-${version}.parquet`);

/** Writes the model, and January as it saw it: its features, `late` (the truth), `predicted_late` and `score`. */
export async function writeTrained(
  source: FlightData,
  data: FlightColumns,
  trained: TrainedModel,
  directory: string,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { model, scores } = trained;
  await writeFile(modelFile(directory, model.version), `${JSON.stringify(model, null, 1)}\n`);
  const columns: Record<string, readonly unknown[]> = {
    ...Object.fromEntries(recordedFeatures(model).map((feature) => [feature, data.features[feature]])),
    late: data.late,
    predicted_late: Array.from(scores, (score) => score >= model.threshold),
    score: Array.from(scores),
  };
  const types = Object.entries(columns).map(([name, values]) => `${name} ${columnType(values[0])}`);
  await source.connection.run(`create or replace table january (${types.join(', ')})`);
  const appender: DuckDBAppender = await source.connection.createAppender('january');
  const chunkRows = 2048;
  for (let start = 0; start < data.rows; start += chunkRows) {
    const chunk = DuckDBDataChunk.create(
      Object.values(columns).map((_, index) => appender.columnType(index)),
      Math.min(chunkRows, data.rows - start),
    );
    chunk.setColumns(Object.values(columns).map((values) => values.slice(start, start + chunkRows) as never));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await source.connection.run(`copy january to '${trainingFile(directory, model.version)}' (format parquet)`);
  await source.connection.run('drop table january');
}

/** Exact, by ranks (Mann and Whitney), ties counted half. */
export function areaUnderCurve(scores: readonly number[], positive: readonly boolean[]): number {
  const order = scores.map((_, index) => index).sort((a, b) => scores[a] - scores[b]);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    for (let i = start; i < end; i++) {
      if (!positive[order[i]]) continue;
      rankSum += (start + end + 1) / 2;
      positives++;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function encode(
  data: FlightColumns,
  features: readonly InputName[],
  scaling: DelayModel['scaling'],
): { sparse: SparseRows; names: string[] } {
  const columns = features.length;
  const index = new Int32Array(data.rows * columns);
  const value = new Float32Array(data.rows * columns);
  const indexOf = new Map<string, number>();
  features.forEach((feature, column) => {
    const values: readonly (string | number)[] = data.features[feature];
    for (let row = 0; row < data.rows; row++) {
      const name = weightName(feature, values[row]);
      let at = indexOf.get(name);
      if (at === undefined) indexOf.set(name, (at = indexOf.size));
      index[row * columns + column] = at;
      value[row * columns + column] = weightFactor(feature, values[row], scaling);
    }
  });
  const positive = Uint8Array.from(data.late, Number);
  return {
    sparse: { rows: data.rows, columns, weights: indexOf.size, index, value, positive },
    names: [...indexOf.keys()],
  };
}

function scoreAll(data: SparseRows, intercept: number, weights: Float64Array): Float64Array {
  return Float64Array.from({ length: data.rows }, (_, row) => {
    let margin = intercept;
    for (let i = row * data.columns; i < (row + 1) * data.columns; i++)
      margin += weights[data.index[i]] * data.value[i];
    return sigmoid(margin);
  });
}

function scalingOf(values: readonly (string | number)[]): Scaling {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    const logarithm = Math.log1p(Number(value));
    sum += logarithm;
    squares += logarithm * logarithm;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(squares / values.length - mean * mean) || 1 };
}

/** The score above which as many flights lie as are late. With one late flight in five, 0.5 would never be reached. */
function cutOff(scores: readonly number[], lateShare: number): number {
  const sorted = Float64Array.from(scores).sort();
  return sorted[Math.floor((1 - lateShare) * (sorted.length - 1))];
}

function columnType(value: unknown): string {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'varchar';
  return 'double';
}
