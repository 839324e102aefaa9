/** From the text of `/metrics` to what moved. */
import { describe, expect, test } from 'vitest';
import { findMoved } from '../../demo/findings.js';
import { quantile } from '../../demo/latency.js';
import { MetricsPage } from '../../demo/metrics-page.js';
import { defaultConfig } from '../../src/config/index.js';
import { FEATURE_METRIC, prometheusName } from '../../src/registry/index.js';

const of = 'model_name="flight-delay",model_version="2001-01"';
const drifted = (since: number): string => `
${prometheusName(FEATURE_METRIC.drift)}{${of},feature="distance",window="1d",statistic="psi"} 0.83
${prometheusName(FEATURE_METRIC.driftCriticalValue)}{${of},feature="distance",window="1d",statistic="psi"} 0.05
${prometheusName(FEATURE_METRIC.driftSince)}{${of},feature="distance",window="1d",statistic="psi"} ${since}
`;

describe('the page', () => {
  test('is read with its labels, escapes and special values', () => {
    const page = new MetricsPage(
      `# HELP x of no matter\n${prometheusName(FEATURE_METRIC.drift)}{feature="a\\"b\\\\c",window="1h"} +Inf\n`,
    );
    expect(page.samples(FEATURE_METRIC.drift)).toEqual([
      { labels: { feature: 'a"b\\c', window: '1h' }, value: Infinity },
    ]);
    expect(page.value(FEATURE_METRIC.drift, { window: '1d' })).toBeUndefined();
  });
});

describe('what moved', () => {
  test('is a drift that the collector dates, with its statistic, critical value and time', () => {
    const [finding, ...others] = findMoved(new MetricsPage(drifted(984_355_200)), defaultConfig());
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ subject: 'distance', signal: 'drift', statistic: 'psi', value: 0.83, limit: 0.05 });
    expect(finding.sinceMs).toBe(984_355_200_000);
  });

  test('is not a drift that the collector does not date', () => {
    expect(findMoved(new MetricsPage(drifted(0)), defaultConfig())).toEqual([]);
  });

  test('is a share above its threshold, where there are enough observations', () => {
    const missing = (observations: number): string => `
${prometheusName(FEATURE_METRIC.windowMissing)}{${of},feature="hour",window="1d"} 0.4
${prometheusName(FEATURE_METRIC.windowObservations)}{${of},feature="hour",window="1d"} ${observations}
`;
    expect(findMoved(new MetricsPage(missing(1000)), defaultConfig())).toMatchObject([
      { subject: 'hour', signal: 'missing', value: 0.4, limit: defaultConfig().alerts.thresholds.missing },
    ]);
    expect(findMoved(new MetricsPage(missing(10)), defaultConfig())).toEqual([]);
  });
});

test('a quantile of latencies is that of what was added, within its bucket', () => {
  const before = new Map([
    [0.5, 100],
    [1, 100],
    [Infinity, 100],
  ]);
  const after = new Map([
    [0.5, 100],
    [1, 300],
    [Infinity, 300],
  ]);
  expect(quantile(0.95, before, after)).toBeCloseTo(0.975, 10);
  expect(quantile(0.95, before, before)).toBeUndefined();
});
