/** Panels of the fleet dashboard over time: traffic, data, outcome, and Plumbline itself. */
import {
  FEATURE_METRIC,
  LABEL,
  MODEL_METRIC,
  MULTIVARIATE_METRIC,
  PREDICTION_METRIC,
  PROCESS_METRIC,
  prometheusName,
  type AlertingStatistic,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, PROMETHEUS_LABEL, select, type QueryLabel } from '../promql.js';
import { RECORDED } from '../rules/recording-rules.js';
import { drifted, inWindow, ofModels, version } from './fleet-panels.js';
import type { PanelDefinition, PanelRow } from './panel-definition.js';

const chart = { kind: 'timeseries', width: 12, height: 8 } as const;
const third = { ...chart, width: 8 } as const;
const WHO = `{{${LABEL.modelName}}} {{${LABEL.modelVersion}}}`;
const ratePer = (labels: readonly QueryLabel[], metric: MetricDefinition, suffix = ''): string =>
  aggregateBy('sum', labels, `rate(${select(prometheusName(metric) + suffix, [ofModels])}[$__rate_interval])`);
const gauge = (labels: readonly QueryLabel[], metric: MetricDefinition, ...more: Parameters<typeof equal>[]): string =>
  aggregateBy(
    'max',
    labels,
    select(prometheusName(metric), [ofModels, inWindow, ...more.map((pair) => equal(...pair))]),
  );

const CRITICAL = { fields: /critical value$/, color: 'orange', dashed: true } as const;
const THRESHOLD = { fields: /threshold$/, color: 'red', dashed: true } as const;

const volumeOf = (metric: MetricDefinition): string =>
  aggregateBy('sum', [LABEL.modelName], select(prometheusName(metric), [ofModels, inWindow]));
const volume: readonly PanelDefinition[] = [
  {
    ...chart,
    title: 'Volume',
    description:
      'Predictions of a model in the chosen window, all versions together, as many as its past lets one expect, and below and above how many chance does not bring it. For windows of whole five minutes up to a day.',
    unit: 'short',
    min: 0,
    noValue: 'not known yet',
    queries: [
      { expr: volumeOf(MODEL_METRIC.volume), legend: `{{${LABEL.modelName}}}` },
      { expr: volumeOf(MODEL_METRIC.volumeExpected), legend: `{{${LABEL.modelName}}} expected` },
      { expr: volumeOf(MODEL_METRIC.volumeLower), legend: `{{${LABEL.modelName}}} critical value` },
      { expr: volumeOf(MODEL_METRIC.volumeUpper), legend: `{{${LABEL.modelName}}} upper critical value` },
    ],
    styles: [{ fields: /expected$/, color: 'text', dashed: true }, CRITICAL],
  },
  {
    ...chart,
    title: 'Overdue',
    description:
      'How long the predictions of a model are overdue, beyond the grace, by its schedule or the rhythm in which they used to come. Empty: no model has either.',
    unit: 's',
    min: 0,
    noValue: 'nothing is scheduled',
    queries: [
      {
        expr: aggregateBy('min', [LABEL.modelName], select(prometheusName(MODEL_METRIC.overdue), [ofModels])),
        legend: `{{${LABEL.modelName}}}`,
      },
    ],
  },
];

const traffic: readonly PanelDefinition[] = [
  {
    ...chart,
    title: 'Predictions',
    description: 'Predictions per second by version, failed ones included, weighted by their sampling.',
    unit: 'reqps',
    min: 0,
    queries: [{ expr: ratePer(version, MODEL_METRIC.predictions), legend: WHO }],
  },
  {
    ...chart,
    title: 'Latency, 95th percentile',
    description:
      'Time that 95% of the predictions of a version stay below. Dots are single predictions: follow one to its trace.',
    unit: 's',
    min: 0,
    queries: [
      {
        expr: `histogram_quantile(0.95, ${ratePer([...version, PROMETHEUS_LABEL.le], MODEL_METRIC.duration, '_bucket')})`,
        legend: WHO,
        exemplars: true,
      },
    ],
  },
  {
    ...chart,
    title: 'Failed predictions',
    description: 'Share of predictions that failed, by version, over 5 minutes.',
    unit: 'percentunit',
    min: 0,
    queries: [{ expr: select(RECORDED.errorRatio.name, [ofModels]), legend: WHO }],
  },
  {
    ...chart,
    title: 'Failed predictions by error',
    description: 'Failed predictions per second by version and type of error. Empty: nothing has failed.',
    unit: 'reqps',
    min: 0,
    noValue: 'nothing has failed',
    queries: [
      { expr: ratePer([...version, LABEL.errorType], MODEL_METRIC.errors), legend: `${WHO} {{${LABEL.errorType}}}` },
    ],
  },
];

function data(statistic: AlertingStatistic): PanelDefinition[] {
  const ofStatistic: [typeof LABEL.statistic, string] = [LABEL.statistic, statistic];
  const perFeature = [...version, LABEL.feature] as const;
  const perReference = [...perFeature, LABEL.reference] as const;
  const perOutput = [...version, LABEL.output, LABEL.reference] as const;
  const feature = `${WHO} {{${LABEL.feature}}}`;
  const output = `${WHO} {{${LABEL.output}}} {{${LABEL.reference}}}`;
  const driftOf = (labels: readonly QueryLabel[], metric: MetricDefinition): string =>
    gauge(labels, metric, ofStatistic);
  return [
    {
      ...third,
      title: 'Drifted features',
      description: `Number of features whose ${statistic} over the chosen window is above both threshold and critical value, by version.`,
      unit: 'none',
      decimals: 0,
      min: 0,
      queries: [
        {
          expr: `count by (${version.join(', ')}) (${drifted(statistic)}) or ${aggregateBy('max', version, select(prometheusName(MODEL_METRIC.info), [ofModels]))} * 0`,
          legend: WHO,
        },
      ],
    },
    {
      ...third,
      title: 'Features that moved most',
      description: `The ten features with the largest ${statistic} over the chosen window, as a multiple of their critical value: above 1 is more than chance.`,
      unit: 'none',
      min: 0,
      queries: [
        {
          expr: `topk(10, ${driftOf(perReference, FEATURE_METRIC.drift)} / ${driftOf(perReference, FEATURE_METRIC.driftCriticalValue)})`,
          legend: `${feature} {{${LABEL.reference}}}`,
        },
      ],
    },
    {
      ...third,
      title: 'Features that are missing most',
      description: 'The ten features with the largest share of missing values over the chosen window.',
      unit: 'percentunit',
      min: 0,
      queries: [{ expr: `topk(10, ${gauge(perFeature, FEATURE_METRIC.windowMissing)})`, legend: feature }],
    },
    {
      ...chart,
      title: 'Features that do not hang together',
      description:
        'The ten features whose mean squared residual is most above that of the reference over the chosen window: what the others do not tell of them any more, however each is distributed. They explain the drift of `reconstruction_error`.',
      unit: 'none',
      queries: [{ expr: `topk(10, ${gauge(perFeature, MULTIVARIATE_METRIC.excess)})`, legend: feature }],
    },
    {
      ...chart,
      title: 'Duplicates',
      description:
        'Share of the predictions of the chosen window whose features all repeat those of an earlier one, among as many as the reference has too; beside what the reference lets one expect, and above which share it is more than chance.',
      unit: 'percentunit',
      min: 0,
      noValue: 'no features come',
      queries: [
        { expr: gauge(version, MODEL_METRIC.duplicatesCompared), legend: WHO },
        { expr: gauge(version, MODEL_METRIC.duplicatesExpected), legend: `${WHO} expected` },
        { expr: gauge(version, MODEL_METRIC.duplicatesTolerance), legend: `${WHO} critical value` },
      ],
      styles: [{ fields: /expected$/, color: 'text', dashed: true }, CRITICAL],
    },
    {
      ...chart,
      title: 'Dropped and delivered again',
      description:
        "Share of the predictions of the chosen window that the sender's SDK dropped attributes from, and predictions per second that came again under the id of one that was counted.",
      unit: 'none',
      min: 0,
      queries: [
        { expr: gauge(version, MODEL_METRIC.windowDropped), legend: `${WHO} dropped attributes` },
        { expr: ratePer(version, MODEL_METRIC.redelivered), legend: `${WHO} delivered again` },
      ],
    },
    {
      ...chart,
      title: 'Prediction drift',
      description: `${statistic} of the predictions' values and scores, and of the reconstruction error of their features, against the reference over the chosen window, with the value that chance explains and the threshold of the alert.`,
      unit: 'none',
      min: 0,
      queries: [
        { expr: driftOf(perOutput, PREDICTION_METRIC.drift), legend: output },
        { expr: driftOf(perOutput, PREDICTION_METRIC.driftCriticalValue), legend: `${output} critical value` },
        {
          expr: `max(${select(RECORDED.outputThreshold.name, [ofModels, inWindow])})`,
          legend: 'threshold',
        },
      ],
      styles: [CRITICAL, THRESHOLD],
    },
  ];
}

const outcome: readonly PanelDefinition[] = [
  {
    ...chart,
    title: 'Performance: $statistic',
    description:
      'The chosen statistic over the chosen window, from predictions whose ground truth has come, with its 95% interval (dashed).',
    unit: 'none',
    decimals: 3,
    queries: [
      { expr: gauge(version, MODEL_METRIC.performance, [LABEL.statistic, '$statistic']), legend: WHO },
      {
        expr: gauge(version, MODEL_METRIC.performanceLower, [LABEL.statistic, '$statistic']),
        legend: `${WHO} at least`,
      },
      {
        expr: gauge(version, MODEL_METRIC.performanceUpper, [LABEL.statistic, '$statistic']),
        legend: `${WHO} at most`,
      },
    ],
    styles: [{ fields: /at (least|most)$/, dashed: true, width: 1 }],
  },
  {
    ...chart,
    title: 'Ground truth coverage',
    description:
      "Share of the window's predictions whose ground truth has come, by version. What comes late by nature is low in short windows.",
    unit: 'percentunit',
    min: 0,
    max: 1,
    queries: [{ expr: gauge(version, MODEL_METRIC.groundTruthCoverage), legend: WHO }],
  },
  {
    ...chart,
    title: 'Ground truth by outcome',
    description:
      'Ground truths per second: joined to their prediction, late, orphaned (no such prediction), duplicate.',
    unit: 'cps',
    min: 0,
    queries: [
      {
        expr: ratePer([LABEL.modelName, LABEL.outcome], MODEL_METRIC.groundTruth),
        legend: `{{${LABEL.modelName}}} {{${LABEL.outcome}}}`,
      },
    ],
  },
  {
    ...chart,
    title: 'Delay of ground truth, median',
    description: 'Event time from a prediction to its ground truth, the half of them.',
    unit: 's',
    min: 0,
    noValue: 'no ground truth comes',
    queries: [
      {
        expr: `histogram_quantile(0.5, ${ratePer([...version, PROMETHEUS_LABEL.le], MODEL_METRIC.groundTruthDelay, '_bucket')})`,
        legend: WHO,
      },
    ],
  },
];

const itemsPer = (metric: MetricDefinition, labels: readonly QueryLabel[]): string =>
  aggregateBy('sum', labels, `rate(${prometheusName(metric)}[$__rate_interval])`);

const process: readonly PanelDefinition[] = [
  {
    ...third,
    title: 'Items',
    description:
      'Spans, log records and data points per second: received = observed + rejected + ignored. Rejected ones were meant for us and are not valid.',
    unit: 'cps',
    min: 0,
    queries: [
      { expr: itemsPer(PROCESS_METRIC.received, [LABEL.signal]), legend: `{{${LABEL.signal}}} received` },
      { expr: itemsPer(PROCESS_METRIC.observed, [LABEL.signal]), legend: `{{${LABEL.signal}}} observed` },
      {
        expr: `${itemsPer(PROCESS_METRIC.rejected, [LABEL.signal, LABEL.reason])} > 0`,
        legend: `{{${LABEL.signal}}} rejected: {{${LABEL.reason}}}`,
      },
      {
        expr: `${itemsPer(PROCESS_METRIC.ignored, [LABEL.signal, LABEL.reason])} > 0`,
        legend: `{{${LABEL.signal}}} ignored: {{${LABEL.reason}}}`,
      },
    ],
  },
  {
    ...third,
    title: 'Limits in use',
    description: 'How full each limit is. What is over 100% goes to the overflow series and is counted.',
    unit: 'percentunit',
    min: 0,
    queries: [
      {
        expr: aggregateBy(
          'max',
          [LABEL.limit],
          `${prometheusName(PROCESS_METRIC.limitUsed)} / ${prometheusName(PROCESS_METRIC.limitMax)}`,
        ),
        legend: `{{${LABEL.limit}}}`,
      },
    ],
  },
  {
    ...third,
    title: 'Evaluation',
    description: 'Time that the latest evaluation of all statistics took, by instance.',
    unit: 's',
    min: 0,
    queries: [{ expr: prometheusName(PROCESS_METRIC.evaluationDuration), legend: `{{${PROMETHEUS_LABEL.instance}}}` }],
  },
];

export function fleetOverTime(statistic: AlertingStatistic): PanelRow[] {
  return [
    { title: 'Traffic', panels: [...traffic, ...volume] },
    { title: 'Data', panels: data(statistic) },
    { title: 'Outcome', panels: outcome },
    { title: 'Plumbline itself', panels: process },
  ];
}
