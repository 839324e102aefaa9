/** Panels of the fleet dashboard that say what needs somebody now: counts, firing alerts, one line per model version. */
import { FEATURE_METRIC, LABEL, MODEL_METRIC, prometheusName, type AlertingStatistic } from '../../registry/index.js';
import { DASHBOARD_UID } from '../dashboard-uids.js';
import { aggregateBy, equal, PROMETHEUS_LABEL, PROMETHEUS_SERIES, select, type Matcher } from '../promql.js';
import { RECORDED } from '../rules/recording-rules.js';
import type { PanelDefinition, PanelRow } from './panel-definition.js';

export const version = [LABEL.modelName, LABEL.modelVersion] as const;
export const ofModels: Matcher = { label: LABEL.modelName, operator: '=~', value: '$model' };
export const inWindow = equal(LABEL.window, '$window');

const info = select(prometheusName(MODEL_METRIC.info), [ofModels]);
const firing = select(PROMETHEUS_SERIES.alerts, [equal(PROMETHEUS_LABEL.alertState, 'firing'), ofModels]);
const predictionRate = select(RECORDED.predictionRate.name, [ofModels]);
const toFeatures = {
  title: 'Features of ${__data.fields.Version}',
  url: `/d/${DASHBOARD_UID.feature}?var-datasource=\${datasource}&var-model=\${__data.fields.Model:percentencode}&var-version=\${__data.fields.Version:percentencode}&var-window=\${window}&\${__url_time_range}`,
};

/** Series of features that are above both their threshold and their critical value, with a q-value that is low enough. */
export function drifted(statistic: AlertingStatistic): string {
  const since = prometheusName(FEATURE_METRIC.driftSince);
  const overLimits = select(since, [equal(LABEL.statistic, statistic), inWindow, ofModels]);
  return `${aggregateBy('max', [...version, LABEL.feature], overLimits)} > 0`;
}

function counts(statistic: AlertingStatistic): PanelDefinition[] {
  const small = { kind: 'stat', width: 4, height: 4 } as const;
  const undecided = select(prometheusName(FEATURE_METRIC.driftState), [
    equal(LABEL.state, 'not_enough_data'),
    inWindow,
    ofModels,
  ]);
  const [errors, predictions] = [MODEL_METRIC.errors, MODEL_METRIC.predictions].map(
    (metric) => `sum(rate(${select(prometheusName(metric), [ofModels])}[$__rate_interval]))`,
  );
  return [
    {
      ...small,
      title: 'Firing alerts',
      description: 'Alerts of the chosen models that fire now. The table below names them.',
      unit: 'none',
      queries: [{ expr: `count(${firing}) or vector(0)`, legend: 'firing' }],
      steps: [{ from: 1, color: 'red' }],
    },
    {
      ...small,
      title: 'Drifted features',
      description: `Features whose ${statistic} over the chosen window is above both its threshold (it matters) and its critical value (it is not chance), with a q-value that holds for all features of the version.`,
      unit: 'none',
      queries: [{ expr: `count(${drifted(statistic)}) or vector(0)`, legend: 'drifted' }],
      steps: [{ from: 1, color: 'orange' }],
    },
    {
      ...small,
      title: 'Features without enough data',
      description:
        'Features of which nothing can be said over the chosen window: too few observations, in it or in one of its references. Not the same as no drift.',
      unit: 'none',
      queries: [
        {
          expr: `count(${aggregateBy('max', [...version, LABEL.feature], undecided)} == 1) or vector(0)`,
          legend: 'not enough data',
        },
      ],
    },
    {
      ...small,
      title: 'Model versions',
      description: 'Versions of the chosen models that are watched.',
      unit: 'none',
      queries: [{ expr: `count(${aggregateBy('max', version, info)})`, legend: 'versions' }],
    },
    {
      ...small,
      title: 'Predictions',
      description: 'Predictions per second of all chosen models, failed ones included.',
      unit: 'reqps',
      queries: [{ expr: predictions, legend: 'predictions' }],
    },
    {
      ...small,
      title: 'Failed',
      description: 'Share of predictions that failed, over all chosen models.',
      unit: 'percentunit',
      decimals: 2,
      queries: [{ expr: `(${errors} or vector(0)) / ${predictions}`, legend: 'failed' }],
      noValue: 'no traffic',
      steps: [
        { from: 0.01, color: 'orange' },
        { from: 0.05, color: 'red' },
      ],
    },
  ];
}

function firingTable(): PanelDefinition {
  const columns = {
    [PROMETHEUS_LABEL.alertName]: 'Alert',
    [LABEL.severity]: 'Severity',
    [LABEL.owner]: 'Owner',
    [LABEL.modelName]: 'Model',
    [LABEL.modelVersion]: 'Version',
    [LABEL.feature]: 'Feature',
    [LABEL.output]: 'Output',
    [LABEL.segment]: 'Segment',
    [LABEL.segmentValue]: 'of value',
    [LABEL.window]: 'Window',
  };
  return {
    kind: 'table',
    title: 'What fires',
    description: 'Alerts of the chosen models that fire now, and who is told. Empty: nothing fires.',
    unit: 'none',
    width: 24,
    height: 7,
    queries: [{ expr: firing, instant: true }],
    columns,
    noValue: 'nothing fires',
    styles: [
      {
        fields: /^Feature$/,
        link: { title: 'This feature', url: `${toFeatures.url}&var-feature=\${__data.fields.Feature:percentencode}` },
      },
    ],
  };
}

function versionTable(statistic: AlertingStatistic): PanelDefinition {
  const perVersion = (expression: string): string => aggregateBy('max', version, expression);
  const accuracy = [ofModels, inWindow, equal(LABEL.statistic, 'accuracy')];
  const queries: readonly (readonly [string, string])[] = [
    [aggregateBy('max', [...version, LABEL.owner, LABEL.tier, LABEL.task, LABEL.referenceKind], info), ''],
    [predictionRate, 'Predictions/s'],
    [select(RECORDED.errorRatio.name, [ofModels]), 'Failed'],
    [select(RECORDED.latencyP95.name, [ofModels]), 'Latency p95'],
    [`count by (${version.join(', ')}) (${drifted(statistic)}) or ${perVersion(info)} * 0`, 'Drifted features'],
    [perVersion(select(prometheusName(FEATURE_METRIC.windowMissing), [ofModels, inWindow])), 'Most missing'],
    [perVersion(select(prometheusName(MODEL_METRIC.performance), accuracy)), 'Accuracy'],
    [perVersion(select(prometheusName(MODEL_METRIC.performanceLower), accuracy)), 'at least'],
    [perVersion(select(prometheusName(MODEL_METRIC.performanceUpper), accuracy)), 'at most'],
    [perVersion(select(prometheusName(MODEL_METRIC.groundTruthCoverage), [ofModels, inWindow])), 'Ground truth'],
  ];
  const values = queries.flatMap(([, title], index) =>
    title === '' ? [] : [[`Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`, title]],
  );
  return {
    kind: 'table',
    title: 'Model versions',
    description:
      'One line per version; a click on the version shows its features. Drift, missing values, accuracy and ground truth are over the chosen window; accuracy stands with its 95% interval.',
    unit: 'short',
    width: 24,
    height: 9,
    queries: queries.map(([expr]) => ({ expr, instant: true })),
    columns: {
      [LABEL.modelName]: 'Model',
      [LABEL.modelVersion]: 'Version',
      [LABEL.owner]: 'Owner',
      [LABEL.tier]: 'Tier',
      [LABEL.task]: 'Task',
      [LABEL.referenceKind]: 'Reference',
      ...(Object.fromEntries(values) as Record<string, string>),
    },
    styles: [
      { fields: /^Version$/, link: toFeatures },
      { fields: /^Predictions\/s$/, unit: 'reqps' },
      { fields: /^Latency p95$/, unit: 's' },
      { fields: /^(Failed|Most missing|Accuracy|at least|at most|Ground truth)$/, unit: 'percentunit' },
    ],
  };
}

function schemaTable(): PanelDefinition {
  const changes = select(prometheusName(MODEL_METRIC.schemaChanges), [ofModels]);
  const labels = [...version, LABEL.against, LABEL.change, LABEL.compatibility];
  return {
    kind: 'table',
    title: 'Schema changes',
    description:
      'Features that a version sends otherwise than its reference, or the version before it: added and extended (new categories) are compatible; removed, renamed and retyped break a model that was trained on the other schema. Empty: none.',
    unit: 'none',
    width: 24,
    height: 6,
    queries: [{ expr: `${aggregateBy('max', labels, changes)} > 0`, instant: true }],
    columns: {
      [LABEL.modelName]: 'Model',
      [LABEL.modelVersion]: 'Version',
      [LABEL.against]: 'Against',
      [LABEL.change]: 'Change',
      [LABEL.compatibility]: 'Compatibility',
      Value: 'Features',
    },
    noValue: 'no changes',
  };
}

export function fleetNow(statistic: AlertingStatistic): PanelRow {
  return { title: 'Now', panels: [...counts(statistic), firingTable(), versionTable(statistic), schemaTable()] };
}
