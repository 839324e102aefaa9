/**
 * Alerts about a model as a service and as a predictor: it fails, it is slow, it is slower than its other versions, it
 * stopped, its ground truth stopped, its performance fell. All sums are over replicas.
 */
import { durationMs, type Config } from '../../config/index.js';
import { LABEL, MODEL_METRIC, prometheusName } from '../../registry/index.js';
import { aggregateBy, equal, oneOf, select } from '../promql.js';
import { criticalShare, expectedBeforeHalvingCounts, expectedBeforeSilenceCounts } from '../significance.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, NEVER_PAGES, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, percent, VALUE, WHO } from './annotation.js';
import { RATE_SECONDS, RECORDED } from './recording-rules.js';

const version = [LABEL.modelName, LABEL.modelVersion] as const;
const versionOn = `on (${version.join(', ')})`;
const versionWindow = [...version, LABEL.window] as const;
const FLEET = { name: 'fleet', variables: { model: LABEL.modelName } } as const;

/** A 95th percentile of fewer predictions than this is little more than their maximum. */
const LATENCY_PREDICTIONS_MIN = 20;
/** A version this many times as slow as the others is slower. */
const SLOWER_FACTOR = 2;
/** Percentiles come from buckets up to 2.5 times as wide as their lower bound; the mean is exact, and must agree. */
const SLOWER_MEAN_FACTOR = 1.2;
/** Nobody is called for fewer seconds than this. */
const SLOWER_SECONDS_MIN = 0.01;
/** A coverage below this share of yesterday's is a drop. */
const COVERAGE_DROP = 0.5;

const inFiveMinutes = (rate: string): string => `(${rate} * ${RATE_SECONDS})`;
const seconds = (duration: string): number => durationMs(duration) / 1000;

function errors(scope: Scope, config: Config): AlertText {
  const threshold = scope.thresholds.errors;
  const ratio = select(RECORDED.errorRatio.name, scope.matchers);
  const n = inFiveMinutes(RECORDED.predictionRate.name);
  const critical = criticalShare(`${threshold}`, n, config.compare.falseAlarmRate);
  return {
    condition: threshold === 0 ? `${ratio} > 0` : `${ratio} > ${threshold}\n    > ${versionOn}\n  (${critical})`,
    summary: `${WHO}: predictions fail`,
    description: `${VALUE.percentage} of the predictions of the last 5 minutes failed; it matters above ${percent(threshold)}, and this is more than chance explains at their number.`,
  };
}

function latency(scope: Scope): AlertText {
  const p95 = select(RECORDED.latencyP95.name, scope.matchers);
  return {
    condition: `${p95} > ${seconds(scope.thresholds.latencyP95)}\n    and ${versionOn}\n  ${inFiveMinutes(RECORDED.predictionRate.name)} >= ${LATENCY_PREDICTIONS_MIN}`,
    summary: `${WHO}: predictions are slow`,
    description: `The 95th percentile of the latency is ${VALUE.duration} over 5 minutes; it matters above ${scope.thresholds.latencyP95}.`,
  };
}

function slowerThanOthers(scope: Scope): AlertText {
  const { latencyP95, latencyMean, othersLatencyP95, othersLatencyMean, predictionRate, othersRate } = RECORDED;
  const others = lookup(version, (of) => `${othersLatencyP95.name}{${of}}`, 'duration');
  return {
    condition: [
      `${select(latencyP95.name, scope.matchers)} > ${SLOWER_FACTOR} * ${othersLatencyP95.name}`,
      `  and ${latencyP95.name} > ${othersLatencyP95.name} + ${SLOWER_SECONDS_MIN}`,
      `  and ${latencyMean.name} > ${SLOWER_MEAN_FACTOR} * ${othersLatencyMean.name}`,
      `  and ${inFiveMinutes(predictionRate.name)} >= ${LATENCY_PREDICTIONS_MIN}`,
      `  and ${inFiveMinutes(othersRate.name)} >= ${LATENCY_PREDICTIONS_MIN}`,
    ].join('\n  '),
    summary: `${WHO}: slower than the model's other versions`,
    description: `The 95th percentile of this version's latency is ${VALUE.duration} over 5 minutes; that of the other versions is ${others}.`,
  };
}

function noTraffic(scope: Scope, config: Config): AlertText {
  const predictions = prometheusName(MODEL_METRIC.predictions);
  const increase = (range: string): string =>
    aggregateBy('sum', [LABEL.modelName], `increase(${select(predictions, scope.matchers)}[${range}])`);
  const hourBefore = `increase(${select(predictions, scope.matchers)}[1h] offset 10m)`;
  const increaseBefore = aggregateBy('sum', [LABEL.modelName], hourBefore);
  const expected = expectedBeforeSilenceCounts(config.compare.falseAlarmRate);
  const before = lookup(
    [LABEL.modelName],
    (of) => `round(sum(increase(${predictions}{${of}}[1h] offset 10m)), 10)`,
    'count',
  );
  return {
    // A sixth of the hour before is what ten minutes would bring; of fewer than that, ten minutes without one are luck.
    condition: `${increase('10m')} == 0\n    and on (${LABEL.modelName})\n  ${increaseBefore} / 6 > ${expected}`,
    summary: `${label(LABEL.modelName)}: no predictions`,
    description: `No version of the model has made a prediction for 10 minutes; in the hour before there were about ${before}.`,
  };
}

function groundTruthMissing(scope: Scope, config: Config): AlertText {
  const windows = oneOf(LABEL.window, config.alerts.windows);
  const coverageName = prometheusName(MODEL_METRIC.groundTruthCoverage);
  const selected = select(coverageName, [windows, ...scope.matchers]);
  const coverage = aggregateBy('max', versionWindow, selected);
  const yesterday = aggregateBy('max', versionWindow, `${selected} offset 1d`);
  const predictions = aggregateBy(
    'sum',
    versionWindow,
    select(prometheusName(MODEL_METRIC.windowPredictions), [windows]),
  );
  const expected = expectedBeforeHalvingCounts(config.compare.falseAlarmRate);
  const before = lookup(versionWindow, (of) => `max(${coverageName}{${of}} offset 1d)`, 'percentage');
  return {
    // The same time yesterday: outcomes often come in daily batches, which makes the coverage a saw-tooth.
    condition: `${coverage} < ${COVERAGE_DROP} * ${yesterday}\n    and\n  ${yesterday} * ${predictions} > ${expected}`,
    summary: `${WHO}: ground truth stays out`,
    description: `Of the predictions of the last ${label(LABEL.window)}, ${VALUE.percentage} have their ground truth; at this time yesterday it was ${before}. Performance is blind until it comes.`,
  };
}

function performance(statistic: 'accuracy' | 'auc', scope: Scope, config: Config): AlertText | undefined {
  const threshold = scope.thresholds[statistic];
  if (threshold === 0) return undefined;
  const windows = oneOf(LABEL.window, config.alerts.windows);
  const upper = select(prometheusName(MODEL_METRIC.performanceUpper), [
    equal(LABEL.statistic, statistic),
    windows,
    ...scope.matchers,
  ]);
  const labels = [...versionWindow, LABEL.statistic];
  const value = lookup(labels, (of) => `min(${prometheusName(MODEL_METRIC.performance)}{${of}})`, 'number');
  const pairs = lookup(
    versionWindow,
    (of) => `sum(${prometheusName(MODEL_METRIC.performanceObservations)}{${of}})`,
    'count',
  );
  return {
    condition: `${aggregateBy('max', labels, upper)} < ${threshold}`,
    summary: `${WHO}: ${statistic} fell`,
    description: `${statistic} over ${label(LABEL.window)} is ${value} on ${pairs} predictions with ground truth, and at most ${VALUE.number} with 95% confidence; it shall not fall below ${threshold}.`,
  };
}

const none = (): readonly never[] => [];

export const MODEL_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'ModelErrors',
    subject: 'version',
    for: '2m',
    severity: BY_TIER,
    thresholds: () => ['errors'],
    dashboard: FLEET,
    build: errors,
  },
  {
    name: 'ModelLatency',
    subject: 'version',
    for: '2m',
    severity: BY_TIER,
    thresholds: () => ['latencyP95'],
    dashboard: FLEET,
    build: latency,
  },
  {
    name: 'ModelSlowerThanOthers',
    subject: 'version',
    for: '2m',
    severity: NEVER_PAGES,
    thresholds: none,
    dashboard: FLEET,
    build: slowerThanOthers,
  },
  {
    name: 'ModelNoTraffic',
    subject: 'model',
    for: '1m',
    severity: BY_TIER,
    thresholds: none,
    dashboard: FLEET,
    build: noTraffic,
  },
  {
    name: 'GroundTruthMissing',
    subject: 'version',
    for: '1m',
    severity: BY_TIER,
    thresholds: none,
    dashboard: FLEET,
    build: groundTruthMissing,
  },
  ...(['accuracy', 'auc'] as const).map((statistic): AlertDefinition => ({
    name: 'ModelPerformance',
    subject: 'version',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [statistic],
    dashboard: FLEET,
    build: (scope, config) => performance(statistic, scope, config),
  })),
];
