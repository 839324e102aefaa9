/**
 * Ground truth: the actual outcome of a prediction, sent when it is known, from this process or another. It is a span of
 * its own that carries the value and the prediction's id, because the OpenTelemetry API has no logs. Where the id is that
 * of a span, the two are linked, so that a trace viewer leads from one to the other.
 *
 * A head sampler that drops spans drops ground truth as well: keep the spans named `ground_truth …` where one samples.
 */
import {
  SpanKind,
  trace,
  TraceFlags,
  type Attributes,
  type AttributeValue,
  type Link,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { ATTRIBUTE } from '../registry/index.js';
import { columnAttribute, rowsOf } from './column.js';
import { eventTime } from './event-time.js';
import { warnOnce } from './fault.js';
import { asScalar } from './feature-attributes.js';
import { type GroundTruthOptions } from './model-options.js';
import { type Column } from './feature-values.js';
import { type PredictionValue } from './prediction-values.js';
import { SCOPE } from './scope.js';

/** Rows of one span; longer columns are sent as several. */
const ROWS_MAX = 8192;
const SPAN_ID = /^([0-9a-f]{32}):([0-9a-f]{16})$/;

export interface GroundTruth extends GroundTruthOptions {
  /** The model's name, as it was given to `instrumentModel`. */
  readonly model: string;
  /** The id that the prediction returned. */
  readonly id: string;
  readonly value: PredictionValue;
  /** Absent: the global one. */
  readonly tracerProvider?: TracerProvider;
}

/** Records one ground truth, in any process. Never throws; with no SDK, or for an empty id, it does nothing. */
export function recordGroundTruth(groundTruth: GroundTruth): void {
  try {
    const { model, id, value, tracerProvider } = groundTruth;
    const sent = asScalar(value);
    if (id === '' || sent === undefined) return;
    send(
      tracerOf(tracerProvider),
      model,
      groundTruth,
      { [ATTRIBUTE.predictionId]: id, [ATTRIBUTE.groundTruthValue]: sent },
      linksTo(id),
    );
  } catch (fault) {
    warnOnce('ground truth', 'a ground truth could not be recorded.', fault);
  }
}

/** Records a column of ground truths; `ids` and `values` have the same length, and rows with an empty id are left out. */
export function recordGroundTruths(
  tracer: Tracer,
  model: string,
  ids: readonly string[],
  values: Column<PredictionValue>,
  options: GroundTruthOptions | undefined,
): void {
  if (rowsOf(values) !== ids.length) {
    warnOnce(
      `ground truths ${model}`,
      `ground truths of model '${model}' have another number of values than of ids, and are not sent.`,
    );
    return;
  }
  const known: number[] = [];
  for (let row = 0; row < ids.length; row++)
    if (ids[row] !== '' && values[row] !== null && values[row] !== undefined) known.push(row);
  for (let start = 0; start < known.length; start += ROWS_MAX) {
    const rows = known.slice(start, start + ROWS_MAX);
    const sent = columnAttribute(rows.map((row) => values[row]));
    if (sent === undefined) continue;
    send(tracer, model, options, {
      [ATTRIBUTE.batchSize]: rows.length,
      [ATTRIBUTE.predictionId]: rows.map((row) => ids[row]),
      [ATTRIBUTE.groundTruthValue]: sent,
    });
  }
}

function send(
  tracer: Tracer,
  model: string,
  options: GroundTruthOptions | undefined,
  outcome: Attributes & Record<string, AttributeValue>,
  links?: Link[],
): void {
  const time = options?.time === undefined ? undefined : eventTime(options.time);
  const attributes: Attributes = { [ATTRIBUTE.modelName]: model, ...outcome };
  if (options?.source !== undefined) attributes[ATTRIBUTE.groundTruthSource] = options.source;
  tracer.startSpan(`ground_truth ${model}`, { kind: SpanKind.INTERNAL, attributes, links, startTime: time }).end(time);
}

function linksTo(id: string): Link[] | undefined {
  const match = SPAN_ID.exec(id);
  if (match === null) return undefined;
  return [{ context: { traceId: match[1], spanId: match[2], traceFlags: TraceFlags.NONE } }];
}

function tracerOf(provider: TracerProvider | undefined): Tracer {
  return (provider ?? trace.getTracerProvider()).getTracer(SCOPE);
}
