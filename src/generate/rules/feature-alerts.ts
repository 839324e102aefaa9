/**
 * Alerts about distributions of features and outputs. Drift asks for three things: more than the threshold (it matters), more
 * than the critical value at this number of observations (it is not luck), and a q-value, so that a version of many features
 * is not one of many alerts. A drift statistic is published only with enough data, so 'ready' needs no matcher, and a
 * q-value only against references that alert, so that no rule needs their names. A shift is the early warning, with a
 * promised time between false ones.
 */
import { durationMs, type Config } from '../../config/index.js';
import {
  FEATURE_METRIC,
  LABEL,
  MULTIVARIATE_METRIC,
  PREDICTION_METRIC,
  prometheusName,
  RECONSTRUCTION_ERROR,
  type LabelName,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, noneOf, oneOf, select, type Matcher } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, EARLY, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, lookupNames, VALUE, WHO } from './annotation.js';
import { RECORDED } from './recording-rules.js';

const featureOnly = [LABEL.modelName, LABEL.modelVersion, LABEL.feature];
const outputOnly = [LABEL.modelName, LABEL.modelVersion, LABEL.output];
export const featureLabels = [...featureOnly, LABEL.window];
const outputLabels = [...outputOnly, LABEL.window];
export const FEATURE_DASHBOARD = {
  name: 'feature',
  variables: { model: LABEL.modelName, version: LABEL.modelVersion, feature: LABEL.feature, window: LABEL.window },
} as const;

/** What is computed of all features together says something else than what a model answers. */
const predicted: readonly Matcher[] = noneOf(LABEL.output, [RECONSTRUCTION_ERROR]);
const reconstructed: readonly Matcher[] = [equal(LABEL.output, RECONSTRUCTION_ERROR)];

const EXCESS = lookupNames(
  [LABEL.modelName, LABEL.modelVersion, LABEL.window],
  (of) => `topk(2, max by (${LABEL.feature}) (${prometheusName(MULTIVARIATE_METRIC.excess)}{${of}}))`,
  LABEL.feature,
);

interface DriftMetrics {
  readonly drift: MetricDefinition;
  readonly driftCriticalValue: MetricDefinition;
  readonly driftQValue: MetricDefinition;
  readonly shiftEvidence: MetricDefinition;
  readonly windowObservations: MetricDefinition;
}

function drift(
  metrics: DriftMetrics,
  labels: readonly LabelName[],
  subject: string,
  scope: Scope,
  config: Config,
  matchers: readonly Matcher[] = [],
): AlertText {
  const statistic = config.alerts.driftStatistic;
  const threshold = scope.thresholds[statistic];
  const isStatistic = equal(LABEL.statistic, statistic);
  const windows = oneOf(LABEL.window, scope.windows);
  const value = select(prometheusName(metrics.drift), [isStatistic, windows, ...matchers, ...scope.matchers]);
  const critical = select(prometheusName(metrics.driftCriticalValue), [isStatistic]);
  const qValue = prometheusName(metrics.driftQValue);
  const rate = config.compare.falseAlarmRate;
  const withStatistic = [...labels, LABEL.reference, LABEL.statistic];
  const criticalNow = lookup(
    withStatistic,
    (of) => `max(${prometheusName(metrics.driftCriticalValue)}{${of}})`,
    'number',
  );
  const observations = lookup(labels, (of) => `sum(${prometheusName(metrics.windowObservations)}{${of}})`, 'count');
  return {
    condition: aggregateBy(
      'max',
      withStatistic,
      `\n    ${value} > ${threshold}\n      >\n    ${critical}\n      and ignoring (${LABEL.statistic})\n    ${qValue} <= ${rate}\n  `,
    ),
    summary: `${WHO}: ${subject} drifted from its reference over ${label(LABEL.window)}`,
    description: `${statistic} of ${subject} is ${VALUE.number} over ${label(LABEL.window)} against the reference '${label(LABEL.reference)}'. It matters above ${threshold}, and chance explains no more than ${criticalNow} at ${observations} observations.`,
  };
}

/** Early warnings are for whom looks at short windows: minutes of what varies by the day say nothing of it. */
const SHIFT_WINDOW_MS = 3_600_000;

/**
 * What arrives is not the reference's any more. It is news for an hour: by then a window tells whether it matters, and what
 * varies by the hour of the day has been seen the day before, so that it warns once and not daily.
 */
function shift(
  metrics: DriftMetrics,
  labels: readonly LabelName[],
  subject: string,
  scope: Scope,
  config: Config,
): AlertText | undefined {
  if (!scope.windows.some((window) => durationMs(window) <= SHIFT_WINDOW_MS)) return undefined;
  const evidence = select(prometheusName(metrics.shiftEvidence), scope.matchers);
  const versionOn = `on (${LABEL.modelName}, ${LABEL.modelVersion}) group_left ()`;
  const over = (series: string): string => `${series}\n      > ${versionOn}\n    ${RECORDED.shiftThreshold.name}`;
  const now = aggregateBy('max', labels, evidence);
  const before = aggregateBy('max', labels, `max_over_time(${evidence}[1d:10m] offset 1h)`);
  return {
    condition: `${over(now)}\n    unless on (${labels.join(', ')})\n  (${over(before)})`,
    summary: `${WHO}: ${subject} begins to differ from its reference`,
    description: `The values of ${subject} that arrive are not its reference's: without a change, evidence like this is seen once in ${VALUE.duration}; one of the version's features warns falsely once in ${config.alerts.falseShiftEvery}. It says nothing yet of how much it matters.`,
  };
}

export const FEATURE_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'FeatureDrift',
    subject: 'feature',
    for: '1m',
    severity: BY_TIER,
    thresholds: (config) => [config.alerts.driftStatistic],
    dashboard: { ...FEATURE_DASHBOARD, variables: { ...FEATURE_DASHBOARD.variables, reference: LABEL.reference } },
    build: (scope, config) => drift(FEATURE_METRIC, featureLabels, `feature ${label(LABEL.feature)}`, scope, config),
  },
  {
    name: 'PredictionDrift',
    subject: 'output',
    for: '1m',
    severity: BY_TIER,
    thresholds: (config) => [config.alerts.driftStatistic],
    dashboard: { name: 'fleet', variables: { model: LABEL.modelName, window: LABEL.window } },
    build: (scope, config) =>
      drift(PREDICTION_METRIC, outputLabels, `the prediction's ${label(LABEL.output)}`, scope, config, predicted),
  },
  {
    name: 'MultivariateDrift',
    subject: 'output',
    for: '1m',
    severity: BY_TIER,
    thresholds: (config) => [config.alerts.driftStatistic],
    dashboard: { name: 'fleet', variables: { model: LABEL.modelName, window: LABEL.window } },
    build: (scope, config) => {
      const drifted = drift(PREDICTION_METRIC, outputLabels, 'the reconstruction error', scope, config, reconstructed);
      return {
        ...drifted,
        summary: `${WHO}: features do not hang together as in the reference over ${label(LABEL.window)}`,
        description: `${drifted.description} Most of it is in: ${EXCESS}.`,
      };
    },
  },
  {
    name: 'FeatureShift',
    subject: 'feature',
    for: '0s',
    severity: EARLY,
    thresholds: () => [],
    dashboard: {
      name: 'feature',
      variables: { model: LABEL.modelName, version: LABEL.modelVersion, feature: LABEL.feature },
    },
    build: (scope, config) => shift(FEATURE_METRIC, featureOnly, `feature ${label(LABEL.feature)}`, scope, config),
  },
  {
    name: 'PredictionShift',
    subject: 'output',
    for: '0s',
    severity: EARLY,
    thresholds: () => [],
    dashboard: { name: 'fleet', variables: { model: LABEL.modelName } },
    build: (scope, config) =>
      shift(PREDICTION_METRIC, outputOnly, `the prediction's ${label(LABEL.output)}`, scope, config),
  },
];
