/**
 * One prediction, or one batch, while it is being recorded: from the start of its span to its end. Every method holds back
 * every fault of the SDK and of values, so that the caller's path goes on as if nothing were recorded.
 *
 * Cost with no SDK: one object, one call of the API's no-op tracer, and no clock read.
 */
import {
  context,
  isSpanContextValid,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Exception,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { ATTRIBUTE } from '../registry/index.js';
import { errorTypeOf } from './error-type.js';
import { eventTime } from './event-time.js';
import { warnOfDropped } from './feature-attributes.js';
import { warnOnce } from './fault.js';
import { type ModelMetrics } from './service-metrics.js';

/** What all recordings of one model share. */
export interface RecordedModel {
  readonly name: string;
  readonly spanName: string;
  readonly spanOptions: SpanOptions;
  readonly metrics: ModelMetrics;
  tracer(): Tracer;
}

/** What a recording reads from the options of a call. */
interface RecordingOptions {
  readonly id?: string;
  readonly time?: number;
}

export class Recording {
  /** `options.id`, else that of the span that this prediction has of its own, else empty. */
  id = '';
  /** Undefined unless attributes that are set reach somebody. */
  span: Span | undefined;
  /** The context in which the model runs, where it differs from the one that is active anyway. */
  active: Context | undefined;
  readonly #model: RecordedModel;
  readonly #rows: number;
  #startMs: number | undefined;
  #elapsedMs: number | undefined;
  #timeMs: number | undefined;
  #features = 0;

  /** @param rows predictions in it; of none nothing is recorded. @param measures whether the time until `stop` is the prediction's duration. */
  constructor(model: RecordedModel, options: RecordingOptions | undefined, rows: number, measures = true) {
    this.#model = model;
    this.#rows = rows;
    try {
      if (options?.id !== undefined) this.id = options.id;
      if (rows > 0) this.#begin(options?.time);
    } catch (fault) {
      warnOnce('tracer', 'the tracer provider failed; predictions are not recorded as spans.', fault);
    }
    try {
      if ((model.metrics.enabled() || this.#timeMs !== undefined) && measures) this.#startMs = performance.now();
    } catch (fault) {
      warnOnce('meter', 'the meter provider failed; predictions of this service are not counted.', fault);
    }
  }

  #begin(timeMs: number | undefined): void {
    const model = this.#model;
    const startTime = timeMs === undefined ? undefined : eventTime(timeMs);
    const options = startTime === undefined ? model.spanOptions : { ...model.spanOptions, startTime };
    const parent = context.active();
    const span = model.tracer().startSpan(model.spanName, options, parent);
    const own = span.spanContext();
    const isRecording = span.isRecording();
    // With no SDK the span is the caller's own, or invalid: neither may stand for this prediction.
    if (!isRecording && (!isSpanContextValid(own) || own.spanId === trace.getSpanContext(parent)?.spanId)) return;
    if (this.id === '') this.id = `${own.traceId}:${own.spanId}`;
    this.active = trace.setSpan(parent, span);
    if (!isRecording) return;
    this.span = span;
    if (startTime !== undefined) this.#timeMs = timeMs;
  }

  /** Runs `set` where attributes reach somebody; `set` returns the number of features that it set, if it did. */
  attributes(set: (span: Span) => number | void): void {
    if (this.span === undefined) return;
    try {
      this.#features += set(this.span) ?? 0;
    } catch (fault) {
      warnOnce(
        `attributes ${this.#model.name}`,
        `attributes of a prediction of model '${this.#model.name}' could not be recorded.`,
        fault,
      );
    }
  }

  /** The prediction is made: what comes after is not its duration. */
  stop(): void {
    if (this.#startMs !== undefined) this.#elapsedMs = performance.now() - this.#startMs;
  }

  /** @param durationMs as the caller measured it; undefined: until `stop`. */
  end(durationMs = this.#elapsedMs, errorType?: string): void {
    if (this.#rows === 0) return;
    try {
      this.#model.metrics.record(this.#rows, durationMs, errorType);
    } catch (fault) {
      warnOnce('metrics', 'a metric of a prediction could not be recorded.', fault);
    }
    if (this.span === undefined) return;
    try {
      warnOfDropped(this.span, this.#features, this.#model.name);
      this.span.end(this.#timeMs === undefined ? undefined : eventTime(this.#timeMs + (durationMs ?? 0)));
    } catch (fault) {
      warnOnce('span', 'the span of a prediction could not be ended.', fault);
    }
  }

  /** Ends with the model's own exception. */
  fail(error: unknown, durationMs = this.#elapsedMs): void {
    const errorType = errorTypeOf(error);
    this.attributes((span) => {
      span.setAttribute(ATTRIBUTE.errorType, errorType);
      const exception = typeof error === 'object' && error !== null ? (error as Exception) : String(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(exception) });
      span.recordException(exception);
    });
    this.end(durationMs, errorType);
  }
}

function messageOf(exception: Exception): string | undefined {
  const message: unknown = typeof exception === 'string' ? exception : exception.message;
  return typeof message === 'string' ? message : undefined;
}

/** The attributes that a model's spans start with: samplers see these. */
export function startAttributes(name: string, version: string, role: string | undefined): Attributes {
  const attributes: Attributes = { [ATTRIBUTE.modelName]: name, [ATTRIBUTE.modelVersion]: version };
  if (role !== undefined) attributes[ATTRIBUTE.modelRole] = role;
  return attributes;
}
