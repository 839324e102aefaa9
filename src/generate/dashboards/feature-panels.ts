/** Panels of one feature of one version against its reference: is it drift, which bins moved, and what else is wrong. */
import {
  BIN,
  DRIFT_STATISTIC_TITLE,
  FEATURE_METRIC,
  LABEL,
  prometheusName,
  type AlertingStatistic,
  type EmbeddingAlertStatistic,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, equal, select, type Matcher, type QueryLabel } from '../promql.js';
import { RECORDED } from '../rules/recording-rules.js';
import { embeddingRow } from './embedding-panels.js';
import type { PanelDefinition, PanelRow } from './panel-definition.js';
import { skewPanels } from './skew-panels.js';

const ofVersion: readonly Matcher[] = [equal(LABEL.modelName, '$model'), equal(LABEL.modelVersion, '$version')];
const subject: readonly Matcher[] = [...ofVersion, equal(LABEL.feature, '$feature')];
const inWindow: readonly Matcher[] = [...subject, equal(LABEL.window, '$window')];
const over = (matchers: readonly Matcher[], metric: MetricDefinition, ...more: Matcher[]): string =>
  select(prometheusName(metric), [...matchers, ...more]);
const now = (metric: MetricDefinition, ...more: Matcher[]): string => `max(${over(inWindow, metric, ...more)})`;
const againstReference: readonly Matcher[] = [...inWindow, equal(LABEL.reference, '$reference')];
const drift = (metric: MetricDefinition, ...more: Matcher[]): string =>
  `max(${over(againstReference, metric, ...more)})`;
const per = (label: QueryLabel, series: string): string => aggregateBy('max', [label], series);

const third = { kind: 'timeseries', width: 8, height: 8 } as const;
const half = { ...third, width: 12 } as const;
const CRITICAL = { fields: /^critical value$/, color: 'orange', dashed: true } as const;
const THRESHOLD = { fields: /^threshold$/, color: 'red', dashed: true } as const;
const REFERENCE = { fields: /^reference/, color: 'text', dashed: true } as const;

const state = `${over(againstReference, FEATURE_METRIC.driftState)} == 1`;
const threshold = `max(${select(RECORDED.featureThreshold.name, inWindow)})`;

function verdict(statistic: AlertingStatistic): PanelDefinition[] {
  const small = { kind: 'stat', width: 4, height: 4 } as const;
  const narrow = { ...small, width: 3 } as const;
  const isStatistic = equal(LABEL.statistic, statistic);
  return [
    {
      ...small,
      title: 'State',
      description:
        'ready: there is enough data to compare with the chosen reference. not_enough_data, no_traffic, no_reference: nothing can be said, which is not the same as no drift.',
      unit: 'none',
      showsName: true,
      queries: [{ expr: per(LABEL.state, state), legend: `{{${LABEL.state}}}` }],
      noValue: 'not watched',
    },
    {
      ...small,
      title: `Drift (${statistic})`,
      description: `${statistic} over the chosen window against the chosen reference: the statistic that alerts look at.`,
      unit: 'none',
      decimals: 3,
      queries: [{ expr: drift(FEATURE_METRIC.drift, isStatistic), legend: statistic }],
      noValue: 'not enough data',
    },
    {
      ...narrow,
      title: 'Critical value',
      description:
        'What the statistic reaches with no drift at the configured false-alarm rate, for this number of observations.',
      unit: 'none',
      decimals: 3,
      queries: [{ expr: drift(FEATURE_METRIC.driftCriticalValue, isStatistic), legend: 'critical value' }],
      noValue: 'not enough data',
    },
    {
      ...narrow,
      title: 'q-value',
      description:
        'Chance that a version without drift has any feature at which its drift is as improbable as here: an alert needs at most the configured false-alarm rate. Only against references that alert.',
      unit: 'sci',
      queries: [{ expr: drift(FEATURE_METRIC.driftQValue), legend: 'q-value' }],
      noValue: 'not enough data',
    },
    {
      ...narrow,
      title: 'Threshold',
      description: 'What matters in practice, as configured for this feature. An alert needs more than both.',
      unit: 'none',
      queries: [{ expr: threshold, legend: 'threshold' }],
      noValue: 'not enough data',
    },
    {
      ...small,
      title: 'Drifted since',
      description:
        'Since when the statistic has been above both, with a q-value up to the false-alarm rate, in event time.',
      unit: 'dateTimeFromNow',
      queries: [{ expr: `${drift(FEATURE_METRIC.driftSince, isStatistic)} * 1000 > 0`, legend: 'since' }],
      noValue: 'not drifted',
    },
    {
      ...narrow,
      title: 'Observations',
      description: 'Values of the feature in the chosen window, missing ones included: the n behind every number here.',
      unit: 'short',
      queries: [{ expr: `sum(${over(inWindow, FEATURE_METRIC.windowObservations)})`, legend: 'observations' }],
    },
  ];
}

function driftOverTime(statistic: AlertingStatistic): PanelDefinition[] {
  const isStatistic = equal(LABEL.statistic, statistic);
  const byStatistic = (metric: MetricDefinition): string => per(LABEL.statistic, over(againstReference, metric));
  const [value, critical] = [byStatistic(FEATURE_METRIC.drift), byStatistic(FEATURE_METRIC.driftCriticalValue)];
  return [
    {
      ...half,
      title: titled(statistic),
      description: `${statistic}, the statistic that alerts look at, over the chosen window against the chosen reference, the value that chance alone reaches at this number of observations, and the threshold of the alert.`,
      unit: 'none',
      min: 0,
      queries: [
        { expr: drift(FEATURE_METRIC.drift, isStatistic), legend: statistic },
        { expr: drift(FEATURE_METRIC.driftCriticalValue, isStatistic), legend: 'critical value' },
        { expr: threshold, legend: 'threshold' },
      ],
      styles: [CRITICAL, THRESHOLD],
    },
    {
      ...half,
      title: 'Every statistic as a multiple of its critical value',
      description:
        'All drift statistics over the chosen window against the chosen reference, each divided by the value that chance alone reaches at this number of observations: above 1 is more than chance.',
      unit: 'none',
      min: 0,
      queries: [{ expr: `${value} / ${critical}`, legend: `{{${LABEL.statistic}}}` }],
    },
    {
      kind: 'table',
      width: 24,
      height: 9,
      title: 'All statistics now',
      description:
        "Every drift statistic of the chosen window against the chosen reference and what chance alone reaches. wasserstein is in the feature's own unit, wasserstein_normalised in standard deviations of the reference; the others have none.",
      unit: 'none',
      decimals: 4,
      noValue: 'not enough data',
      queries: [
        { expr: value, instant: true },
        { expr: critical, instant: true },
        { expr: `${value} / ${critical}`, instant: true },
      ],
      columns: {
        [LABEL.statistic]: 'Statistic',
        'Value #A': 'Value',
        'Value #B': 'Critical value',
        'Value #C': 'As a multiple',
      },
    },
  ];
}

function titled(statistic: AlertingStatistic): string {
  const title = DRIFT_STATISTIC_TITLE[statistic];
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function everyReference(statistic: AlertingStatistic): PanelDefinition {
  const ratio = [FEATURE_METRIC.drift, FEATURE_METRIC.driftCriticalValue].map((metric) =>
    per(LABEL.reference, over(inWindow, metric, equal(LABEL.statistic, statistic))),
  );
  return {
    ...half,
    width: 24,
    title: 'Against every reference',
    description: `${statistic} over the chosen window against each reference, as a multiple of its critical value: above 1 is more than chance.`,
    unit: 'none',
    min: 0,
    queries: [{ expr: ratio.join(' / '), legend: `{{${LABEL.reference}}}` }],
  };
}

/** Shares below this count as this, so that an empty bin contributes a number. */
const SHARE_MIN = '0.0001';

function bins(): PanelDefinition[] {
  const counted = aggregateBy('sum', [LABEL.bin], `increase(${over(subject, FEATURE_METRIC.bin)}[$window])`);
  const current = `${counted} / scalar(sum(${counted}) > 0)`;
  const reference = per(LABEL.bin, over(subject, FEATURE_METRIC.referenceBin));
  const [p, q] = [current, reference].map((share) => `clamp_min(${share}, ${SHARE_MIN})`);
  const bars = { kind: 'barchart', width: 12, height: 9, joinBy: LABEL.bin } as const;
  const running =
    'Counted by Prometheus as it scraped, over the length of the chosen window: a replay of old events shows when it arrived.';
  return [
    {
      ...bars,
      title: 'Bins: now and in the reference',
      description: `Share of values in each bin (deciles of the reference or categories; below, above, missing, unseen) beside the reference's share. ${running}`,
      unit: 'percentunit',
      min: 0,
      queries: [
        { expr: current, instant: true },
        { expr: reference, instant: true },
      ],
      columns: { [LABEL.bin]: 'Bin', 'Value #A': 'now', 'Value #B': 'reference' },
      styles: [{ fields: /^reference$/, color: 'text' }],
    },
    {
      ...bars,
      title: 'Which bins moved',
      description: `Each bin's contribution to the population stability index: (p−q)·ln(p/q). The tall ones moved. ${running}`,
      unit: 'none',
      queries: [{ expr: `(${p} - ${q}) * ln(${p} / ${q})`, instant: true }],
      columns: { [LABEL.bin]: 'Bin', Value: 'contribution' },
    },
    {
      ...half,
      width: 24,
      title: 'Bins over time',
      description: 'Share of arriving values by bin.',
      unit: 'percentunit',
      stacked: true,
      queries: [
        {
          expr: aggregateBy('sum', [LABEL.bin], `rate(${over(subject, FEATURE_METRIC.bin)}[$__rate_interval])`),
          legend: `{{${LABEL.bin}}}`,
        },
      ],
    },
  ];
}

const shift: PanelDefinition = {
  ...half,
  width: 24,
  title: 'Evidence of a shift',
  description:
    'How long one would wait on average to see such evidence without a change (logarithm, in seconds), and where FeatureShift warns. It looks at what arrives minute by minute, whatever the chosen window.',
  unit: 'none',
  decimals: 1,
  queries: [
    { expr: `log10(clamp_min(max(${over(subject, FEATURE_METRIC.shiftEvidence)}), 1))`, legend: 'log₁₀ of seconds' },
    {
      expr: `log10(max(${select(RECORDED.shiftThreshold.name, ofVersion)}))`,
      legend: 'threshold',
    },
  ],
  styles: [THRESHOLD],
};

const quality: readonly PanelDefinition[] = [
  {
    ...half,
    title: 'Values that are not as in the reference',
    description:
      "Shares of the window's values that are missing, outside the reference's range, in unseen categories or of another type; and the reference's own share of missing values.",
    unit: 'percentunit',
    min: 0,
    queries: [
      { expr: now(FEATURE_METRIC.windowMissing), legend: 'missing' },
      { expr: now(FEATURE_METRIC.windowOutOfRange), legend: 'out of range' },
      { expr: now(FEATURE_METRIC.windowUnseen), legend: 'unseen category' },
      { expr: now(FEATURE_METRIC.windowTypeMismatch), legend: 'type mismatch' },
      {
        expr: `max(${over(subject, FEATURE_METRIC.referenceBin, equal(LABEL.bin, BIN.missing))})`,
        legend: 'reference: missing',
      },
    ],
    styles: [REFERENCE],
  },
  {
    ...half,
    title: 'What the reference tolerates',
    description:
      "Shares that chance alone reaches at the configured false-alarm rate, given the reference's own shares, at this number of values. An alert needs more than this and more than its threshold.",
    unit: 'percentunit',
    min: 0,
    queries: [{ expr: per(LABEL.check, over(inWindow, FEATURE_METRIC.windowTolerance)), legend: `{{${LABEL.check}}}` }],
  },
  {
    ...half,
    kind: 'state-timeline',
    title: 'Wrong as a whole',
    description:
      'absent: the reference has the feature, no prediction does; extra: the reference does not know it; constant: one value, where the reference varies; impossible: infinite, or negative where the reference never is; unknown: most are in unseen categories; exploded: far more different values than the reference would have had among as many.',
    unit: 'none',
    noValue: 'nothing',
    queries: [
      { expr: per(LABEL.finding, over(inWindow, FEATURE_METRIC.windowFinding)), legend: `{{${LABEL.finding}}}` },
    ],
    texts: { '1': { text: 'yes', color: 'orange' } },
  },
  {
    ...half,
    title: 'Missing by reason',
    description:
      'Missing values per second: absent (no such key), empty (an empty value), nan. They point at different faults.',
    unit: 'cps',
    min: 0,
    noValue: 'none is missing',
    queries: [
      {
        expr: aggregateBy('sum', [LABEL.reason], `rate(${over(subject, FEATURE_METRIC.missing)}[$__rate_interval])`),
        legend: `{{${LABEL.reason}}}`,
      },
    ],
  },
];

function moments(title: string, description: string, names: readonly string[]): PanelDefinition {
  return {
    ...third,
    title,
    description,
    unit: 'short',
    noValue: 'not numeric',
    queries: names.flatMap((name) => [
      { expr: now(FEATURE_METRIC.moment, equal(LABEL.moment, name)), legend: name },
      {
        expr: `max(${over(subject, FEATURE_METRIC.referenceMoment, equal(LABEL.moment, name))})`,
        legend: `reference: ${name}`,
      },
    ]),
    styles: [REFERENCE],
  };
}

const distribution: readonly PanelDefinition[] = [
  {
    ...third,
    title: 'Quantiles',
    description: "Quantiles of the window's values, in the feature's own unit. Empty for a category.",
    unit: 'short',
    noValue: 'not numeric',
    queries: [{ expr: per(LABEL.quantile, over(inWindow, FEATURE_METRIC.quantile)), legend: `{{${LABEL.quantile}}}` }],
  },
  moments(
    'Mean and standard deviation',
    "Of the window's values, with the reference's (dashed), in the feature's own unit.",
    ['mean', 'stddev'],
  ),
  moments('Minimum and maximum', "Of the window's values, with the reference's (dashed), in the feature's own unit.", [
    'min',
    'max',
  ]),
];

const volume: readonly PanelDefinition[] = [
  {
    ...half,
    title: 'Observations by window',
    description: 'Values in each window, missing ones included.',
    unit: 'short',
    min: 0,
    queries: [
      {
        expr: aggregateBy('sum', [LABEL.window], over(subject, FEATURE_METRIC.windowObservations)),
        legend: `{{${LABEL.window}}}`,
      },
    ],
  },
  {
    ...half,
    kind: 'state-timeline',
    title: 'State over time',
    description: 'Whether there was enough data to compare, over the chosen window.',
    unit: 'none',
    queries: [
      { expr: per(LABEL.state, over(againstReference, FEATURE_METRIC.driftState)), legend: `{{${LABEL.state}}}` },
    ],
    texts: { '0': { text: ' ', color: 'transparent' }, '1': { text: 'yes', color: 'blue' } },
  },
];

export function featureRows(statistic: AlertingStatistic, ofEmbeddings: EmbeddingAlertStatistic): PanelRow[] {
  return [
    { title: 'Verdict', panels: verdict(statistic) },
    {
      title: 'Drift against what chance explains',
      panels: [...driftOverTime(statistic), shift, everyReference(statistic)],
    },
    { title: 'Which bins moved', panels: bins() },
    { title: 'Data quality', panels: quality },
    { title: 'Training and serving', panels: skewPanels },
    { title: 'Distribution', panels: distribution },
    { title: 'Volume', panels: volume },
    embeddingRow(ofEmbeddings),
  ];
}
