/** Panels of the embeddings of one version, all of them together, for there are few: drift, lengths, and what is wrong. */
import type { EmbeddingAlertStatistic } from '../../registry/index.js';
import { EMBEDDING_METRIC, LABEL, prometheusName, type MetricDefinition } from '../../registry/index.js';
import { aggregateBy, equal, select, type Matcher, type QueryLabel } from '../promql.js';
import { RECORDED } from '../rules/recording-rules.js';
import type { PanelDefinition, PanelRow } from './panel-definition.js';

const ofVersion: readonly Matcher[] = [equal(LABEL.modelName, '$model'), equal(LABEL.modelVersion, '$version')];
const inWindow: readonly Matcher[] = [...ofVersion, equal(LABEL.window, '$window')];
const against: readonly Matcher[] = [...inWindow, equal(LABEL.reference, '$reference')];
const per = (labels: readonly QueryLabel[], series: string): string =>
  aggregateBy('max', [LABEL.embedding, ...labels], series);
const legend = (...labels: readonly QueryLabel[]): string =>
  [LABEL.embedding, ...labels].map((label) => `{{${label}}}`).join(' ');

const half = { kind: 'timeseries', width: 12, height: 8, noValue: 'no embedding, or not enough vectors' } as const;
const CRITICAL = { fields: /critical value$/, color: 'orange', dashed: true } as const;
const THRESHOLD = { fields: /threshold$/, color: 'red', dashed: true } as const;
const REFERENCE = { fields: /^reference/, color: 'text', dashed: true } as const;

function driftPanels(statistic: EmbeddingAlertStatistic): PanelDefinition[] {
  const isStatistic = equal(LABEL.statistic, statistic);
  const drift = (metric: MetricDefinition, ...more: Matcher[]): string =>
    select(prometheusName(metric), [...against, ...more]);
  return [
    {
      ...half,
      title: `Embeddings: ${statistic}`,
      description: `${statistic} of each embedding over the chosen window against the chosen reference, with what chance alone reaches at this number of vectors and the threshold of the alert.`,
      unit: 'none',
      min: 0,
      queries: [
        { expr: per([], drift(EMBEDDING_METRIC.drift, isStatistic)), legend: legend() },
        {
          expr: per([], drift(EMBEDDING_METRIC.driftCriticalValue, isStatistic)),
          legend: `${legend()} critical value`,
        },
        {
          expr: per([], select(RECORDED.embeddingThreshold.name, [...inWindow, isStatistic])),
          legend: `${legend()} threshold`,
        },
      ],
      styles: [CRITICAL, THRESHOLD],
    },
    {
      ...half,
      title: 'Embeddings: drift as a multiple of its critical value',
      description:
        'Distance of the mean vectors (euclidean, cosine) and maximum mean discrepancy of the directions (mmd) from the chosen reference, over what they reach with no drift at the configured false-alarm rate. Above 1 is more than chance.',
      unit: 'none',
      min: 0,
      queries: [
        {
          expr: per(
            [LABEL.statistic],
            [EMBEDDING_METRIC.drift, EMBEDDING_METRIC.driftCriticalValue].map((metric) => drift(metric)).join(' / '),
          ),
          legend: legend(LABEL.statistic),
        },
      ],
    },
  ];
}

const over = (matchers: readonly Matcher[], metric: MetricDefinition, ...more: Matcher[]): string =>
  select(prometheusName(metric), [...matchers, ...more]);

const shape: readonly PanelDefinition[] = [
  {
    ...half,
    title: 'Embeddings: length of the vectors',
    description: "Mean Euclidean length of the window's vectors, and of the reference's (dashed).",
    unit: 'short',
    queries: [
      { expr: per([], over(inWindow, EMBEDDING_METRIC.length, equal(LABEL.moment, 'mean'))), legend: legend() },
      {
        expr: per([], over(ofVersion, EMBEDDING_METRIC.referenceLength, equal(LABEL.moment, 'mean'))),
        legend: `reference: ${legend()}`,
      },
    ],
    styles: [REFERENCE],
  },
  {
    ...half,
    title: 'Embeddings: values that are no vectors, or not finite',
    description:
      'Shares of the window. Another number of dimensions than the training file or the first vector has is a type mismatch.',
    unit: 'percentunit',
    min: 0,
    queries: [
      { expr: per([], over(inWindow, EMBEDDING_METRIC.windowTypeMismatch)), legend: `${legend()} type mismatch` },
      { expr: per([], over(inWindow, EMBEDDING_METRIC.windowNonFinite)), legend: `${legend()} not finite` },
    ],
  },
  {
    ...half,
    title: 'Embeddings: q-value',
    description:
      'Chance that a version without drift has anything at which its drift is as improbable as here: an alert needs at most the configured false-alarm rate. Only against references that alert.',
    unit: 'sci',
    queries: [{ expr: per([], over(against, EMBEDDING_METRIC.driftQValue)), legend: legend() }],
  },
  {
    ...half,
    kind: 'state-timeline',
    title: 'Embeddings: wrong as a whole',
    description: 'collapsed: all vectors of the window are the same, or zero, and those of the reference are not.',
    unit: 'none',
    noValue: 'nothing',
    queries: [
      { expr: per([LABEL.finding], over(inWindow, EMBEDDING_METRIC.windowFinding)), legend: legend(LABEL.finding) },
    ],
    texts: { '1': { text: 'yes', color: 'orange' } },
  },
];

export function embeddingRow(statistic: EmbeddingAlertStatistic): PanelRow {
  return { title: 'Embeddings', panels: [...driftPanels(statistic), ...shape] };
}
