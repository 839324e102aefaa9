/** Panels of segments: how predictions are divided, which segments have moved, and how the model does in each of them. */
import {
  LABEL,
  prometheusName,
  SEGMENT_FEATURE_METRIC,
  SEGMENT_METRIC,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, select, type Matcher, type QueryLabel } from '../promql.js';
import { inWindow, ofModels } from './fleet-panels.js';
import type { PanelDefinition, PanelRow } from './panel-definition.js';

const SHOWN = 10;
const segment = [LABEL.modelName, LABEL.modelVersion, LABEL.segment, LABEL.segmentValue] as const;
const WHO = segment.map((label) => `{{${label}}}`).join(' ');
const chart = { kind: 'timeseries', width: 12, height: 8 } as const;

const largest = (labels: readonly QueryLabel[], metric: MetricDefinition, ...more: Matcher[]): string =>
  aggregateBy('max', labels, select(prometheusName(metric), [ofModels, inWindow, ...more]));

const COLUMNS = {
  [LABEL.modelName]: 'Model',
  [LABEL.modelVersion]: 'Version',
  [LABEL.segment]: 'Segment',
  [LABEL.segmentValue]: 'of value',
} as const;
/** Rows of a table. */
const ROWS = 30;

/** Names for the values of a table's queries. */
const values = (titles: readonly string[]): Record<string, string> =>
  Object.fromEntries(titles.map((title, index) => [`Value #${'ABCDEF'[index]}`, title]));

function moved(drift: string, criticalValue: string, qValue: string): PanelDefinition {
  const most = `topk(${ROWS}, ${drift} / ${criticalValue})`;
  return {
    kind: 'table',
    title: 'Which segments moved',
    description: `The ${ROWS} pairs of segment and feature that have moved most over the chosen window, by psi as a multiple of its critical value. A q-value up to the false-alarm rate says that it is not one of many.`,
    unit: 'none',
    decimals: 3,
    width: 24,
    height: 8,
    queries: [most, `${drift} and ${most}`, `${qValue} and ${most}`].map((expr) => ({ expr, instant: true })),
    columns: { ...COLUMNS, [LABEL.feature]: 'Feature', ...values(['of its critical value', 'psi', 'q-value']) },
    noValue: 'not enough data',
  };
}

function performance(): PanelDefinition[] {
  const statistic = equal(LABEL.statistic, '$statistic');
  const of = (metric: MetricDefinition): string => largest(segment, metric, statistic);
  const queries = [
    of(SEGMENT_METRIC.performance),
    of(SEGMENT_METRIC.performanceLower),
    of(SEGMENT_METRIC.performanceUpper),
    largest(segment, SEGMENT_METRIC.performanceObservations),
    of(SEGMENT_METRIC.performanceLag),
    of(SEGMENT_METRIC.performanceLagLower),
  ];
  return [
    {
      kind: 'table',
      title: 'Performance by segment',
      description:
        'The chosen statistic over the chosen window, with its 95% interval and the predictions with ground truth behind it; how far it lags behind the other segments together (accuracy, AUC), and the least that this is: above 0 it is no chance, whatever the number of segments.',
      unit: 'none',
      decimals: 3,
      width: 12,
      height: 9,
      queries: queries.map((expr) => ({ expr, instant: true })),
      columns: { ...COLUMNS, ...values(['value', 'at least', 'at most', 'pairs', 'lag', 'lag at least']) },
      styles: [{ fields: /^pairs$/, unit: 'short' }],
      noValue: 'no ground truth',
    },
    {
      ...chart,
      title: 'Performance of the worst segments',
      description: `The chosen statistic over the chosen window, of the ${SHOWN} segments where it is lowest.`,
      unit: 'none',
      height: 9,
      noValue: 'no ground truth',
      queries: [{ expr: `bottomk(${SHOWN}, ${of(SEGMENT_METRIC.performance)})`, legend: WHO }],
    },
  ];
}

export function segmentRow(): PanelRow {
  const ofFeature = [...segment, LABEL.feature] as const;
  const drift = largest(ofFeature, SEGMENT_FEATURE_METRIC.drift);
  const criticalValue = largest(ofFeature, SEGMENT_FEATURE_METRIC.driftCriticalValue);
  const qValue = largest(ofFeature, SEGMENT_FEATURE_METRIC.driftQValue);
  return {
    title: 'Segments',
    panels: [
      {
        ...chart,
        title: 'Predictions by segment',
        description: `The ${SHOWN} largest segments, where configuration names any (observe.segments), over the chosen window. __overflow__ is all others together.`,
        unit: 'short',
        min: 0,
        noValue: 'no segments',
        queries: [{ expr: `topk(${SHOWN}, ${largest(segment, SEGMENT_METRIC.windowPredictions)})`, legend: WHO }],
      },
      {
        ...chart,
        title: 'Drift of segments',
        description: `Features of segments that have drifted most from the segment's own first predictions: psi as a multiple of its critical value. Of many segments some pass 1 by chance: their q-values say which are more than that.`,
        unit: 'none',
        min: 0,
        noValue: 'not enough data',
        queries: [{ expr: `topk(${SHOWN}, ${drift} / ${criticalValue})`, legend: `${WHO} {{${LABEL.feature}}}` }],
      },
      moved(drift, criticalValue, qValue),
      ...performance(),
    ],
  };
}
