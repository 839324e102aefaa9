/**
 * The oracle's schema as far as the decoder walks it, so that protobufjs and the decoder must agree on every input, to
 * the byte. What the decoder does not walk is opaque here: its length must fit, its content may be anything.
 *
 * Where this is laxer than the whole schema (each is a decision, told in docs/otlp-conformance.md):
 * - messages that carry nothing we observe (events, links, scopes, bodies, entity references) are not looked into;
 * - text is not checked to be UTF-8: it becomes U+FFFD where it is shown, and costs no batch;
 * - `*_strindex`, which belong to profiles, are unknown fields.
 */
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const WALKED = new Set([
  'ExportTraceServiceRequest.resourceSpans',
  'ResourceSpans.resource',
  'ResourceSpans.scopeSpans',
  'ScopeSpans.spans',
  'Span.attributes',
  'Span.status',
  'ExportLogsServiceRequest.resourceLogs',
  'ResourceLogs.resource',
  'ResourceLogs.scopeLogs',
  'ScopeLogs.logRecords',
  'LogRecord.attributes',
  'Resource.attributes',
  'KeyValue.value',
  'AnyValue.arrayValue',
  'AnyValue.kvlistValue',
  'ArrayValue.values',
  'KeyValueList.values',
]);
/** Of metrics. What a metric holds, and its points, are decoded one by one where the metric is wanted. */
const WALKED_METRICS = new Set([
  'ExportMetricsServiceRequest.resourceMetrics',
  'ResourceMetrics.resource',
  'ResourceMetrics.scopeMetrics',
  'ScopeMetrics.metrics',
  'Resource.attributes',
  'HistogramDataPoint.attributes',
  'ExponentialHistogramDataPoint.attributes',
  'ExponentialHistogramDataPoint.positive',
  'ExponentialHistogramDataPoint.negative',
  'KeyValue.value',
  'AnyValue.arrayValue',
  'AnyValue.kvlistValue',
  'ArrayValue.values',
  'KeyValueList.values',
]);
const METRIC_DATA = new Set(['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']);
/** Everything else is a scalar in both schemas. */
const SCALAR = new Set(['bytes', ...Object.keys(protobuf.types.basic)]);
const OF_PROFILES = /Strindex$/;

const ofRecords = reducedSchema(WALKED);
const ofMetrics = reducedSchema(WALKED_METRICS);

export const WALKED_REQUEST = {
  traces: typeNamed(ofRecords, 'ExportTraceServiceRequest'),
  logs: typeNamed(ofRecords, 'ExportLogsServiceRequest'),
  metrics: typeNamed(ofMetrics, 'ExportMetricsServiceRequest'),
};

/** What `Metric` holds as bytes above. Of other metrics the decoder counts the points. */
export const WALKED_DATA = {
  gauge: typeNamed(ofMetrics, 'Gauge'),
  sum: typeNamed(ofMetrics, 'Sum'),
  histogram: typeNamed(ofMetrics, 'Histogram'),
  exponentialHistogram: typeNamed(ofMetrics, 'ExponentialHistogram'),
  summary: typeNamed(ofMetrics, 'Summary'),
};
export const WALKED_POINT = {
  histogram: typeNamed(ofMetrics, 'HistogramDataPoint'),
  exponentialHistogram: typeNamed(ofMetrics, 'ExponentialHistogramDataPoint'),
};

function reducedSchema(walked: ReadonlySet<string>): protobuf.Root {
  const { root } = protobuf.parse(readFileSync(new URL('../oracle/otlp.proto', import.meta.url), 'utf8'));
  reduce(root, walked);
  return root.resolveAll() as protobuf.Root;
}

function reduce(space: protobuf.NamespaceBase, walked: ReadonlySet<string>): void {
  if (space instanceof protobuf.Type) {
    for (const field of space.fieldsArray) {
      if (OF_PROFILES.test(field.name)) space.remove(field);
      else if (field.type === 'string' || isOpaque(space, field, walked)) field.type = 'bytes';
      if (space.name === 'Metric' && METRIC_DATA.has(field.name)) repeatOutsideOfOneof(space, field);
    }
  }
  for (const child of space.nestedArray) if (child instanceof protobuf.Namespace) reduce(child, walked);
}

/** A member that comes twice is merged, so every time it comes counts. */
function repeatOutsideOfOneof(type: protobuf.Type, field: protobuf.Field): void {
  const { name, id } = field;
  type.oneofs.data.remove(field);
  type.remove(field);
  type.add(new protobuf.Field(name, id, 'bytes', 'repeated'));
}

function isOpaque(type: protobuf.Type, field: protobuf.Field, walked: ReadonlySet<string>): boolean {
  if (SCALAR.has(field.type) || walked.has(`${type.name}.${field.name}`)) return false;
  return !(type.lookup(field.type) instanceof protobuf.Enum);
}

function typeNamed(space: protobuf.NamespaceBase, name: string): protobuf.Type {
  const found = namedIn(space, name);
  if (found === undefined) throw new Error(`The schema has no ${name}.`);
  return found;
}

function namedIn(space: protobuf.NamespaceBase, name: string): protobuf.Type | undefined {
  if (space instanceof protobuf.Type && space.name === name) return space;
  for (const child of space.nestedArray) {
    const found = child instanceof protobuf.Namespace ? namedIn(child, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
