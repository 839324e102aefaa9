/**
 * Alerts about values that the model was served and training would have computed otherwise. There is no reference in it and
 * no drift: the interval of the share is all that chance has to say, and one bad row of few is no alarm.
 */
import type { Config } from '../../config/index.js';
import { LABEL, prometheusName, SKEW_METRIC } from '../../registry/index.js';
import { aggregateBy, oneOf, select } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, percent, WHO } from './annotation.js';
import { FEATURE_DASHBOARD, featureLabels } from './feature-alerts.js';

/** What explains it, where something does. */
function explanation(): string {
  const matchers = featureLabels.map((name) => `${name}=%q`).join(',');
  const values = featureLabels.map((name) => `$labels.${name}`).join(' ');
  const query = `${prometheusName(SKEW_METRIC.diagnosis)}{${matchers}}`;
  const of = (name: string): string => `{{ . | first | label "${name}" }}`;
  return `{{ with printf \`${query}\` ${values} | query }} What explains it: ${of(LABEL.diagnosis)} ${of(LABEL.detail)} ({{ . | first | value | printf "%.6g" }}).{{ end }}`;
}

function skew(scope: Scope, config: Config): AlertText {
  const threshold = scope.thresholds.skew;
  const matchers = [oneOf(LABEL.window, scope.windows), ...scope.matchers];
  const lower = select(prometheusName(SKEW_METRIC.mismatchedLower), matchers);
  const rows = prometheusName(SKEW_METRIC.rows);
  const subject = `feature ${label(LABEL.feature)}`;
  const share = lookup(featureLabels, (of) => `max(${prometheusName(SKEW_METRIC.mismatched)}{${of}})`, 'percentage');
  const seen = lookup(featureLabels, (of) => `sum(${rows}{${of}})`, 'count');
  return {
    condition: aggregateBy(
      'max',
      featureLabels,
      `\n    ${lower} > ${threshold}\n      and\n    ${rows} >= ${config.compare.minimumObservations}\n  `,
    ),
    summary: `${WHO}: ${subject} is not served as it was trained`,
    description: `Of ${seen} predictions compared over ${label(LABEL.window)}, ${share} had another value of ${subject} than training would have computed. It matters above ${percent(threshold)}, and the interval lies above that.${explanation()}`,
  };
}

export const SKEW_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'FeatureSkew',
    subject: 'feature',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => ['skew'],
    dashboard: FEATURE_DASHBOARD,
    build: skew,
  },
];
