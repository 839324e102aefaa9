/** From telemetry to the published numbers of drift: evidence that grows once for each value, and q-values of a version. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CriticalValues } from '../../src/compare/index.js';
import { defaultConfig, durationMs } from '../../src/config/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { FEATURE_METRIC, prometheusName, type MetricDefinition } from '../../src/registry/index.js';
import { Pipeline } from '../observe/pipeline.js';
import { Evaluated } from './evaluated.js';
import type { ParsedSample } from './page.js';

const MINUTE_MS = 60_000;
const { compare, alerts } = defaultConfig();
const random = seededRandom(13);
const pipeline = new Pipeline({ provisionalSize: 5_000 });
const criticalValues = new CriticalValues({ falseAlarmRate: compare.falseAlarmRate });
const published = new Evaluated(pipeline, { criticalValues, skew: { toleranceOf: () => 1e-6, maxFeatures: 10 } });

function serve(count: number, shift: number): void {
  for (let sent = 0; sent < count; sent += 500) {
    const batch = Array.from({ length: Math.min(500, count - sent) }, () => ({
      features: { still: normalDeviate(random), moves: shift + normalDeviate(random) },
    }));
    pipeline.predict(...batch);
  }
}

async function evaluated(): Promise<ParsedSample[]> {
  pipeline.clock.advanceMs(MINUTE_MS);
  return published.page();
}

function numberOf(page: readonly ParsedSample[], metric: MetricDefinition, feature: string, window?: string): number {
  const found = page.filter(
    ({ name, labels }) =>
      name === prometheusName(metric) &&
      labels.feature === feature &&
      (window === undefined || labels.window === window),
  );
  expect(found).toHaveLength(1);
  return found[0].value;
}

/** Two features, each of which may err once in twice the time that one version may. */
const threshold = (2 * durationMs(alerts.falseShiftEvery)) / 1000;
let pages: ParsedSample[][];

beforeAll(async () => {
  serve(5_000, 0);
  pages = [await evaluated()];
  for (let minute = 0; minute < 10; minute++) {
    serve(1_000, 0);
    pages.push(await evaluated());
  }
  for (let minute = 0; minute < 3; minute++) {
    serve(1_000, 0.3);
    pages.push(await evaluated());
  }
});

describe('evidence of a shift', () => {
  const evidence = (page: ParsedSample[], feature: string): number =>
    numberOf(page, FEATURE_METRIC.shiftEvidence, feature);

  test('begins at nothing with the reference', () => {
    expect(evidence(pages[0], 'moves')).toBe(0);
  });

  test('stays low while nothing changes, though values move on from window to window', () => {
    for (const page of pages.slice(0, 11)) {
      expect(evidence(page, 'moves')).toBeLessThan(threshold);
      expect(evidence(page, 'still')).toBeLessThan(threshold);
    }
    expect(evidence(pages[10], 'still')).toBeGreaterThan(0);
  });

  test('passes the threshold inside three minutes of a shift by 0.3 σ, of the feature that shifted alone', () => {
    const [last] = pages.slice(-1);
    expect(evidence(last, 'moves')).toBeGreaterThan(threshold);
    expect(evidence(last, 'still')).toBeLessThan(threshold);
  });

  test('takes in no batch before a minute has passed', async () => {
    const before = evidence(pages.at(-1)!, 'still');
    expect(evidence(await published.page(), 'still')).toBe(before);
  });
});

describe('q-values', () => {
  test('tell the feature that shifted from the one that did not', () => {
    const [last] = pages.slice(-1);
    expect(numberOf(last, FEATURE_METRIC.driftQValue, 'moves', '5m')).toBeLessThanOrEqual(compare.falseAlarmRate);
    expect(numberOf(last, FEATURE_METRIC.driftQValue, 'still', '5m')).toBeGreaterThan(compare.falseAlarmRate);
  });

  test('are not given where there is not enough data', async () => {
    pipeline.clock.advanceMs(10 * MINUTE_MS);
    const silent = await evaluated();
    expect(
      silent.filter(
        ({ name, labels }) => name === prometheusName(FEATURE_METRIC.driftQValue) && labels.window === '5m',
      ),
    ).toEqual([]);
  });
});

test('whatever was simulated for critical values was done in turns with ingestion', () => {
  expect(criticalValues.limit.used).toBeGreaterThan(0);
  expect(criticalValues.unpreparedUnits).toBe(0);
});
