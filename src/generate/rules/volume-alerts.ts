/**
 * Alerts about how many predictions a model makes and when: far fewer than its past lets one expect, and none where some are
 * due. Expectations, bounds and what is due come from the collector; here stands how much matters.
 */
import { LABEL, MODEL_METRIC, prometheusName, type MetricDefinition } from '../../registry/index.js';
import { aggregateBy, select } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, VALUE } from './annotation.js';

const modelWindow = [LABEL.modelName, LABEL.window] as const;
const FLEET = { name: 'fleet', variables: { model: LABEL.modelName } } as const;
/** A volume below this share of what was expected matters. */
const VOLUME_DROP = 0.5;

function volumeLow(scope: Scope): AlertText {
  // Replicas share a model's traffic: their counts add up, and so do their bounds, which errs to silence.
  const total = (metric: MetricDefinition): string =>
    aggregateBy('sum', modelWindow, select(prometheusName(metric), scope.matchers));
  const count = total(MODEL_METRIC.volume);
  const expected = lookup(modelWindow, (of) => `sum(${prometheusName(MODEL_METRIC.volumeExpected)}{${of}})`, 'count');
  return {
    condition: [
      `${count} < ${total(MODEL_METRIC.volumeLower)}`,
      `  and`,
      `${count} < ${VOLUME_DROP} * ${total(MODEL_METRIC.volumeExpected)}`,
    ].join('\n  '),
    summary: `${label(LABEL.modelName)}: far fewer predictions than usual`,
    description: `All versions together made ${VALUE.count} predictions in a window of ${label(LABEL.window)}; ${expected} were to be expected. That is less than half, and less than chance explains.`,
  };
}

function stale(scope: Scope): AlertText {
  // What one replica has received is not overdue, whatever the others say.
  const overdue = aggregateBy('min', [LABEL.modelName], select(prometheusName(MODEL_METRIC.overdue), scope.matchers));
  return {
    condition: `${overdue} > 0`,
    summary: `${label(LABEL.modelName)}: predictions are overdue`,
    description: `Predictions were due ${VALUE.duration} ago, grace included, by the model's schedule or the rhythm in which they used to come.`,
  };
}

export const VOLUME_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'ModelVolumeLow',
    subject: 'model',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [],
    dashboard: FLEET,
    build: volumeLow,
  },
  {
    name: 'ModelStale',
    subject: 'model',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [],
    dashboard: FLEET,
    build: stale,
  },
];
