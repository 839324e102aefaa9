/**
 * The implementation behind `instrumentModel`. With no SDK registered a call costs next to nothing: attributes are built
 * only where a span records.
 */
import { SpanKind, trace, type Span, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { systemClock } from '../lib/clock.js';
import { ATTRIBUTE, type Task } from '../registry/index.js';
import { callActive, isPromiseLike } from './active-call.js';
import { AttributeKeys } from './attribute-keys.js';
import { Batch } from './batch.js';
import { setFeatures } from './feature-attributes.js';
import { type Column, type Columns, type FeatureValue, type FeatureValues } from './feature-values.js';
import { warnOnce } from './fault.js';
import { recordGroundTruth, recordGroundTruths } from './ground-truth.js';
import { type InstrumentedModel } from './instrumented-model.js';
import {
  type Answer,
  type BatchOptions,
  type GroundTruthOptions,
  type ModelOptions,
  type Predicted,
  type PredictedBatch,
  type PredictOptions,
  type RecordOptions,
} from './model-options.js';
import { setPrediction } from './prediction-attributes.js';
import { asBatchPrediction, asPrediction, type Prediction, type PredictionValue } from './prediction-values.js';
import { Recording, startAttributes, type RecordedModel } from './recording.js';
import { SCOPE } from './scope.js';
import { ModelMetrics } from './service-metrics.js';

/** Names a model version for recording. Cheap, but meant to be called once and kept. */
export function instrumentModel<F extends FeatureValues<F> = Record<string, FeatureValue>>(
  options: ModelOptions,
): InstrumentedModel<F> {
  return new ObservedModel<F>(options);
}

class ObservedModel<F extends FeatureValues<F>> implements InstrumentedModel<F>, RecordedModel {
  readonly name: string;
  readonly spanName: string;
  readonly spanOptions;
  readonly metrics: ModelMetrics;
  readonly #task: Task | undefined;
  readonly #featureKeys = new AttributeKeys(ATTRIBUTE.featurePrefix);
  readonly #fixedProvider: TracerProvider | undefined;
  #provider: TracerProvider | undefined;
  #tracer: Tracer | undefined;

  constructor({ name, version, role, task, tracerProvider, meterProvider }: ModelOptions) {
    this.name = name;
    this.spanName = `predict ${name}`;
    this.spanOptions = { kind: SpanKind.INTERNAL, attributes: startAttributes(name, version, role) };
    this.metrics = new ModelMetrics(name, version, meterProvider);
    this.#task = task;
    this.#fixedProvider = tracerProvider;
  }

  /** Follows the global provider, so that an SDK that is registered later, or anew, is found. */
  tracer(): Tracer {
    const provider = this.#fixedProvider ?? trace.getTracerProvider();
    if (this.#tracer === undefined || provider !== this.#provider) {
      this.#tracer = provider.getTracer(SCOPE);
      this.#provider = provider;
    }
    return this.#tracer;
  }

  predict<R>(
    features: F,
    predict: (features: F) => R,
    options?: PredictOptions<Awaited<R>>,
  ): Answer<R, Predicted<Awaited<R>>> {
    const recording = new Recording(this, options, 1);
    if (recording.span !== undefined) recording.attributes((span) => this.#setRow(span, features, options));
    return run(recording, predict, features, (prediction) => {
      recording.attributes((span) => {
        const described = asPrediction(options?.describe ? options.describe(prediction) : prediction, this.#task);
        if (described !== undefined) setPrediction(span, described);
      });
      return { id: recording.id, prediction };
    });
  }

  predictBatch<R>(
    columns: Columns<F>,
    predict: (columns: Columns<F>) => R,
    options?: BatchOptions<Awaited<R>>,
  ): Answer<R, PredictedBatch<Awaited<R>>> {
    const batch = new Batch(this.name, columns, options);
    const recording = new Recording(this, { time: options?.time }, batch.rows);
    const ids = batch.ids(recording.id);
    recording.attributes((span) => batch.setColumns(span, ids, this.#featureKeys));
    return run(recording, predict, columns, (predictions) => {
      recording.attributes((span) => {
        const result = options?.describe ? options.describe(predictions) : predictions;
        const described = asBatchPrediction(result, this.#task);
        if (described !== undefined) batch.setPrediction(span, described);
      });
      return { ids, predictions };
    });
  }

  record(features: F, prediction: Prediction | PredictionValue | undefined, options?: RecordOptions): string {
    const { durationMs, error } = options ?? {};
    const time = options?.time ?? (durationMs === undefined ? undefined : systemClock.nowMs() - durationMs);
    const recording = new Recording(this, { id: options?.id, time }, 1, false);
    recording.attributes((span) => {
      const count = this.#setRow(span, features, options);
      const described = asPrediction(prediction, this.#task);
      if (described !== undefined) setPrediction(span, described);
      return count;
    });
    if (error === undefined) recording.end(durationMs);
    else recording.fail(error, durationMs);
    return recording.id;
  }

  groundTruth(id: string, value: PredictionValue, options?: GroundTruthOptions): void {
    recordGroundTruth({ ...options, model: this.name, id, value, tracerProvider: this.#fixedProvider });
  }

  groundTruths(ids: readonly string[], values: Column<PredictionValue>, options?: GroundTruthOptions): void {
    try {
      recordGroundTruths(this.tracer(), this.name, ids, values, options);
    } catch (fault) {
      warnOnce('ground truth', 'a ground truth could not be recorded.', fault);
    }
  }

  #setRow(span: Span, features: F, options: Omit<PredictOptions<never>, 'describe'> | undefined): number {
    const count = setFeatures(span, features, this.#featureKeys, this.name);
    if (options === undefined) return count;
    const { id, requestId, entityId, callerId, attributes } = options;
    if (id !== undefined) span.setAttribute(ATTRIBUTE.predictionId, id);
    if (requestId !== undefined) span.setAttribute(ATTRIBUTE.requestId, requestId);
    if (entityId !== undefined) span.setAttribute(ATTRIBUTE.entityId, entityId);
    if (callerId !== undefined) span.setAttribute(ATTRIBUTE.callerId, callerId);
    if (attributes !== undefined) span.setAttributes(attributes);
    return count;
  }
}

/** Runs the model exactly once; `finish` records what it returned and makes the caller's answer of it. */
function run<A, R, T>(
  recording: Recording,
  predict: (argument: A) => R,
  argument: A,
  finish: (prediction: Awaited<R>) => T,
): Answer<R, T> {
  let result: R;
  try {
    result = recording.active === undefined ? predict(argument) : callActive(recording.active, predict, argument);
  } catch (error) {
    recording.stop();
    recording.fail(error);
    throw error;
  }
  const settle = (prediction: Awaited<R>): T => {
    recording.stop();
    const answer = finish(prediction);
    recording.end();
    return answer;
  };
  if (!isPromiseLike(result)) return settle(result as Awaited<R>) as Answer<R, T>;
  return Promise.resolve(result).then(settle, (error: unknown) => {
    recording.stop();
    recording.fail(error);
    throw error;
  }) as Answer<R, T>;
}
