/** Panels of one feature's training-serving skew: how much of it differs, by how much, and what explains it. */
import { LABEL, prometheusName, SKEW_METRIC, type MetricDefinition } from '../../registry/index.js';
import { aggregateBy, equal, select } from '../promql.js';
import type { PanelDefinition } from './panel-definition.js';

const inWindow = [
  equal(LABEL.modelName, '$model'),
  equal(LABEL.modelVersion, '$version'),
  equal(LABEL.feature, '$feature'),
  equal(LABEL.window, '$window'),
];
const now = (metric: MetricDefinition): string => `max(${select(prometheusName(metric), inWindow)})`;
const third = { kind: 'timeseries', width: 8, height: 8, noValue: 'no offline values' } as const;

export const skewPanels: readonly PanelDefinition[] = [
  {
    ...third,
    title: 'Served otherwise than trained',
    description:
      'Share of the compared predictions whose online value is not the offline one of the same prediction or entity, with its 95% interval. Distributions may agree all the same.',
    unit: 'percentunit',
    min: 0,
    queries: [
      { expr: now(SKEW_METRIC.mismatched), legend: 'differ' },
      { expr: now(SKEW_METRIC.mismatchedLower), legend: 'at least' },
      { expr: now(SKEW_METRIC.mismatchedUpper), legend: 'at most' },
    ],
    styles: [{ fields: /^at /, color: 'text', dashed: true }],
  },
  {
    ...third,
    title: 'By how much',
    description: 'Difference of the numbers that differ, as a share of the larger one: quantiles and mean, 0 to 2.',
    unit: 'percentunit',
    min: 0,
    noValue: 'no numbers differ',
    queries: [
      {
        expr: aggregateBy('max', [LABEL.quantile], select(prometheusName(SKEW_METRIC.difference), inWindow)),
        legend: `{{${LABEL.quantile}}}`,
      },
      { expr: now(SKEW_METRIC.differenceMean), legend: 'mean' },
    ],
  },
  {
    ...third,
    title: 'What explains it',
    description:
      'scaled: online / offline; shifted: online − offline; swapped, renamed: with which feature; missing on one side: in which share of the rows. Empty where nothing explains nine in ten of the rows that differ.',
    unit: 'none',
    decimals: 6,
    noValue: 'nothing',
    queries: [
      {
        expr: aggregateBy(
          'max',
          [LABEL.diagnosis, LABEL.detail],
          select(prometheusName(SKEW_METRIC.diagnosis), inWindow),
        ),
        legend: `{{${LABEL.diagnosis}}} {{${LABEL.detail}}}`,
      },
    ],
  },
];
