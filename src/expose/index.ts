/** The door of the room: numbers to metric families to text to HTTP. */
export { type Exemplar } from './exemplar.js';
export { metricsPage } from './exposition.js';
export { FamilySet, type FamilySetOptions } from './families.js';
export { type BucketExemplars } from './frame.js';
export { type HistogramSeries } from './histogram-family.js';
export { watchProcess, type ProcessMetrics } from './process-metrics.js';
export { type Series } from './scalar-family.js';
export { answerSegmentQuery } from './segment-answer.js';
export { startExposition, type Exposition, type ExpositionOptions } from './server.js';
export { type ExpositionFormat } from './text-format.js';
export { Evaluation, type EvaluationOptions } from './evaluation.js';
export { writeAccounting, writeGroundTruth, writeLimits, writeTransports } from './process-series.js';
export { type ThresholdOf } from './drift-series.js';
export { type ModelFacts } from './version-series.js';
