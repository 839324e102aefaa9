/**
 * The public shape of a model whose predictions are observed. One call runs the model and records features, prediction,
 * score, version, latency and error on a span, and counts in metrics. What the model returns or throws comes out unchanged,
 * and no fault of the recording reaches the caller.
 */
import { type Column, type Columns, type FeatureValues } from './feature-values.js';
import {
  type Answer,
  type BatchOptions,
  type GroundTruthOptions,
  type Predicted,
  type PredictedBatch,
  type PredictOptions,
  type RecordOptions,
} from './model-options.js';
import { type Prediction, type PredictionValue } from './prediction-values.js';

/** @typeParam F the features by name: `instrumentModel<{ distance: number; origin: string }>(…)` rejects any other name. */
export interface InstrumentedModel<F extends FeatureValues<F>> {
  /**
   * Runs the model on one row of features and records it. `predict` is called exactly once, with the span of the
   * prediction active.
   *
   * @throws whatever `predict` throws, unchanged, after it has been recorded.
   * @example
   * const { id, prediction } = model.predict({ distance: 733, origin: 'ORD' }, (features) => forest.score(features), {
   *   describe: (score) => ({ value: score > 0.5, score }),
   * });
   */
  predict<R>(
    features: F,
    predict: (features: F) => R,
    options?: PredictOptions<Awaited<R>>,
  ): Answer<R, Predicted<Awaited<R>>>;

  /**
   * Runs the model on columns of features and records all rows on one span with array-valued attributes. The number of
   * rows is that of `options.ids`, else of the first column; a column of another length is not sent. An SDK copies every
   * value: batches of up to some thousand rows are what this is for.
   *
   * @throws whatever `predict` throws, unchanged, after it has been recorded.
   */
  predictBatch<R>(
    columns: Columns<F>,
    predict: (columns: Columns<F>) => R,
    options?: BatchOptions<Awaited<R>>,
  ): Answer<R, PredictedBatch<Awaited<R>>>;

  /** Records a prediction that was made elsewhere, after the fact, and returns its id. Never throws. */
  record(features: F, prediction: Prediction | PredictionValue | undefined, options?: RecordOptions): string;

  /** Records the actual outcome of the prediction with this id. Never throws. In another process: `recordGroundTruth`. */
  groundTruth(id: string, value: PredictionValue, options?: GroundTruthOptions): void;

  /** The same for many predictions at once; `ids` and `values` have the same length. Never throws. */
  groundTruths(ids: readonly string[], values: Column<PredictionValue>, options?: GroundTruthOptions): void;
}
