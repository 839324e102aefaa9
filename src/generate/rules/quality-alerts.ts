/**
 * Alerts about wrong values of features: shares of them above what matters and what the reference tolerates, and findings
 * about all values of a window, for which chance has been allowed where they are found.
 */
import {
  FEATURE_METRIC,
  LABEL,
  prometheusName,
  type MetricDefinition,
  type QualityCheck,
  type QualityFinding,
} from '../../registry/index.js';
import { aggregateBy, equal, oneOf, select } from '../promql.js';
import type { Scope } from '../threshold-scopes.js';
import { BY_TIER, EARLY, type AlertDefinition, type AlertText } from './alert-definition.js';
import { label, lookup, percent, type SeverityByTier, VALUE, WHO } from './annotation.js';
import { FEATURE_DASHBOARD, featureLabels } from './feature-alerts.js';
import { RECORDED } from './recording-rules.js';

interface ShareAlert {
  readonly name: string;
  readonly metric: MetricDefinition;
  readonly check: QualityCheck;
  readonly threshold: 'missing' | 'unseenCategory' | 'outOfRange' | 'typeMismatch';
  /** Completes 'values of feature x …'. */
  readonly what: string;
  /** Series of the share that is normal for this feature, where that is not 0. */
  readonly normal?: string;
}

const SHARE_ALERTS: readonly ShareAlert[] = [
  {
    name: 'FeatureMissing',
    metric: FEATURE_METRIC.windowMissing,
    check: 'missing',
    threshold: 'missing',
    what: 'are missing',
    normal: RECORDED.referenceMissing.name,
  },
  {
    name: 'FeatureUnseenCategory',
    metric: FEATURE_METRIC.windowUnseen,
    check: 'unseen_category',
    threshold: 'unseenCategory',
    what: 'are in categories that the reference does not have',
  },
  {
    name: 'FeatureOutOfRange',
    metric: FEATURE_METRIC.windowOutOfRange,
    check: 'out_of_range',
    threshold: 'outOfRange',
    what: "lie outside the reference's range",
  },
  {
    name: 'FeatureTypeMismatch',
    metric: FEATURE_METRIC.windowTypeMismatch,
    check: 'type_mismatch',
    threshold: 'typeMismatch',
    what: 'have another type than in the reference',
  },
];

function share(alert: ShareAlert, scope: Scope): AlertText {
  const threshold = scope.thresholds[alert.threshold];
  const windows = oneOf(LABEL.window, scope.windows);
  const value = select(prometheusName(alert.metric), [windows, ...scope.matchers]);
  const observations = prometheusName(FEATURE_METRIC.windowObservations);
  const above = alert.normal === undefined ? `${threshold}` : `(${threshold} + ${alert.normal})`;
  const tolerance = select(prometheusName(FEATURE_METRIC.windowTolerance), [equal(LABEL.check, alert.check)]);
  // A threshold of 0 says that one such value is one too many: there is no chance to allow for.
  const beyondChance = threshold === 0 ? '' : `\n      > ignoring (${LABEL.check})\n    ${tolerance}`;
  const seen = lookup(featureLabels, (of) => `sum(${observations}{${of}})`, 'count');
  const normal =
    alert.normal === undefined
      ? ''
      : ` (the reference has ${lookup(featureLabels, (of) => `max(${alert.normal}{${of}})`, 'percentage')})`;
  const subject = `values of feature ${label(LABEL.feature)}`;
  return {
    condition: aggregateBy('max', featureLabels, `\n    ${value} > ${above}${beyondChance}\n  `),
    summary: `${WHO}: ${subject} ${alert.what}`,
    description: `${VALUE.percentage} of ${seen} ${subject} ${alert.what} over ${label(LABEL.window)}${normal}. It matters above ${percent(threshold)}, and this is more than chance explains at that number.`,
  };
}

interface FindingAlert {
  readonly name: string;
  readonly finding: QualityFinding;
  readonly severity: SeverityByTier;
  /** Follows the name of the feature. */
  readonly what: string;
  readonly description: string;
}

const FINDING_ALERTS: readonly FindingAlert[] = [
  {
    name: 'FeatureAbsent',
    finding: 'absent',
    severity: BY_TIER,
    what: 'is not sent any more',
    description: 'The reference has it, and no prediction does.',
  },
  {
    name: 'FeatureExtra',
    finding: 'extra',
    severity: EARLY,
    what: 'is not in the reference',
    description:
      'Predictions carry it, and there is nothing to compare it with: another name for a known one, or a new one.',
  },
  {
    name: 'FeatureConstant',
    finding: 'constant',
    severity: BY_TIER,
    what: 'has the same value throughout',
    description: 'The reference varies, and chance does not explain it at this number of values.',
  },
  {
    name: 'FeatureImpossible',
    finding: 'impossible',
    severity: BY_TIER,
    what: 'has impossible values',
    description: 'They are infinite, or negative where the reference never is, and more than chance explains.',
  },
  {
    name: 'FeatureUnknownCategories',
    finding: 'unknown',
    severity: BY_TIER,
    what: 'has mostly categories that the reference does not have',
    description: 'It is another code list, another spelling of all of it, or another feature.',
  },
  {
    name: 'FeatureExploded',
    finding: 'exploded',
    severity: EARLY,
    what: 'has far more different values than the reference would have',
    description: 'An identifier or a time has got into it, or it is spelt in several ways.',
  },
];

function finding(alert: FindingAlert, scope: Scope): AlertText {
  const subject = `feature ${label(LABEL.feature)}`;
  const matchers = [equal(LABEL.finding, alert.finding), oneOf(LABEL.window, scope.windows), ...scope.matchers];
  const seen = lookup(
    featureLabels,
    (of) => `sum(${prometheusName(FEATURE_METRIC.windowObservations)}{${of}})`,
    'count',
  );
  return {
    condition: aggregateBy('max', featureLabels, select(prometheusName(FEATURE_METRIC.windowFinding), matchers)),
    summary: `${WHO}: ${subject} ${alert.what}`,
    description: `Over ${label(LABEL.window)}, ${seen} values of ${subject}: ${alert.description}`,
  };
}

export const QUALITY_ALERTS: readonly AlertDefinition[] = [
  ...SHARE_ALERTS.map((alert): AlertDefinition => ({
    name: alert.name,
    subject: 'feature',
    for: '1m',
    severity: BY_TIER,
    thresholds: () => [alert.threshold],
    dashboard: FEATURE_DASHBOARD,
    build: (scope) => share(alert, scope),
  })),
  ...FINDING_ALERTS.map((alert): AlertDefinition => ({
    name: alert.name,
    subject: 'feature',
    for: '1m',
    severity: alert.severity,
    thresholds: () => [],
    dashboard: FEATURE_DASHBOARD,
    build: (scope) => finding(alert, scope),
  })),
];
