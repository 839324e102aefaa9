/**
 * Alerts about segments, where the configuration names any. None of them pages: what is wrong with all predictions shows in the
 * alerts of the version, and a part of them is for a look in working hours. Drift asks for what a version's does (`feature-alerts.ts`),
 * of psi, the statistic that segments have, and the q-value is over all subjects of all segments of one name. The bounds of
 * performance are corrected for the number of segments, so that twenty of them are not one false alarm.
 */
import type { Config } from '../../config/index.js';
import {
  LABEL,
  prometheusName,
  SEGMENT_FEATURE_METRIC,
  SEGMENT_METRIC,
  SEGMENT_PREDICTION_METRIC,
  type LabelName,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, oneOf, select, type Matcher } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { NEVER_PAGES, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, VALUE, WHO } from './annotation.js';

const STATISTIC = 'psi';
const segment = [LABEL.modelName, LABEL.modelVersion, LABEL.segment, LABEL.segmentValue, LABEL.window] as const;
const IN = `${label(LABEL.segment)} ${label(LABEL.segmentValue)}`;
const dashboard = { name: 'fleet', variables: { model: LABEL.modelName, window: LABEL.window } } as const;

const looked = ({ windows, matchers }: Scope): readonly Matcher[] => [oneOf(LABEL.window, windows), ...matchers];
const shown = (labels: readonly LabelName[], metric: MetricDefinition): string =>
  lookup(labels, (of) => `max(${prometheusName(metric)}{${of}})`, 'number');

interface DriftMetrics {
  readonly drift: MetricDefinition;
  readonly driftCriticalValue: MetricDefinition;
  readonly driftQValue: MetricDefinition;
}

function drift(metrics: DriftMetrics, name: LabelName, subject: string, scope: Scope, config: Config): AlertText {
  const threshold = scope.thresholds[STATISTIC];
  const value = select(prometheusName(metrics.drift), [equal(LABEL.statistic, STATISTIC), ...looked(scope)]);
  const critical = select(prometheusName(metrics.driftCriticalValue), [equal(LABEL.statistic, STATISTIC)]);
  const qValue = `${prometheusName(metrics.driftQValue)} <= ${config.compare.falseAlarmRate}`;
  const labels = [...segment, name, LABEL.statistic];
  const predictions = lookup(
    segment,
    (of) => `sum(${prometheusName(SEGMENT_METRIC.windowPredictions)}{${of}})`,
    'count',
  );
  return {
    condition: aggregateBy(
      'max',
      labels,
      `\n    ${value} > ${threshold}\n      >\n    ${critical}\n      and ignoring (${LABEL.statistic})\n    ${qValue}\n  `,
    ),
    summary: `${WHO}: ${subject} drifted in ${IN} over ${label(LABEL.window)}`,
    description: `In the segment ${IN}, ${STATISTIC} of ${subject} is ${VALUE.number} over ${label(LABEL.window)} against the segment's own first predictions. It matters above ${threshold}, and chance explains no more than ${shown(labels, metrics.driftCriticalValue)} at ${predictions} predictions.`,
  };
}

const onPairs = lookup(
  segment,
  (of) => `sum(${prometheusName(SEGMENT_METRIC.performanceObservations)}{${of}})`,
  'count',
);
const ofStatistic = [...segment, LABEL.statistic];

/** Below what is asked of the model. */
function performance(statistic: 'accuracy' | 'auc', scope: Scope): AlertText | undefined {
  const threshold = scope.thresholds[statistic];
  if (threshold === 0) return undefined;
  const atMost = select(prometheusName(SEGMENT_METRIC.performanceAtMost), [
    equal(LABEL.statistic, statistic),
    ...looked(scope),
  ]);
  return {
    condition: `${aggregateBy('max', ofStatistic, atMost)} < ${threshold}`,
    summary: `${WHO}: ${statistic} is low in ${IN}`,
    description: `In the segment ${IN}, ${statistic} over ${label(LABEL.window)} is ${shown(ofStatistic, SEGMENT_METRIC.performance)} on ${onPairs} predictions with ground truth, and below ${VALUE.number} whatever the number of segments; it shall not fall below ${threshold}.`,
  };
}

/** Below what the model does elsewhere. */
function lag(scope: Scope): AlertText {
  const matchers = looked(scope);
  const behind = select(prometheusName(SEGMENT_METRIC.performanceLag), matchers);
  const proved = `${prometheusName(SEGMENT_METRIC.performanceLagLower)} > 0`;
  const statistic = label(LABEL.statistic);
  return {
    condition: aggregateBy(
      'max',
      ofStatistic,
      `\n    ${behind} > ${scope.thresholds.segmentLag}\n      and\n    ${proved}\n  `,
    ),
    summary: `${WHO}: ${statistic} in ${IN} lags behind the other segments`,
    description: `In the segment ${IN}, ${statistic} over ${label(LABEL.window)} is ${shown(ofStatistic, SEGMENT_METRIC.performance)} on ${onPairs} predictions with ground truth: ${VALUE.number} below that of all others together, and more than ${shown(ofStatistic, SEGMENT_METRIC.performanceLagLower)} whatever the number of segments. It matters above ${scope.thresholds.segmentLag}.`,
  };
}

export const SEGMENT_DRIFT_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'SegmentDrift',
    subject: 'feature',
    for: '1m',
    severity: NEVER_PAGES,
    thresholds: () => [STATISTIC],
    dashboard,
    build: (scope, config) =>
      drift(SEGMENT_FEATURE_METRIC, LABEL.feature, `feature ${label(LABEL.feature)}`, scope, config),
  },
  {
    name: 'SegmentPredictionDrift',
    subject: 'output',
    for: '1m',
    severity: NEVER_PAGES,
    thresholds: () => [STATISTIC],
    dashboard,
    build: (scope, config) =>
      drift(SEGMENT_PREDICTION_METRIC, LABEL.output, `the prediction's ${label(LABEL.output)}`, scope, config),
  },
];

export const SEGMENT_PERFORMANCE_ALERTS: readonly AlertDefinition[] = [
  ...(['accuracy', 'auc'] as const).map((statistic): AlertDefinition => ({
    name: 'SegmentPerformance',
    subject: 'version',
    for: '1m',
    severity: NEVER_PAGES,
    thresholds: () => [statistic],
    dashboard,
    build: (scope) => performance(statistic, scope),
  })),
  {
    name: 'SegmentLag',
    subject: 'version',
    for: '1m',
    severity: NEVER_PAGES,
    thresholds: () => ['segmentLag'],
    dashboard,
    build: lag,
  },
];
