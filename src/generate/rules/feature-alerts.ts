/**
 * Alerts about distributions of features and outputs, the ground truth among them. Drift asks for three things: more than the threshold (it matters), more
 * than the critical value at this number of observations (it is not luck), and a q-value, so that a version of many features
 * is not one of many alerts. A drift statistic is published only with enough data, so 'ready' needs no matcher, and a
 * q-value only against references that alert, so that no rule needs their names. A shift is the early warning, with a
 * promised time between false ones.
 */
import { durationMs, type Config } from '../../config/index.js';
import {
  FEATURE_METRIC,
  LABEL,
  GROUND_TRUTH,
  MULTIVARIATE_METRIC,
  PREDICTED_OUTPUTS,
  PREDICTION_METRIC,
  prometheusName,
  RECONSTRUCTION_ERROR,
  type LabelName,
  type MetricDefinition,
  type Output,
} from '../../registry/index.js';
import { aggregateBy, equal, oneOf, select } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, EARLY, NEVER_PAGES, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, lookupNames, type SeverityByTier, VALUE, WHO } from './annotation.js';
import { RECORDED } from './recording-rules.js';

const featureOnly = [LABEL.modelName, LABEL.modelVersion, LABEL.feature];
const outputOnly = [LABEL.modelName, LABEL.modelVersion, LABEL.output];
export const featureLabels = [...featureOnly, LABEL.window];
const outputLabels = [...outputOnly, LABEL.window];
export const FEATURE_DASHBOARD = {
  name: 'feature',
  variables: { model: LABEL.modelName, version: LABEL.modelVersion, feature: LABEL.feature, window: LABEL.window },
} as const;

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
): AlertText {
  const statistic = config.alerts.driftStatistic;
  const threshold = scope.thresholds[statistic];
  const isStatistic = equal(LABEL.statistic, statistic);
  const windows = oneOf(LABEL.window, scope.windows);
  const value = select(prometheusName(metrics.drift), [isStatistic, windows, ...scope.matchers]);
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

interface OutputGroup {
  /** What its alerts' names begin with. */
  readonly name: string;
  readonly subject: string;
  readonly severity: SeverityByTier;
  /** Outputs whose drift it tells of, and those whose shift. */
  readonly drift: readonly Output[];
  readonly shift: readonly Output[];
}

const OUTPUT_GROUPS: readonly OutputGroup[] = [
  {
    name: 'Prediction',
    subject: `the prediction's ${label(LABEL.output)}`,
    severity: BY_TIER,
    drift: PREDICTED_OUTPUTS,
    shift: [...PREDICTED_OUTPUTS, RECONSTRUCTION_ERROR],
  },
  {
    // The world has changed, not the model: nothing that a night's work mends.
    name: 'GroundTruth',
    subject: 'the ground truth',
    severity: NEVER_PAGES,
    drift: [GROUND_TRUTH],
    shift: [GROUND_TRUTH],
  },
];

function narrowed(scope: Scope, outputs: readonly Output[]): Scope {
  return { ...scope, matchers: [oneOf(LABEL.output, outputs), ...scope.matchers] };
}

function outputAlerts({ name, subject, severity, ...outputs }: OutputGroup): AlertDefinition[] {
  return [
    {
      name: `${name}Drift`,
      subject: 'output',
      for: '1m',
      severity,
      thresholds: (config) => [config.alerts.driftStatistic],
      dashboard: { name: 'fleet', variables: { model: LABEL.modelName, window: LABEL.window } },
      build: (scope, config) => drift(PREDICTION_METRIC, outputLabels, subject, narrowed(scope, outputs.drift), config),
    },
    {
      name: `${name}Shift`,
      subject: 'output',
      for: '0s',
      severity: EARLY,
      thresholds: () => [],
      dashboard: { name: 'fleet', variables: { model: LABEL.modelName } },
      build: (scope, config) => shift(PREDICTION_METRIC, outputOnly, subject, narrowed(scope, outputs.shift), config),
    },
  ];
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
    name: 'MultivariateDrift',
    subject: 'output',
    for: '1m',
    severity: BY_TIER,
    thresholds: (config) => [config.alerts.driftStatistic],
    dashboard: { name: 'fleet', variables: { model: LABEL.modelName, window: LABEL.window } },
    build: (scope, config) => {
      const drifted = drift(
        PREDICTION_METRIC,
        outputLabels,
        'the reconstruction error',
        narrowed(scope, [RECONSTRUCTION_ERROR]),
        config,
      );
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
  ...OUTPUT_GROUPS.flatMap(outputAlerts),
];
