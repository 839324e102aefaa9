/**
 * Alerts about embeddings. Drift asks for what a feature's does (`feature-alerts.ts`): more than the threshold, more than the
 * critical value, and a q-value over all that the version tests in the window. Vectors that are none, or not finite, ask for more
 * than the reference tolerates; collapsed ones have been allowed for chance where they are found.
 */
import { EMBEDDING_THRESHOLDS, type Config } from '../../config/index.js';
import {
  EMBEDDING_METRIC,
  LABEL,
  prometheusName,
  type EmbeddingCheck,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, oneOf, select } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, percent, VALUE, WHO } from './annotation.js';

const inWindow = [LABEL.modelName, LABEL.modelVersion, LABEL.embedding, LABEL.window] as const;
const EMBEDDING = `embedding ${label(LABEL.embedding)}`;
const OVER = `over ${label(LABEL.window)}`;
const vectors = lookup(inWindow, (of) => `sum(${prometheusName(EMBEDDING_METRIC.windowObservations)}{${of}})`, 'count');
const variables = { model: LABEL.modelName, version: LABEL.modelVersion, window: LABEL.window } as const;

function drift(scope: Scope, config: Config): AlertText {
  const statistic = config.alerts.embeddingStatistic;
  const threshold = scope.thresholds[EMBEDDING_THRESHOLDS[statistic]];
  const isStatistic = equal(LABEL.statistic, statistic);
  const looked = [isStatistic, oneOf(LABEL.window, scope.windows), ...scope.matchers];
  const value = select(prometheusName(EMBEDDING_METRIC.drift), looked);
  const critical = select(prometheusName(EMBEDDING_METRIC.driftCriticalValue), [isStatistic]);
  const qValue = `${prometheusName(EMBEDDING_METRIC.driftQValue)} <= ${config.compare.falseAlarmRate}`;
  const labels = [...inWindow, LABEL.reference, LABEL.statistic];
  const chance = lookup(labels, (of) => `max(${prometheusName(EMBEDDING_METRIC.driftCriticalValue)}{${of}})`, 'number');
  return {
    condition: aggregateBy(
      'max',
      labels,
      `\n    ${value} > ${threshold}\n      >\n    ${critical}\n      and ignoring (${LABEL.statistic})\n    ${qValue}\n  `,
    ),
    summary: `${WHO}: ${EMBEDDING} drifted from its reference ${OVER}`,
    description: `${statistic} of ${EMBEDDING} is ${VALUE.number} ${OVER} against the reference '${label(LABEL.reference)}'. It matters above ${threshold}, and chance explains no more than ${chance} at ${vectors} vectors.`,
  };
}

interface ShareAlert {
  readonly name: string;
  readonly metric: MetricDefinition;
  readonly check: EmbeddingCheck;
  readonly threshold: 'typeMismatch' | 'nonFinite';
  /** Completes 'values of embedding x …'. */
  readonly what: string;
}

const SHARE_ALERTS: readonly ShareAlert[] = [
  {
    name: 'EmbeddingTypeMismatch',
    metric: EMBEDDING_METRIC.windowTypeMismatch,
    check: 'type_mismatch',
    threshold: 'typeMismatch',
    what: 'are no vectors, or have another number of dimensions',
  },
  {
    name: 'EmbeddingNonFinite',
    metric: EMBEDDING_METRIC.windowNonFinite,
    check: 'non_finite',
    threshold: 'nonFinite',
    what: 'have a NaN or an infinity in them',
  },
];

function share({ metric, check, threshold: key, what }: ShareAlert, scope: Scope): AlertText {
  const threshold = scope.thresholds[key];
  const value = select(prometheusName(metric), [oneOf(LABEL.window, scope.windows), ...scope.matchers]);
  const tolerance = select(prometheusName(EMBEDDING_METRIC.windowTolerance), [equal(LABEL.check, check)]);
  // A threshold of 0 says that one such value is one too many: there is no chance to allow for.
  const beyondChance = threshold === 0 ? '' : `\n      > ignoring (${LABEL.check})\n    ${tolerance}`;
  return {
    condition: aggregateBy('max', inWindow, `\n    ${value} > ${threshold}${beyondChance}\n  `),
    summary: `${WHO}: values of ${EMBEDDING} ${what}`,
    description: `${VALUE.percentage} of the values of ${EMBEDDING} ${what} ${OVER}. It matters above ${percent(threshold)}, and this is more than chance explains at that number.`,
  };
}

function collapsed(scope: Scope): AlertText {
  const matchers = [equal(LABEL.finding, 'collapsed'), oneOf(LABEL.window, scope.windows), ...scope.matchers];
  return {
    condition: aggregateBy('max', inWindow, select(prometheusName(EMBEDDING_METRIC.windowFinding), matchers)),
    summary: `${WHO}: ${EMBEDDING} has collapsed to one vector`,
    description: `Over ${label(LABEL.window)}, all ${vectors} vectors of ${EMBEDDING} are the same; those of the reference are not.`,
  };
}

export const EMBEDDING_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'EmbeddingDrift',
    subject: 'version',
    for: '1m',
    severity: BY_TIER,
    thresholds: (config) => [EMBEDDING_THRESHOLDS[config.alerts.embeddingStatistic]],
    dashboard: { name: 'feature', variables: { ...variables, reference: LABEL.reference } },
    build: drift,
  },
  ...SHARE_ALERTS.map((alert): AlertDefinition => ({
    name: alert.name,
    subject: 'version',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [alert.threshold],
    dashboard: { name: 'feature', variables },
    build: (scope) => share(alert, scope),
  })),
  {
    name: 'EmbeddingCollapsed',
    subject: 'version',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [],
    dashboard: { name: 'feature', variables },
    build: collapsed,
  },
];
