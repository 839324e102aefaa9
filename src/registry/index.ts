/** The door of the registry: every name there is. */
export * from './attributes.js';
export * from './embedding-metrics.js';
export * from './error-codes.js';
export * from './feature-kinds.js';
export * from './labels.js';
export * from './metric-definition.js';
export * from './metrics.js';
export * from './model-metrics.js';
export * from './multivariate-metrics.js';
export * from './process-metrics.js';
export * from './reasons.js';
export * from './skew-metrics.js';
export * from './segment-metrics.js';
export * from './subject-metrics.js';
