/**
 * Critical values are simulated in slices: none longer than its bound, counted in numbers drawn; the same numbers however the
 * slices were done; and nothing is left to simulate once they are.
 */
import { describe, expect, test } from 'vitest';
import { CriticalValues, FeatureComparison } from '../../src/compare/index.js';
import { SLICE_UNITS } from '../../src/compare/bridges.js';
import { inTurns, type DivisibleWork } from '../../src/lib/divisible-work.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { profileOf, referenceOf } from './profile-of.js';

const DECILES = [0, ...new Array<number>(10).fill(1_000), 0, 3];
const CATEGORIES = Array.from({ length: 100 }, (_, bin) => Math.round(6_000 / (bin + 1)));
/** A slice ends with the pair of samples, or the bridge, that fills it. */
const SLICE_MAX = 1.2 * SLICE_UNITS;

const slicesOf = (work: DivisibleWork): number[] => [...work];

describe.each([
  ['deciles', DECILES],
  ['a hundred categories', CATEGORIES],
])('%s', (_, counts) => {
  test('no slice is longer than its bound', () => {
    const noDrift = new CriticalValues({ falseAlarmRate: 0.001 }).forBins(counts);
    const slices = slicesOf(noDrift.simulation(1_000));
    expect(slices.length).toBeGreaterThan(10);
    expect(Math.max(...slices)).toBeLessThan(SLICE_MAX);
    expect(slicesOf(noDrift.simulation(1_000))).toEqual([]);
  });

  test('the numbers are those of a simulation in one go, also when others work in between', () => {
    const whole = new CriticalValues({ falseAlarmRate: 0.001 }).forBins(counts);
    const divided = new CriticalValues({ falseAlarmRate: 0.001 });
    const [one, other] = [divided.forBins(counts), divided.forBins([5, ...counts])];
    const [first, second] = [one.simulation(1_000), other.simulation(300)];
    for (let isDone = false; !isDone;) isDone = [first.next(), second.next()].every(({ done }) => done === true);
    for (const statistic of ['psi', 'js', 'hellinger', 'tv', 'linf', 'chi2'] as const) {
      expect(one.criticalValue(statistic, 1_000)).toBe(whole.criticalValue(statistic, 1_000));
    }
    expect(divided.unpreparedUnits).toBe(0);
  });
});

test('bridges are divided too, and made once for all references', () => {
  const criticalValues = new CriticalValues({ falseAlarmRate: 0.001 });
  const bins = new Array<number>(128).fill(100);
  const first = slicesOf(criticalValues.forOrderedBins(bins).simulation());
  const second = slicesOf(criticalValues.forOrderedBins(bins).simulation());
  expect(Math.max(...first)).toBeLessThan(SLICE_MAX);
  expect(second.length).toBeLessThan(first.length / 2);
});

test('a feature that has been prepared simulates nothing when it is compared', async () => {
  const random = seededRandom(1);
  const normal = (size: number): Float64Array => Float64Array.from({ length: size }, () => normalDeviate(random));
  const criticalValues = new CriticalValues({ falseAlarmRate: 0.001 });
  const { schema, profile } = referenceOf(normal(5_000));
  const comparison = new FeatureComparison(profile, criticalValues, { minimumObservations: 100 });
  const current = profileOf(schema, normal(700));
  let turns = 0;
  await inTurns(comparison.simulation(current, 1), () => Promise.resolve(void turns++));
  expect(turns).toBeGreaterThan(20);
  expect(comparison.compare(current, 1)).toBe('ready');
  for (const { criticalValue } of comparison.numbers) expect(criticalValue).toBeGreaterThan(0);
  expect(criticalValues.unpreparedUnits).toBe(0);
});
