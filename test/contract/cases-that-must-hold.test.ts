/**
 * Cases at which statistics that look sound fail in practice, from telemetry to the published page: one huge value, and
 * features that are empty, constant, infinite, or change their type. Each must give defined numbers or a defined state, and
 * must not touch the feature beside it.
 */
import { describe, expect, test } from 'vitest';
import { CriticalValues, psiRaw } from '../../src/compare/index.js';
import { defaultConfig } from '../../src/config/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { DRIFT_STATES, FEATURE_METRIC, LABEL, prometheusName } from '../../src/registry/index.js';
import { Pipeline } from '../observe/pipeline.js';
import { Evaluated } from '../expose/evaluated.js';
import type { ParsedSample } from '../expose/page.js';

const MINUTE_MS = 60_000;
const ROWS = 1_000;
const { compare } = defaultConfig();
const criticalValues = new CriticalValues({ falseAlarmRate: compare.falseAlarmRate });

type Values = (row: number) => unknown;

/** What is published once `before` has made the reference and `after` has come two hours later. */
async function published(before: Values, after: Values): Promise<ParsedSample[]> {
  const pipeline = new Pipeline({ provisionalSize: ROWS });
  const random = seededRandom(21);
  const send = (values: Values): void => {
    for (let row = 0; row < ROWS; row += 500) {
      const rows = Array.from({ length: 500 }, (_, index) => {
        const value = values(row + index);
        const features = { ...(value === undefined ? {} : { hostile: value }), steady: normalDeviate(random) };
        return { features };
      });
      pipeline.predict(...rows);
    }
  };
  send(before);
  pipeline.clock.advanceMs(120 * MINUTE_MS);
  send(after);
  return new Evaluated(pipeline, { criticalValues }).page();
}

function drift(
  page: readonly ParsedSample[],
  statistic: string,
  metric: 'drift' | 'driftCriticalValue' = 'drift',
): number {
  const found = page.find(
    ({ name, labels }) =>
      name === prometheusName(FEATURE_METRIC[metric]) &&
      labels[LABEL.feature] === 'hostile' &&
      labels[LABEL.window] === '1h' &&
      labels[LABEL.statistic] === statistic,
  );
  return found!.value;
}

const random = seededRandom(22);
const normal: Values = () => normalDeviate(random);

describe('a shift by 3 σ, and one value of 1e6', () => {
  const shifted = Array.from({ length: ROWS }, (_, row) => (row === 500 ? 1e6 : 3 + normalDeviate(random)));

  test('is seen by every statistic of an effect', async () => {
    const page = await published(normal, (row) => shifted[row]);
    for (const [statistic, least] of [
      ['psi', 5],
      ['js', 0.8],
      ['ks', 0.8],
    ] as const) {
      expect(drift(page, statistic)).toBeGreaterThan(least);
      expect(drift(page, statistic)).toBeGreaterThan(drift(page, statistic, 'driftCriticalValue'));
    }
  });

  test('is lost over bins of equal width between the extremes of both sides, which others use', () => {
    const reference = Array.from({ length: ROWS }, () => normalDeviate(random));
    const low = Math.min(...reference, ...shifted);
    const width = (Math.max(...reference, ...shifted) - low) / 30;
    const counts = (values: readonly number[]): number[] => {
      const bins = new Array<number>(30).fill(0);
      for (const value of values) bins[Math.min(29, Math.floor((value - low) / width))]++;
      return bins;
    };
    expect(psiRaw(counts(shifted), counts(reference), 1e-4)).toBeLessThan(0.01);
  });
});

describe('a hostile feature', () => {
  const cases: readonly (readonly [what: string, before: Values, after: Values])[] = [
    ['in unseen categories', (row) => 'abc'[row % 3], (row) => 'xyz'[row % 3]],
    ['that comes no more', normal, () => undefined],
    ['that comes empty', (row) => 'abc'[row % 3], () => ''],
    ['that never had a value', () => null, () => null],
    ['that is constant', () => 7, () => 7],
    ['that becomes constant', normal, () => 7],
    ['that was constant', () => 7, normal],
    ['of one category', () => 'a', () => 'a'],
    ['that is NaN', normal, () => NaN],
    ['that was NaN throughout', () => NaN, normal],
    ['that is +∞', normal, () => Infinity],
    ['that is −∞', normal, () => -Infinity],
    ['that was infinite throughout', () => Infinity, normal],
    [
      'at the ends of what a double holds',
      (row) => (row % 2 ? 1.7e308 : -1.7e308),
      (row) => (row % 2 ? 5e-324 : -5e-324),
    ],
    ['that changes from numbers to texts', normal, () => 'text'],
    ['that changes from texts to numbers', (row) => 'abc'[row % 3], normal],
    ['that changes from booleans to numbers', (row) => row % 2 === 0, normal],
    ['that changes to a list', normal, () => [[1], [2]]],
  ];
  /** But for rounding, which depends on how many values were summed at a time. */
  const ofFeature = (page: readonly ParsedSample[], feature: string): string[] =>
    page
      .filter(({ labels }) => labels[LABEL.feature] === feature)
      .map(({ name, labels, value }) => JSON.stringify([name, labels, value.toPrecision(12)]));

  test.each(cases)(
    '%s: defined numbers, one state a window, and nothing of it in the one beside',
    async (_, before, after) => {
      const page = await published(before, after);
      const untouched = ofFeature(await published(normal, normal), 'steady');
      const changed = ofFeature(page, 'steady');
      // q-values are shared by all features of a version on purpose.
      const own = (lines: readonly string[]): string[] =>
        lines.filter((line) => !line.includes(prometheusName(FEATURE_METRIC.driftQValue)));
      expect(own(changed)).toEqual(own(untouched));
      const hostile = page.filter(({ labels }) => labels[LABEL.feature] === 'hostile');
      expect(hostile.length).toBeGreaterThan(0);
      expect(hostile.filter(({ value }) => Number.isNaN(value))).toEqual([]);
      for (const window of ['5m', '1h', '1d']) {
        const states = hostile.filter(
          ({ name, labels }) => name === prometheusName(FEATURE_METRIC.driftState) && labels[LABEL.window] === window,
        );
        expect(states).toHaveLength(1);
        expect(DRIFT_STATES).toContain(states[0].labels[LABEL.state]);
      }
    },
  );
});
