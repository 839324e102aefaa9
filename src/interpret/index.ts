/** The door of the room: OTLP values to predictions and ground truths. */
export type { AttributeLayout } from './attribute-layout.js';
export { Accounting, type AccountedSignal, type AccountingState } from './accounting.js';
export { Identity } from './identity.js';
export { type Interpretation, Interpreter, type InterpreterOptions } from './interpreter.js';
export { FeatureHistogram } from './metric-histogram.js';
export { type Disposition, GroundTruth, NO_ENTRY, type ObservationSink, Prediction } from './observations.js';
export { OUTCOME, type OutcomeCode, outcomeOf, outcomeOfClass } from './outcome-code.js';
