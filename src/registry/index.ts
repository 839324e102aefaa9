export * from './attributes.js';
export * from './error-codes.js';
export * from './labels.js';
export * from './metrics.js';
export * from './reasons.js';
