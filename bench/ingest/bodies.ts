/**
 * OTLP/HTTP protobuf bodies as the OpenTelemetry SDK for JavaScript writes them: 512 predictions each, of real flights.
 *
 * A receiver counts a span that is delivered again only once, so a body must not be sent twice as it is. `refresh` gives it
 * new trace and span ids and the present as its time, in place: the positions are found once, by a walk over the bytes.
 */
import { randomFillSync } from 'node:crypto';
import { SpanKind, type Attributes } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { seededRandom } from '../../src/lib/random.js';
import { ATTRIBUTE } from '../../src/registry/index.js';
import { type FeatureCount, type FeatureValue, type FlightRow, scoreOf, withFeatures } from './flight-rows.js';

export const PREDICTIONS_PER_BODY = 512;
export const LAYOUTS = ['flat', 'kvlist', 'columns', 'columns-bytes'] as const;
/** Attribute by attribute, `ml.features`, arrays in one span, the same with numbers as float64 bytes. */
export type Layout = (typeof LAYOUTS)[number];

export const MODEL = { name: 'flight_delay', version: '7' };
const MAX_ATTRIBUTES = 256;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Values that the SDK's serializer takes and its `setAttribute` does not yet: maps and bytes. */
type SentValue = FeatureValue | FeatureValue[] | Uint8Array | Readonly<Record<string, FeatureValue>>;
type SentAttributes = Record<string, SentValue>;

/** Bodies of the same layout, one for each 512 of `rows`. */
export function makeBodies(rows: readonly FlightRow[], features: FeatureCount, layout: Layout): Uint8Array[] {
  const narrow = withFeatures(rows, features);
  const bodies: Uint8Array[] = [];
  for (let from = 0; from + PREDICTIONS_PER_BODY <= narrow.length; from += PREDICTIONS_PER_BODY) {
    bodies.push(makeBody(narrow.slice(from, from + PREDICTIONS_PER_BODY), layout));
  }
  return bodies;
}

function makeBody(rows: readonly FlightRow[], layout: Layout): Uint8Array {
  const perSpan: SentAttributes[] =
    layout === 'flat' || layout === 'kvlist' ? rows.map((row) => ofRow(row, layout)) : [ofColumns(rows, layout)];
  const bytes = ProtobufTraceSerializer.serializeRequest(spansWith(perSpan));
  if (bytes === undefined) throw new Error('the SDK serialized nothing');
  return bytes;
}

function ofRow(row: FlightRow, layout: 'flat' | 'kvlist'): SentAttributes {
  const attributes: SentAttributes = modelAttributes();
  if (layout === 'kvlist') attributes[ATTRIBUTE.features] = row;
  else for (const name in row) attributes[ATTRIBUTE.featurePrefix + name] = row[name];
  const score = scoreOf(row);
  attributes[ATTRIBUTE.predictionValue] = score > 0.5;
  attributes[ATTRIBUTE.predictionScore] = score;
  return attributes;
}

function ofColumns(rows: readonly FlightRow[], layout: 'columns' | 'columns-bytes'): SentAttributes {
  const attributes: SentAttributes = modelAttributes();
  attributes[ATTRIBUTE.batchSize] = rows.length;
  const column = (values: FeatureValue[]): SentValue =>
    layout === 'columns-bytes' && typeof values[0] === 'number'
      ? new Uint8Array(Float64Array.from(values as number[]).buffer)
      : values;
  for (const name in rows[0]) attributes[ATTRIBUTE.featurePrefix + name] = column(rows.map((row) => row[name]));
  const scores = rows.map(scoreOf);
  attributes[ATTRIBUTE.predictionValue] = scores.map((score) => score > 0.5);
  attributes[ATTRIBUTE.predictionScore] = column(scores);
  return attributes;
}

function modelAttributes(): SentAttributes {
  return { [ATTRIBUTE.modelName]: MODEL.name, [ATTRIBUTE.modelVersion]: MODEL.version };
}

/** Ended spans of the real SDK. What its `setAttribute` would refuse is laid over the span it made. */
function spansWith(attributesOfSpans: readonly SentAttributes[]): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const nothing = () => Promise.resolve();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'flight-delay-service',
      'service.version': '3.4.1',
      'service.instance.id': 'b5f1f2de-6f0e-4d4d-9d27-3f1f0a0f7f60',
      'deployment.environment.name': 'production',
      'host.name': 'node-17',
    }),
    spanLimits: { attributeCountLimit: MAX_ATTRIBUTES },
    spanProcessors: [{ onStart: () => {}, onEnd: (span) => ended.push(span), forceFlush: nothing, shutdown: nothing }],
  });
  const tracer = provider.getTracer('flight-delay', '3.4.1');
  const random = seededRandom(attributesOfSpans.length);
  const nowMs = Date.now();
  return attributesOfSpans.map((attributes) => {
    const plain = Object.values(attributes).every(isPlain);
    const span = tracer.startSpan(`predict ${MODEL.name}`, {
      kind: SpanKind.INTERNAL,
      startTime: nowMs,
      attributes: plain ? (attributes as Attributes) : {},
    });
    span.end(nowMs + 2 + 18 * random.next() ** 3);
    const made = ended[ended.length - 1];
    return plain ? made : (Object.create(made, { attributes: { value: attributes } }) as ReadableSpan);
  });
}

function isPlain(value: SentValue): boolean {
  return typeof value !== 'object' || Array.isArray(value);
}

/** A body that can be sent again and again, as another one each time. */
export class FreshBody {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #spans: readonly SpanPositions[];
  readonly #ids: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#spans = findSpans(this.#view);
    this.#ids = new Uint8Array(this.#spans.length * (TRACE_ID_BYTES + SPAN_ID_BYTES));
  }

  /** New ids, and times that end now. */
  refresh(): void {
    const { bytes } = this;
    const view = this.#view;
    const ids = randomFillSync(this.#ids);
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    let from = 0;
    for (const { traceId, spanId, startTime, endTime, durationNs } of this.#spans) {
      bytes.set(ids.subarray(from, from + TRACE_ID_BYTES), traceId);
      bytes.set(ids.subarray(from + TRACE_ID_BYTES, from + TRACE_ID_BYTES + SPAN_ID_BYTES), spanId);
      from += TRACE_ID_BYTES + SPAN_ID_BYTES;
      view.setBigUint64(startTime, nowNs - durationNs, true);
      view.setBigUint64(endTime, nowNs, true);
    }
  }
}

interface SpanPositions {
  readonly traceId: number;
  readonly spanId: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly durationNs: bigint;
}

/** Field numbers of `ExportTraceServiceRequest`, `ResourceSpans`, `ScopeSpans` and `Span`. */
const RESOURCE_SPANS = 1;
const SCOPE_SPANS = 2;
const SPANS = 2;
const SPAN = { traceId: 1, spanId: 2, startTime: 7, endTime: 8 };

function findSpans(view: DataView): SpanPositions[] {
  const found: SpanPositions[] = [];
  for (const group of fields(view, 0, view.byteLength)) {
    if (group.number !== RESOURCE_SPANS) continue;
    for (const scope of fields(view, group.start, group.end)) {
      if (scope.number !== SCOPE_SPANS) continue;
      for (const span of fields(view, scope.start, scope.end)) {
        if (span.number === SPANS) found.push(positions(view, span.start, span.end));
      }
    }
  }
  return found;
}

function positions(view: DataView, start: number, end: number): SpanPositions {
  const at = new Map<number, number>();
  for (const field of fields(view, start, end)) at.set(field.number, field.start);
  const of = (number: number): number => {
    const position = at.get(number);
    if (position === undefined) throw new Error(`a span lacks field ${number}`);
    return position;
  };
  const [startTime, endTime] = [of(SPAN.startTime), of(SPAN.endTime)];
  const durationNs = view.getBigUint64(endTime, true) - view.getBigUint64(startTime, true);
  return { traceId: of(SPAN.traceId), spanId: of(SPAN.spanId), startTime, endTime, durationNs };
}

interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The fields of one message that the SDK wrote; its own bytes are trusted. */
function* fields(view: DataView, start: number, end: number): Iterable<Field> {
  let at = start;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < end) {
    const tag = varint();
    const wireType = tag & 7;
    let length = 0;
    if (wireType === 1) length = 8;
    else if (wireType === 5) length = 4;
    else if (wireType === 2) length = varint();
    const valueStart = at;
    if (wireType === 0) varint();
    else at += length;
    yield { number: tag >>> 3, start: valueStart, end: at };
  }
}
