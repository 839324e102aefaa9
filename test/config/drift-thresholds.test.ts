/**
 * Default thresholds of the drift statistics are about one effect: what a shift of a normal feature by 0.4 to 0.45 standard
 * deviations gives over the reference's deciles, so that whichever alerts look at, they mean about the same.
 */
import { expect, test } from 'vitest';
import { normalQuantile, normalTail, STATISTICS } from '../../src/compare/index.js';
import { defaultConfig } from '../../src/config/index.js';
import { ALERTING_STATISTICS } from '../../src/registry/index.js';

const DECILES = 10;
const ROWS = 1e9;
const edges = Array.from({ length: DECILES - 1 }, (_, edge) => normalQuantile(1 - (edge + 1) / DECILES));

function countsAt(shift: number): number[] {
  const below = [0, ...edges.map((edge) => normalTail(shift - edge)), 1];
  return Array.from({ length: DECILES }, (_, bin) => (below[bin + 1] - below[bin]) * ROWS);
}

function valueAt(statistic: (typeof ALERTING_STATISTICS)[number], shift: number): number {
  if (statistic === 'wasserstein_normalised') return shift;
  return STATISTICS[statistic].compute(countsAt(shift), countsAt(0));
}

test.each(ALERTING_STATISTICS)('%s', (statistic) => {
  const threshold = defaultConfig().alerts.thresholds[statistic];
  expect(threshold).toBeGreaterThan(valueAt(statistic, 0.3));
  expect(threshold).toBeLessThan(valueAt(statistic, 0.55));
});
