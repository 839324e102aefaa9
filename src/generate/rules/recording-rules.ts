/**
 * What rules and dashboards would otherwise compute again and again: owners to join on, rates and latencies per version
 * over all replicas, and the drift threshold that holds for each feature or embedding, so that a panel can draw it. Names follow
 * Prometheus's `level:metric:operation`.
 */
import { durationMs, EMBEDDING_THRESHOLDS, type Config } from '../../config/index.js';
import {
  BIN,
  EMBEDDING_METRIC,
  FEATURE_METRIC,
  LABEL,
  MODEL_METRIC,
  PREDICTION_METRIC,
  prometheusName,
  type LabelName,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, oneOf, PROMETHEUS_LABEL, select, type QueryLabel } from '../promql.js';
import { alertWindows, thresholdScopes, type ThresholdKey } from '../threshold-scopes.js';
import type { RecordingRule } from './rule.js';

/** Rates are over this long: 20 scrapes, so that one failed scrape does not show. */
export const RATE_SECONDS = 300;
const RATE = '5m';

const recordName = (level: string, metric: MetricDefinition, operation: string): string =>
  `${level}:${prometheusName(metric).replace(/_total$/, '')}:${operation}`;

const version = [LABEL.modelName, LABEL.modelVersion] as const;
const versionOn = `on (${version.join(', ')})`;

export interface RecordedSeries {
  readonly name: string;
  /** Besides those of the scrape. */
  readonly labels: readonly LabelName[];
}

/** The recorded series, with the labels that each has. */
export const RECORDED = {
  versionOwner: {
    name: recordName('model_version', MODEL_METRIC.info, 'owner'),
    labels: [...version, LABEL.owner, LABEL.tier],
  },
  modelOwner: {
    name: recordName('model', MODEL_METRIC.info, 'owner'),
    labels: [LABEL.modelName, LABEL.owner, LABEL.tier],
  },
  predictionRate: { name: recordName('model_version', MODEL_METRIC.predictions, 'rate5m'), labels: version },
  errorRatio: { name: recordName('model_version', MODEL_METRIC.errors, 'ratio_rate5m'), labels: version },
  latencyP95: { name: recordName('model_version', MODEL_METRIC.duration, 'p95_rate5m'), labels: version },
  latencyMean: { name: recordName('model_version', MODEL_METRIC.duration, 'mean_rate5m'), labels: version },
  othersRate: { name: recordName('other_versions', MODEL_METRIC.predictions, 'rate5m'), labels: version },
  othersLatencyP95: { name: recordName('other_versions', MODEL_METRIC.duration, 'p95_rate5m'), labels: version },
  othersLatencyMean: { name: recordName('other_versions', MODEL_METRIC.duration, 'mean_rate5m'), labels: version },
  featureThreshold: {
    name: recordName('feature', FEATURE_METRIC.drift, 'threshold'),
    labels: [...version, LABEL.feature, LABEL.window, LABEL.statistic],
  },
  outputThreshold: {
    name: recordName('output', PREDICTION_METRIC.drift, 'threshold'),
    labels: [...version, LABEL.output, LABEL.window, LABEL.statistic],
  },
  embeddingThreshold: {
    name: recordName('embedding', EMBEDDING_METRIC.drift, 'threshold'),
    labels: [...version, LABEL.embedding, LABEL.window, LABEL.statistic],
  },
  shiftThreshold: { name: recordName('model_version', FEATURE_METRIC.shiftEvidence, 'threshold'), labels: version },
  referenceMissing: {
    name: recordName('feature', FEATURE_METRIC.referenceBin, 'missing'),
    labels: [...version, LABEL.feature, LABEL.window],
  },
} as const satisfies Record<string, RecordedSeries>;

const rate = (series: string): string => `rate(${series}[${RATE}])`;
const ofVersion = (series: string): string => aggregateBy('sum', version, rate(series));
const ofOthers = (series: string): string =>
  `(${aggregateBy('sum', [LABEL.modelName], rate(series))}\n    - on (${LABEL.modelName}) group_right ()\n  ${ofVersion(series)})`;

/** One owner per label set whatever the replicas say, or a join on it would fail while they disagree. */
function ownerBy(labels: readonly LabelName[]): string {
  const owners = aggregateBy('max', [...labels, LABEL.owner, LABEL.tier], prometheusName(MODEL_METRIC.info));
  return `topk by (${labels.join(', ')}) (1,\n  ${owners}\n)`;
}

function latencyRules(): RecordingRule[] {
  const duration = prometheusName(MODEL_METRIC.duration);
  const [bucket, sum, count] = [`${duration}_bucket`, `${duration}_sum`, `${duration}_count`];
  const byBucket: QueryLabel[] = [...version, PROMETHEUS_LABEL.le];
  const ownBuckets = aggregateBy('sum', byBucket, rate(bucket));
  const allBuckets = aggregateBy('sum', [LABEL.modelName, PROMETHEUS_LABEL.le], rate(bucket));
  const othersBuckets = `${allBuckets}\n    - on (${LABEL.modelName}, ${PROMETHEUS_LABEL.le}) group_right ()\n  ${ownBuckets}`;
  return [
    { record: RECORDED.latencyP95.name, expr: `histogram_quantile(0.95, ${ownBuckets})` },
    { record: RECORDED.latencyMean.name, expr: `${ofVersion(sum)}\n  /\n(${ofVersion(count)} > 0)` },
    { record: RECORDED.othersLatencyP95.name, expr: `histogram_quantile(0.95,\n  ${othersBuckets}\n)` },
    { record: RECORDED.othersLatencyMean.name, expr: `${ofOthers(sum)}\n  /\n(${ofOthers(count)} > 0)` },
  ];
}

interface ThresholdRule {
  readonly recorded: RecordedSeries;
  readonly metric: MetricDefinition;
  readonly subject: Parameters<typeof thresholdScopes>[2];
  readonly statistic: string;
  readonly threshold: ThresholdKey;
}

function thresholds({ alerts: { driftStatistic, embeddingStatistic } }: Config): ThresholdRule[] {
  const drift = { statistic: driftStatistic, threshold: driftStatistic };
  const ofEmbeddings = { statistic: embeddingStatistic, threshold: EMBEDDING_THRESHOLDS[embeddingStatistic] };
  return [
    { recorded: RECORDED.featureThreshold, metric: FEATURE_METRIC.drift, subject: 'feature', ...drift },
    { recorded: RECORDED.outputThreshold, metric: PREDICTION_METRIC.drift, subject: 'output', ...drift },
    { recorded: RECORDED.embeddingThreshold, metric: EMBEDDING_METRIC.drift, subject: 'model', ...ofEmbeddings },
  ];
}

/** A constant per feature, output or embedding: what the configuration says for it. */
function thresholdRule(
  config: Config,
  { recorded, metric, subject, statistic, threshold }: ThresholdRule,
): RecordingRule {
  const constants = thresholdScopes(config, [threshold], subject).map(({ matchers, thresholds: ofScope }) => {
    const drift = select(prometheusName(metric), [equal(LABEL.statistic, statistic), ...matchers]);
    return `${aggregateBy('max', recorded.labels, drift)} * 0 + ${ofScope[threshold]}`;
  });
  return { record: recorded.name, expr: constants.join('\n  or\n') };
}

/**
 * Evidence that a version's features and outputs together reach with no change once in `falseShiftEvery` on average: each
 * of k detectors may do so once in k times that. Replicas have detectors of their own, and are counted.
 */
function shiftThresholdRule(config: Config): RecordingRule {
  const detectors = [FEATURE_METRIC, PREDICTION_METRIC].map(({ shiftEvidence }) => prometheusName(shiftEvidence));
  const count = `count by (${version.join(', ')}) (${detectors.join(' or ')})`;
  return {
    record: RECORDED.shiftThreshold.name,
    expr: `${count} * ${durationMs(config.alerts.falseShiftEvery) / 1000}`,
  };
}

/** The reference's own share of missing values, once per window; 0 where the reference says nothing of it. */
function referenceMissingRule(config: Config): RecordingRule {
  const observations = prometheusName(FEATURE_METRIC.windowObservations);
  const zero = `${select(observations, [oneOf(LABEL.window, alertWindows(config))])} * 0`;
  const missing = select(prometheusName(FEATURE_METRIC.referenceBin), [equal(LABEL.bin, BIN.missing)]);
  const matching = [PROMETHEUS_LABEL.job, PROMETHEUS_LABEL.instance, ...version, LABEL.feature].join(', ');
  return {
    record: RECORDED.referenceMissing.name,
    expr: `(${zero}\n    + on (${matching}) group_left ()\n  ${missing})\n  or\n${zero}`,
  };
}

export function recordingRules(config: Config): RecordingRule[] {
  const predictions = prometheusName(MODEL_METRIC.predictions);
  const errors = ofVersion(prometheusName(MODEL_METRIC.errors));
  return [
    { record: RECORDED.versionOwner.name, expr: ownerBy(version) },
    { record: RECORDED.modelOwner.name, expr: ownerBy([LABEL.modelName]) },
    { record: RECORDED.predictionRate.name, expr: ofVersion(predictions) },
    {
      record: RECORDED.errorRatio.name,
      // A version that has never failed has no error series: that is a ratio of 0, not of nothing.
      expr: `(${errors}\n    or\n  ${ofVersion(predictions)} * 0)\n  / ${versionOn}\n(${ofVersion(predictions)} > 0)`,
    },
    { record: RECORDED.othersRate.name, expr: ofOthers(predictions) },
    ...latencyRules(),
    ...thresholds(config).map((rule) => thresholdRule(config, rule)),
    shiftThresholdRule(config),
    referenceMissingRule(config),
  ];
}
