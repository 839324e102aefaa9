/**
 * The types of what comes out of a model, as far as it is observed, and the narrowing from whatever the model returned:
 * a bare value, or an object that has at least one of the keys of `Prediction`. Anything else is not described, and the
 * caller's `describe` is there to say what is what.
 */
import { type Task } from '../registry/index.js';
import { type Column } from './feature-values.js';

/** A class, or the value of a regression. */
export type PredictionValue = string | number | boolean;

export interface Prediction {
  /** The decision: a class, or the value of a regression. */
  readonly value?: PredictionValue;
  /** Score of the positive class, 0 to 1. */
  readonly score?: number;
  /** Score of each class of several, 0 to 1, by class. */
  readonly scores?: Readonly<Record<string, number>>;
  /** Share of the prediction credited to each feature (SHAP or the like), by feature. */
  readonly attributions?: Readonly<Record<string, number>>;
}

/** The same as columns, one element a row of the batch. */
export interface BatchPrediction {
  readonly value?: Column<PredictionValue>;
  readonly score?: Column<number>;
  readonly scores?: Readonly<Record<string, Column<number>>>;
  readonly attributions?: Readonly<Record<string, Column<number>>>;
}

const KEYS = ['value', 'score', 'scores', 'attributions'] as const;

function isDescribed(result: unknown): result is object {
  return typeof result === 'object' && result !== null && KEYS.some((key) => key in result);
}

/** What a model returned for one row, read as a prediction; undefined where it is neither a bare value nor described. */
export function asPrediction(result: unknown, task: Task | undefined): Prediction | undefined {
  switch (typeof result) {
    case 'number':
      return task === 'binary' ? { score: result } : { value: result };
    case 'string':
    case 'boolean':
      return { value: result };
    case 'bigint':
      return { value: Number(result) };
    default:
      return isDescribed(result) ? result : undefined;
  }
}

/** What a model returned for a batch: a bare column, or described columns. */
export function asBatchPrediction(result: unknown, task: Task | undefined): BatchPrediction | undefined {
  const isArray = Array.isArray(result);
  if (!isArray && !ArrayBuffer.isView(result)) return isDescribed(result) ? result : undefined;
  const column = result as Column<PredictionValue>;
  const isScore = task === 'binary' && (!isArray || typeof column[0] === 'number');
  return isScore ? { score: column as Column<number> } : { value: column };
}
