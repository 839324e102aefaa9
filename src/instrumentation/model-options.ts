/** The options of the public calls. Every field is optional unless it says otherwise; absent means 'not sent'. */
import { type Attributes, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { type ModelRole, type Task } from '../registry/index.js';
import { type BatchPrediction, type Prediction, type PredictionValue } from './prediction-values.js';
import { type Column } from './feature-values.js';

export interface ModelOptions {
  /** Required. The same name in every service and version. */
  readonly name: string;
  /** Required. Statistics are kept apart per version. */
  readonly version: string;
  /** Which part this version plays: champion, challenger or shadow. */
  readonly role?: ModelRole;
  /** Reads a bare number from a 'binary' model as the score of the positive class. Absent: a bare result is the value. */
  readonly task?: Task;
  /** Absent: the global one, also when it is registered later. */
  readonly tracerProvider?: TracerProvider;
  /** Absent: the global one, also when it is registered later. */
  readonly meterProvider?: MeterProvider;
}

interface CommonOptions {
  /** Event time in milliseconds since the epoch, for replays. Absent: now. */
  readonly time?: number;
  /** Further attributes of the span; they override the model's name, version, role and features of the same key. */
  readonly attributes?: Attributes;
}

export interface PredictOptions<P> extends CommonOptions {
  /** Join key for ground truth. Absent: `trace_id:span_id` in lower-case hex. */
  readonly id?: string;
  /** The same for all versions that answered one request. Absent: the trace id. */
  readonly requestId?: string;
  /** Whom or what the prediction is about; hashed by the receiver before it is stored. */
  readonly entityId?: string;
  /** Who asked; hashed by the receiver before it is stored. */
  readonly callerId?: string;
  /** Says what is value and what is score in the model's own result. Absent: see `Prediction`. */
  readonly describe?: (prediction: P) => Prediction | PredictionValue;
}

export interface RecordOptions extends Omit<PredictOptions<never>, 'describe'> {
  /** How long the prediction took. Absent: not known, and not in the duration metric. */
  readonly durationMs?: number;
  /** The model's exception, if it failed. */
  readonly error?: unknown;
}

export interface BatchOptions<P> extends CommonOptions {
  /** Join keys, one a row. Absent: `trace_id:span_id:row`. */
  readonly ids?: readonly string[];
  readonly requestIds?: readonly string[];
  readonly entityIds?: readonly string[];
  readonly callerIds?: readonly string[];
  /** Says which columns of the model's own result are value and score. Absent: see `BatchPrediction`. */
  readonly describe?: (predictions: P) => BatchPrediction | Column<PredictionValue>;
}

export interface GroundTruthOptions {
  /** Event time in milliseconds since the epoch. Absent: now. */
  readonly time?: number;
  /** Where the outcome comes from. */
  readonly source?: string;
}

/** One prediction with the id under which its ground truth is sent later. */
export interface Predicted<P> {
  /**
   * `options.id`, else `trace_id:span_id`. Empty with neither an SDK nor `options.id`: nothing was recorded then, and ground
   * truth for it is ignored.
   */
  readonly id: string;
  /** What the model returned, untouched. */
  readonly prediction: P;
}

export interface PredictedBatch<P> {
  /** One a row. */
  readonly ids: string[];
  /** What the model returned, untouched. */
  readonly predictions: P;
}

/**
 * `A` at once, or as a promise where the model returns a promise, or either where it may return either. Not overloads:
 * with those the compiler would fix the parameter of `describe` before it knows the result.
 */
export type Answer<R, A> = [R] extends [never]
  ? A
  : [R] extends [PromiseLike<unknown>]
    ? Promise<A>
    : [Extract<R, PromiseLike<unknown>>] extends [never]
      ? A
      : A | Promise<A>;
