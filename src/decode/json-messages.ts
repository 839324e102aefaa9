/**
 * The messages of OTLP 1.11 as OTLP/JSON names them: one table per message, each row a field's lowerCamelCase name, its
 * number and its type ('[]' means repeated). The table is data so that the transcoder is one short walk, and a test
 * holds it against the whole schema. Source: github.com/open-telemetry/opentelemetry-proto, release 1.11.
 */
import { type Scalar, type ScalarKind, SCALARS } from './json-scalars.js';

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly repeated: boolean;
  /** Whether it belongs to the message's oneof; no message of OTLP has two. */
  readonly oneof: boolean;
  /** How a scalar is written; undefined where the field holds a message. */
  readonly scalar: Scalar | undefined;
  readonly message: Message | undefined;
}

export interface Message {
  readonly name: string;
  /** In the order of the table. Filled after all messages exist, since they refer to each other. */
  readonly fields: Field[];
}

type Row = readonly [name: string, number: number, type: string, oneof?: 'oneof'];

const ATTRIBUTES = 'KeyValue[]';

const TABLES = {
  ExportTraceServiceRequest: [['resourceSpans', 1, 'ResourceSpans[]']],
  ExportLogsServiceRequest: [['resourceLogs', 1, 'ResourceLogs[]']],
  ExportMetricsServiceRequest: [['resourceMetrics', 1, 'ResourceMetrics[]']],

  AnyValue: [
    ['stringValue', 1, 'string', 'oneof'],
    ['boolValue', 2, 'bool', 'oneof'],
    ['intValue', 3, 'int64', 'oneof'],
    ['doubleValue', 4, 'double', 'oneof'],
    ['arrayValue', 5, 'ArrayValue', 'oneof'],
    ['kvlistValue', 6, 'KeyValueList', 'oneof'],
    ['bytesValue', 7, 'bytes', 'oneof'],
    ['stringValueStrindex', 8, 'int32', 'oneof'],
  ],
  ArrayValue: [['values', 1, 'AnyValue[]']],
  KeyValueList: [['values', 1, 'KeyValue[]']],
  KeyValue: [
    ['key', 1, 'string'],
    ['value', 2, 'AnyValue'],
    ['keyStrindex', 3, 'int32'],
  ],
  InstrumentationScope: [
    ['name', 1, 'string'],
    ['version', 2, 'string'],
    ['attributes', 3, ATTRIBUTES],
    ['droppedAttributesCount', 4, 'uint32'],
  ],
  EntityRef: [
    ['schemaUrl', 1, 'string'],
    ['type', 2, 'string'],
    ['idKeys', 3, 'string[]'],
    ['descriptionKeys', 4, 'string[]'],
  ],
  Resource: [
    ['attributes', 1, ATTRIBUTES],
    ['droppedAttributesCount', 2, 'uint32'],
    ['entityRefs', 3, 'EntityRef[]'],
  ],

  ResourceSpans: [
    ['resource', 1, 'Resource'],
    ['scopeSpans', 2, 'ScopeSpans[]'],
    ['schemaUrl', 3, 'string'],
  ],
  ScopeSpans: [
    ['scope', 1, 'InstrumentationScope'],
    ['spans', 2, 'Span[]'],
    ['schemaUrl', 3, 'string'],
  ],
  Span: [
    ['traceId', 1, 'traceId'],
    ['spanId', 2, 'spanId'],
    ['traceState', 3, 'string'],
    ['parentSpanId', 4, 'spanId'],
    ['name', 5, 'string'],
    ['kind', 6, 'enum'],
    ['startTimeUnixNano', 7, 'fixed64'],
    ['endTimeUnixNano', 8, 'fixed64'],
    ['attributes', 9, ATTRIBUTES],
    ['droppedAttributesCount', 10, 'uint32'],
    ['events', 11, 'Event[]'],
    ['droppedEventsCount', 12, 'uint32'],
    ['links', 13, 'Link[]'],
    ['droppedLinksCount', 14, 'uint32'],
    ['status', 15, 'Status'],
    ['flags', 16, 'fixed32'],
  ],
  Event: [
    ['timeUnixNano', 1, 'fixed64'],
    ['name', 2, 'string'],
    ['attributes', 3, ATTRIBUTES],
    ['droppedAttributesCount', 4, 'uint32'],
  ],
  Link: [
    ['traceId', 1, 'traceId'],
    ['spanId', 2, 'spanId'],
    ['traceState', 3, 'string'],
    ['attributes', 4, ATTRIBUTES],
    ['droppedAttributesCount', 5, 'uint32'],
    ['flags', 6, 'fixed32'],
  ],
  Status: [
    ['message', 2, 'string'],
    ['code', 3, 'enum'],
  ],

  ResourceLogs: [
    ['resource', 1, 'Resource'],
    ['scopeLogs', 2, 'ScopeLogs[]'],
    ['schemaUrl', 3, 'string'],
  ],
  ScopeLogs: [
    ['scope', 1, 'InstrumentationScope'],
    ['logRecords', 2, 'LogRecord[]'],
    ['schemaUrl', 3, 'string'],
  ],
  LogRecord: [
    ['timeUnixNano', 1, 'fixed64'],
    ['severityNumber', 2, 'enum'],
    ['severityText', 3, 'string'],
    ['body', 5, 'AnyValue'],
    ['attributes', 6, ATTRIBUTES],
    ['droppedAttributesCount', 7, 'uint32'],
    ['flags', 8, 'fixed32'],
    ['traceId', 9, 'traceId'],
    ['spanId', 10, 'spanId'],
    ['observedTimeUnixNano', 11, 'fixed64'],
    ['eventName', 12, 'string'],
  ],

  ResourceMetrics: [
    ['resource', 1, 'Resource'],
    ['scopeMetrics', 2, 'ScopeMetrics[]'],
    ['schemaUrl', 3, 'string'],
  ],
  ScopeMetrics: [
    ['scope', 1, 'InstrumentationScope'],
    ['metrics', 2, 'Metric[]'],
    ['schemaUrl', 3, 'string'],
  ],
  Metric: [
    ['name', 1, 'string'],
    ['description', 2, 'string'],
    ['unit', 3, 'string'],
    ['gauge', 5, 'Gauge', 'oneof'],
    ['sum', 7, 'Sum', 'oneof'],
    ['histogram', 9, 'Histogram', 'oneof'],
    ['exponentialHistogram', 10, 'ExponentialHistogram', 'oneof'],
    ['summary', 11, 'Summary', 'oneof'],
    ['metadata', 12, ATTRIBUTES],
  ],
  Gauge: [['dataPoints', 1, 'NumberDataPoint[]']],
  Sum: [
    ['dataPoints', 1, 'NumberDataPoint[]'],
    ['aggregationTemporality', 2, 'enum'],
    ['isMonotonic', 3, 'bool'],
  ],
  Histogram: [
    ['dataPoints', 1, 'HistogramDataPoint[]'],
    ['aggregationTemporality', 2, 'enum'],
  ],
  ExponentialHistogram: [
    ['dataPoints', 1, 'ExponentialHistogramDataPoint[]'],
    ['aggregationTemporality', 2, 'enum'],
  ],
  Summary: [['dataPoints', 1, 'SummaryDataPoint[]']],
  NumberDataPoint: [
    ['startTimeUnixNano', 2, 'fixed64'],
    ['timeUnixNano', 3, 'fixed64'],
    ['asDouble', 4, 'double', 'oneof'],
    ['exemplars', 5, 'Exemplar[]'],
    ['asInt', 6, 'sfixed64', 'oneof'],
    ['attributes', 7, ATTRIBUTES],
    ['flags', 8, 'uint32'],
  ],
  HistogramDataPoint: [
    ['startTimeUnixNano', 2, 'fixed64'],
    ['timeUnixNano', 3, 'fixed64'],
    ['count', 4, 'fixed64'],
    ['sum', 5, 'double'],
    ['bucketCounts', 6, 'fixed64[]'],
    ['explicitBounds', 7, 'double[]'],
    ['exemplars', 8, 'Exemplar[]'],
    ['attributes', 9, ATTRIBUTES],
    ['flags', 10, 'uint32'],
    ['min', 11, 'double'],
    ['max', 12, 'double'],
  ],
  ExponentialHistogramDataPoint: [
    ['attributes', 1, ATTRIBUTES],
    ['startTimeUnixNano', 2, 'fixed64'],
    ['timeUnixNano', 3, 'fixed64'],
    ['count', 4, 'fixed64'],
    ['sum', 5, 'double'],
    ['scale', 6, 'sint32'],
    ['zeroCount', 7, 'fixed64'],
    ['positive', 8, 'Buckets'],
    ['negative', 9, 'Buckets'],
    ['flags', 10, 'uint32'],
    ['exemplars', 11, 'Exemplar[]'],
    ['min', 12, 'double'],
    ['max', 13, 'double'],
    ['zeroThreshold', 14, 'double'],
  ],
  Buckets: [
    ['offset', 1, 'sint32'],
    ['bucketCounts', 2, 'uint64[]'],
  ],
  SummaryDataPoint: [
    ['startTimeUnixNano', 2, 'fixed64'],
    ['timeUnixNano', 3, 'fixed64'],
    ['count', 4, 'fixed64'],
    ['sum', 5, 'double'],
    ['quantileValues', 6, 'ValueAtQuantile[]'],
    ['attributes', 7, ATTRIBUTES],
    ['flags', 8, 'uint32'],
  ],
  ValueAtQuantile: [
    ['quantile', 1, 'double'],
    ['value', 2, 'double'],
  ],
  Exemplar: [
    ['timeUnixNano', 2, 'fixed64'],
    ['asDouble', 3, 'double', 'oneof'],
    ['spanId', 4, 'spanId'],
    ['traceId', 5, 'traceId'],
    ['asInt', 6, 'sfixed64', 'oneof'],
    ['filteredAttributes', 7, ATTRIBUTES],
  ],
} as const satisfies Record<string, readonly Row[]>;

export type MessageName = keyof typeof TABLES;

type TypeIn<Rows> = Rows extends readonly (readonly [string, number, infer Type, ...unknown[]])[] ? Type : never;
type TypeUsed = TypeIn<(typeof TABLES)[MessageName]>;

/** Fails to compile where a row names a type that is neither a scalar nor a message. */
type Known = ScalarKind | MessageName;
type Unknown = Exclude<TypeUsed, Known | `${Known}[]`>;
const ROWS: [Unknown] extends [never] ? Readonly<Record<MessageName, readonly Row[]>> : Unknown = TABLES;

const MESSAGES = new Map<string, Message>(Object.keys(ROWS).map((name) => [name, { name, fields: [] }]));
for (const [name, message] of MESSAGES) {
  for (const row of ROWS[name as MessageName]) message.fields.push(fieldOf(row));
}

export function messageNamed(name: MessageName): Message {
  return MESSAGES.get(name) as Message;
}

function fieldOf([name, number, type, oneof]: Row): Field {
  const repeated = type.endsWith('[]');
  const element = repeated ? type.slice(0, -2) : type;
  const scalar = element in SCALARS ? SCALARS[element as ScalarKind] : undefined;
  return { name, number, repeated, oneof: oneof !== undefined, scalar, message: MESSAGES.get(element) };
}
