/** Every metric, by subject. */
import { EMBEDDING_METRIC } from './embedding-metrics.js';
import type { MetricDefinition } from './metric-definition.js';
import { MODEL_METRIC } from './model-metrics.js';
import { MULTIVARIATE_METRIC } from './multivariate-metrics.js';
import { PROCESS_METRIC } from './process-metrics.js';
import { SKEW_METRIC } from './skew-metrics.js';
import { SEGMENT_FEATURE_METRIC, SEGMENT_METRIC, SEGMENT_PREDICTION_METRIC } from './segment-metrics.js';
import { FEATURE_METRIC, PREDICTION_METRIC } from './subject-metrics.js';

export const METRICS: readonly MetricDefinition[] = [
  ...Object.values(MODEL_METRIC),
  ...Object.values(FEATURE_METRIC),
  ...Object.values(PREDICTION_METRIC),
  ...Object.values(MULTIVARIATE_METRIC),
  ...Object.values(EMBEDDING_METRIC),
  ...Object.values(SEGMENT_METRIC),
  ...Object.values(SEGMENT_FEATURE_METRIC),
  ...Object.values(SEGMENT_PREDICTION_METRIC),
  ...Object.values(SKEW_METRIC),
  ...Object.values(PROCESS_METRIC),
];
