/**
 * Logistic regression by stochastic gradient descent on sparse rows, with a rate of its own for each weight (AdaGrad:
 * Duchi, Hazan and Singer, JMLR 12, 2011) and L2 regularisation of the weights that a row touches.
 *
 * Why not a library: of those on npm, the one that is kept up (`@stdlib/ml-incr-binary-classification`) takes dense
 * rows only and brings 1,900 packages; the others have not moved for years. Cost: rows × columns × epochs, about half a
 * second for January's 508,000 flights.
 */
import type { Random } from '../src/lib/random.js';

/** `columns` entries a row: entry i of row r is the weight's index, with its value. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly weights: number;
  readonly index: Int32Array;
  readonly value: Float32Array;
  readonly positive: Uint8Array;
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly learningRate: number;
  /** Strength of the L2 penalty; 0: none. */
  readonly l2: number;
}

export interface Coefficients {
  readonly intercept: number;
  readonly weights: Float64Array;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Learns from the rows in `order` (all rows, in their own order, where it is absent), shuffled anew each epoch. */
export function trainLogisticRegression(
  data: SparseRows,
  options: TrainingOptions,
  random: Random,
  order?: Int32Array,
): Coefficients {
  const sequence = order?.slice() ?? Int32Array.from({ length: data.rows }, (_, row) => row);
  const weights = new Float64Array(data.weights);
  const squares = new Float64Array(data.weights).fill(1);
  let intercept = 0;
  let interceptSquares = 1;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(sequence, random);
    for (const row of sequence) {
      const start = row * data.columns;
      let margin = intercept;
      for (let i = start; i < start + data.columns; i++) margin += weights[data.index[i]] * data.value[i];
      const error = sigmoid(margin) - data.positive[row];
      for (let i = start; i < start + data.columns; i++) {
        const at = data.index[i];
        const gradient = error * data.value[i] + options.l2 * weights[at];
        squares[at] += gradient * gradient;
        weights[at] -= (options.learningRate * gradient) / Math.sqrt(squares[at]);
      }
      interceptSquares += error * error;
      intercept -= (options.learningRate * error) / Math.sqrt(interceptSquares);
    }
  }
  return { intercept, weights };
}

/** Fisher and Yates. */
function shuffle(sequence: Int32Array, random: Random): void {
  for (let i = sequence.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const swapped = sequence[i];
    sequence[i] = sequence[j];
    sequence[j] = swapped;
  }
}
