/** Reference pages that are the registry in other words: attributes, metrics, reasons, error codes. */
import {
  ATTRIBUTES,
  EMBEDDING_METRIC,
  ERROR_CODES,
  EVENT,
  FEATURE_METRIC,
  IGNORED,
  MODEL_METRIC,
  MULTIVARIATE_METRIC,
  PREDICTION_METRIC,
  PROCESS_METRIC,
  prometheusName,
  REJECTED,
  SEGMENT_FEATURE_METRIC,
  SEGMENT_METRIC,
  SEGMENT_PREDICTION_METRIC,
  SERVICE_METRIC,
  SKEW_METRIC,
  type MetricDefinition,
} from '../../registry/index.js';
import type { GeneratedFile } from '../generated-file.js';
import { code, markdownPage, markdownTable } from './markdown.js';

function attributesPage(): string {
  const rows = ATTRIBUTES.map((attribute) => [
    code(attribute.template ? `${attribute.name}<name>` : attribute.name),
    attribute.type,
    attribute.brief,
    attribute.examples.map((example) => code(String(example))).join(', '),
  ]);
  const events = Object.values(EVENT).map((name) => `- ${code(name)}`);
  return markdownPage(
    'Attributes',
    'What telemetry carries in. Any OpenTelemetry SDK in any language can set these; no package of ours is needed.',
    markdownTable(['Attribute', 'Type', 'Meaning', 'Examples'], rows),
    `## Events\n\nLog records whose EventName is one of these carry the same attributes as a span would:\n\n${events.join('\n')}`,
  );
}

function metricSection(
  title: string,
  note: string,
  ...metrics: readonly Readonly<Record<string, MetricDefinition>>[]
): string {
  const rows = metrics
    .flatMap(Object.values<MetricDefinition>)
    .map((metric) => [
      code(prometheusName(metric)),
      metric.kind,
      metric.unit === '' ? 'own unit' : metric.unit,
      metric.labels.map(code).join(', '),
      metric.help,
    ]);
  return `## ${title}\n\n${note}\n\n${markdownTable(['Metric', 'Kind', 'Unit', 'Labels', 'Meaning'], rows)}`;
}

function metricsPage(): string {
  const service = Object.values(SERVICE_METRIC).map((metric) => [
    code(metric.instrument),
    metric.kind,
    metric.unit,
    metric.help,
  ]);
  return markdownPage(
    'Metrics',
    'What comes out on `/metrics`. Names are OpenTelemetry instruments, translated to Prometheus by the rules of OpenTelemetry. A histogram has the series `_bucket`, `_sum` and `_count`. A name that is over its limit goes to `__overflow__`.',
    metricSection('Models', 'One series per model version and what else stands in the labels.', MODEL_METRIC),
    metricSection('Features', 'One per feature of a model version.', FEATURE_METRIC),
    metricSection(
      'Outputs',
      "The same of a prediction's `value` and `score`, and of its `reconstruction_error`: how badly the principal components of the reference reconstruct the features of a prediction, in the reference's standard deviations. It sees features that do not hang together any more, where each alone is distributed as it was. Of very many predictions a part is looked at, and counted.",
      PREDICTION_METRIC,
      MULTIVARIATE_METRIC,
    ),
    metricSection('Training-serving skew', 'Offline features against those that the model was served.', SKEW_METRIC),
    metricSection(
      'Segments',
      'Of the parts of a version that `observe.segments` names. A segment is compared with its own first predictions, in the bins of its version; the segments of one name add up to the version. One that is not named is answered from the sample of recent predictions: `GET /api/segments?model=…&version=…&where=country=DE,age>=60`.',
      SEGMENT_METRIC,
      SEGMENT_FEATURE_METRIC,
      SEGMENT_PREDICTION_METRIC,
    ),
    metricSection('Embeddings', 'One per embedding of a model version.', EMBEDDING_METRIC),
    metricSection(
      'Plumbline itself',
      '`received = observed + rejected + ignored` holds at any moment.',
      PROCESS_METRIC,
    ),
    `## What an instrumented service records itself\n\nThrough the OpenTelemetry metrics API, next to its spans.\n\n${markdownTable(['Instrument', 'Kind', 'Unit', 'Meaning'], service)}`,
  );
}

function reasonsPage(): string {
  const rows = (reasons: Readonly<Record<string, { reason: string; brief: string }>>): string =>
    markdownTable(
      ['Reason', 'Meaning'],
      Object.values(reasons).map(({ reason, brief }) => [code(reason), brief]),
    );
  return markdownPage(
    'Reasons',
    `Why an item was not observed: the \`reason\` label of \`${prometheusName(PROCESS_METRIC.rejected)}\` and \`${prometheusName(PROCESS_METRIC.ignored)}\`.`,
    `## Rejected\n\nMeant for us, and not valid: the sender has something to repair.\n\n${rows(REJECTED)}`,
    `## Ignored\n\nNot for us, or counted elsewhere: nobody has anything to do.\n\n${rows(IGNORED)}`,
  );
}

function errorCodesPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([errorCode, meaning]) => [code(errorCode), meaning]);
  return markdownPage(
    'Error codes',
    'What `plumbline` prints when it cannot go on. The code is stable; the sentence around it names the key and what to do.',
    markdownTable(['Code', 'Meaning'], rows),
  );
}

export function registryPages(): GeneratedFile[] {
  return [
    { path: 'attributes.md', text: attributesPage() },
    { path: 'metrics.md', text: metricsPage() },
    { path: 'reasons.md', text: reasonsPage() },
    { path: 'error-codes.md', text: errorCodesPage() },
  ];
}
