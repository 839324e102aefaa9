/**
 * What a model service imports (`import { instrumentModel } from 'plumbline'`). Depends on the OpenTelemetry API alone: the
 * service brings its own SDK, of any version, or starts the ordinary one with `plumbline/node`, or has none.
 */
export {
  type Column,
  type Columns,
  type FeatureValue,
  type FeatureValues,
  type NumericArray,
} from './feature-values.js';
export { recordGroundTruth, type GroundTruth } from './ground-truth.js';
export { type InstrumentedModel } from './instrumented-model.js';
export {
  type Answer,
  type BatchOptions,
  type GroundTruthOptions,
  type ModelOptions,
  type Predicted,
  type PredictedBatch,
  type PredictOptions,
  type RecordOptions,
} from './model-options.js';
export { recordOfflineFeatures, type OfflineFeatures } from './offline-features.js';
export { instrumentModel } from './observed-model.js';
export { type BatchPrediction, type Prediction, type PredictionValue } from './prediction-values.js';
export { type ModelRole, type Task } from '../registry/index.js';
