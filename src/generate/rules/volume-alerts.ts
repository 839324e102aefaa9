/**
 * Alerts about how many predictions a model makes and when: far fewer or more than its past lets one expect, none
 * where some are due, and shadows that see fewer of the requests than before. Expectations, bounds and what is due come from the collector;
 * here stands how much matters.
 */
import type { Config } from '../../config/index.js';
import { LABEL, MODEL_METRIC, prometheusName, type MetricDefinition, type MODEL_ROLES } from '../../registry/index.js';
import { aggregateBy, equal, noneOf, select, type Matcher } from '../promql.js';
import { expectedBeforeHalvingCounts } from '../significance.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, NEVER_PAGES, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, type SeverityByTier, VALUE } from './annotation.js';

const modelWindow = [LABEL.modelName, LABEL.window] as const;
const FLEET = { name: 'fleet', variables: { model: LABEL.modelName } } as const;
/** A volume below this share of what was expected matters. */
const VOLUME_DROP = 0.5;
/** And one above this many times as many. */
const VOLUME_RISE = 2;

interface VolumeBound {
  readonly name: string;
  readonly severity: SeverityByTier;
  readonly metric: MetricDefinition;
  /** Between the count and the bound. */
  readonly operator: '<' | '>';
  /** Of what was expected: beyond it, it matters. */
  readonly factor: number;
  /** Completes 'far … predictions than usual'. */
  readonly what: string;
  /** Completes 'That is …, and … than chance explains'. */
  readonly beyond: readonly [factor: string, bound: string];
}

const VOLUME_BOUNDS: readonly VolumeBound[] = [
  {
    name: 'ModelVolumeLow',
    severity: BY_TIER,
    metric: MODEL_METRIC.volumeLower,
    operator: '<',
    factor: VOLUME_DROP,
    what: 'fewer',
    beyond: ['less than half', 'less'],
  },
  {
    name: 'ModelVolumeHigh',
    severity: NEVER_PAGES,
    metric: MODEL_METRIC.volumeUpper,
    operator: '>',
    factor: VOLUME_RISE,
    what: 'more',
    beyond: ['more than twice as many', 'more'],
  },
];

function volume({ metric, operator, factor, what, beyond }: VolumeBound, scope: Scope): AlertText {
  // Replicas share a model's traffic: their counts add up, and so do their bounds, which errs to silence.
  const total = (of: MetricDefinition): string =>
    aggregateBy('sum', modelWindow, select(prometheusName(of), scope.matchers));
  const count = total(MODEL_METRIC.volume);
  const expected = lookup(modelWindow, (of) => `sum(${prometheusName(MODEL_METRIC.volumeExpected)}{${of}})`, 'count');
  return {
    condition: [
      `${count} ${operator} ${total(metric)}`,
      `  and`,
      `${count} ${operator} ${factor} * ${total(MODEL_METRIC.volumeExpected)}`,
    ].join('\n  '),
    summary: `${label(LABEL.modelName)}: far ${what} predictions than usual`,
    description: `All versions together made ${VALUE.count} predictions in a window of ${label(LABEL.window)}; ${expected} were to be expected. That is ${beyond[0]}, and ${beyond[1]} than chance explains.`,
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

const SHADOW: (typeof MODEL_ROLES)[number] = 'shadow';

function shadowBehind(scope: Scope, config: Config): AlertText {
  const predictions = (matcher: Matcher, range: string): string => {
    const series = select(prometheusName(MODEL_METRIC.predictions), [matcher, ...scope.matchers]);
    return aggregateBy('sum', [LABEL.modelName], `increase(${series}${range})`);
  };
  const [tenMinutes, hourBefore] = ['[10m]', '[1h] offset 10m'];
  const isShadow = equal(LABEL.role, SHADOW);
  const [isServed] = noneOf(LABEL.role, [SHADOW]);
  const now = predictions(isShadow, tenMinutes);
  const share = `${predictions(isShadow, hourBefore)}\n    / ${predictions(isServed, hourBefore)}`;
  const expected = `(${predictions(isServed, tenMinutes)}\n    * ${share})`;
  return {
    condition: [
      `${now}\n    < ${VOLUME_DROP} * ${expected}`,
      `  and`,
      `${expected} > ${expectedBeforeHalvingCounts(config.compare.falseAlarmRate)}`,
    ].join('\n  '),
    summary: `${label(LABEL.modelName)}: shadow versions miss requests`,
    description: `Shadow versions made ${VALUE.count} predictions within 10 minutes. That is less than half of what the served requests let one expect, by the hour before.`,
  };
}

export const VOLUME_ALERTS: readonly AlertDefinition[] = [
  ...VOLUME_BOUNDS.map((bound): AlertDefinition => ({
    name: bound.name,
    subject: 'model',
    for: '1m',
    severity: bound.severity,
    thresholds: () => [],
    dashboard: FLEET,
    build: (scope) => volume(bound, scope),
  })),
  {
    name: 'ModelStale',
    subject: 'model',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [],
    dashboard: FLEET,
    build: stale,
  },
  {
    name: 'ModelShadowBehind',
    subject: 'model',
    for: '2m',
    severity: NEVER_PAGES,
    thresholds: () => [],
    dashboard: FLEET,
    build: shadowBehind,
  },
];
