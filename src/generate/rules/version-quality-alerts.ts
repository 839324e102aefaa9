/**
 * Alerts about all features of a version's predictions together: the same inputs again and again, and attributes that were
 * lost before they were sent. One such prediction never is more than chance.
 */
import type { Config } from '../../config/index.js';
import { LABEL, MODEL_METRIC, prometheusName, type MetricDefinition } from '../../registry/index.js';
import { aggregateBy, oneOf, select } from '../promql.js';
import { criticalShare } from '../significance.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, NEVER_PAGES, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, percent, VALUE, WHO } from './annotation.js';

const versionWindow = [LABEL.modelName, LABEL.modelVersion, LABEL.window] as const;
const FLEET = { name: 'fleet', variables: { model: LABEL.modelName } } as const;
/** Share of predictions with dropped attributes above which it matters: features past a limit are lost on every one. */
const DROPPED_SHARE = 0.001;

const inWindows = (metric: MetricDefinition, scope: Scope): string =>
  select(prometheusName(metric), [oneOf(LABEL.window, scope.windows), ...scope.matchers]);

function duplicates(scope: Scope): AlertText {
  const threshold = scope.thresholds.duplicates;
  const compared = inWindows(MODEL_METRIC.duplicatesCompared, scope);
  const [expected, tolerance] = [MODEL_METRIC.duplicatesExpected, MODEL_METRIC.duplicatesTolerance].map(prometheusName);
  const usual = lookup(versionWindow, (of) => `max(${expected}{${of}})`, 'percentage');
  return {
    condition: aggregateBy(
      'max',
      versionWindow,
      `\n    ${compared} > (${threshold} + ${expected})\n      > ${tolerance}\n  `,
    ),
    summary: `${WHO}: the same inputs come again and again`,
    description: `${VALUE.percentage} of the predictions over ${label(LABEL.window)} repeat the features of an earlier one; among as many rows of the reference ${usual} do. It matters ${percent(threshold)} above that, and this is more than chance explains at their number.`,
  };
}

function droppedAttributes(scope: Scope, config: Config): AlertText {
  const share = inWindows(MODEL_METRIC.windowDropped, scope);
  const predictions = prometheusName(MODEL_METRIC.windowPredictions);
  const critical = criticalShare(`${DROPPED_SHARE}`, predictions, config.compare.falseAlarmRate);
  return {
    condition: aggregateBy('max', versionWindow, `\n    ${share} > (${critical})\n  `),
    summary: `${WHO}: the sender's SDK drops attributes`,
    description: `The service's OpenTelemetry SDK dropped attributes of ${VALUE.percentage} of the predictions over ${label(LABEL.window)}. Features among them look missing, and are not.`,
  };
}

export const VERSION_QUALITY_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'ModelDuplicates',
    subject: 'version',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => ['duplicates'],
    dashboard: FLEET,
    build: duplicates,
  },
  {
    name: 'ModelDroppedAttributes',
    subject: 'version',
    for: '1m',
    severity: NEVER_PAGES,
    thresholds: () => [],
    dashboard: FLEET,
    build: droppedAttributes,
  },
];
