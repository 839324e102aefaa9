/**
 * OTLP bodies of any width and of any number of models, written by the OpenTelemetry SDK for JavaScript from real flights.
 * A prediction with more than a hundred features has those of several flights, each flight's under names of their own.
 */
import { type Attributes, SpanKind } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { seededRandom } from '../../src/lib/random.js';
import { ATTRIBUTE } from '../../src/registry/index.js';
import { FreshBody } from '../ingest/bodies.js';
import { type FlightRow, scoreOf } from '../ingest/flight-rows.js';

export const PREDICTIONS_PER_BODY = 512;
export const VERSION = '7';
const FEATURES_OF_A_ROW = 100;
const MAX_ATTRIBUTES = 2000;
const LATENCY_MS = 7;

export interface BodyShape {
  /** Features of each prediction. */
  readonly features: number;
  /** Features of the version: predictions take turns in which of them they have. */
  readonly featuresOfVersion?: number;
  /** Share of the features that each prediction leaves out, drawn anew for each: no two look alike. */
  readonly leftOut?: number;
  /** The models that predictions take turns in. */
  readonly models: readonly string[];
}

/** Body number `index`; each has other flights, as far as there are any. */
export function makeBody(rows: readonly FlightRow[], shape: BodyShape, index: number): FreshBody {
  const { features, featuresOfVersion = features, leftOut = 0, models } = shape;
  const random = seededRandom(index);
  const spans = Array.from({ length: PREDICTIONS_PER_BODY }, (_, place): Attributes => {
    const number = index * PREDICTIONS_PER_BODY + place;
    const turns = featuresOfVersion / features;
    return {
      [ATTRIBUTE.modelName]: models[number % models.length],
      [ATTRIBUTE.modelVersion]: VERSION,
      ...featuresFrom(rows, number, (number % turns) * features, features, () => random.next() >= leftOut),
      ...outputsOf(rows[number % rows.length]),
    };
  });
  return new FreshBody(serialized(spans));
}

/** `count` features, beginning with the version's feature number `first`. */
function featuresFrom(
  rows: readonly FlightRow[],
  number: number,
  first: number,
  count: number,
  isThere: () => boolean,
): Attributes {
  const attributes: Attributes = {};
  for (let at = first; at < first + count; at++) {
    if (!isThere()) continue;
    const flight = Math.floor(at / FEATURES_OF_A_ROW);
    const row = rows[(number + flight) % rows.length];
    const name = Object.keys(row)[at % FEATURES_OF_A_ROW];
    attributes[`${ATTRIBUTE.featurePrefix}${name}${flight === 0 ? '' : `_of_${flight}`}`] = row[name];
  }
  return attributes;
}

function outputsOf(row: FlightRow): Attributes {
  const score = scoreOf(row);
  return { [ATTRIBUTE.predictionValue]: score > 0.5, [ATTRIBUTE.predictionScore]: score };
}

function serialized(spans: readonly Attributes[]): Uint8Array {
  const ended: ReadableSpan[] = [];
  const nothing = () => Promise.resolve();
  const provider = new BasicTracerProvider({
    spanLimits: { attributeCountLimit: MAX_ATTRIBUTES },
    spanProcessors: [{ onStart: () => {}, onEnd: (span) => ended.push(span), forceFlush: nothing, shutdown: nothing }],
  });
  const tracer = provider.getTracer('flight-delay');
  const startTime = Date.now();
  for (const attributes of spans) {
    tracer.startSpan('predict', { kind: SpanKind.INTERNAL, startTime, attributes }).end(startTime + LATENCY_MS);
  }
  const bytes = ProtobufTraceSerializer.serializeRequest(ended);
  if (bytes === undefined) throw new Error('the SDK serialized nothing');
  return bytes;
}
