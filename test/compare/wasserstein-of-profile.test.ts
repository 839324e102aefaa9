/**
 * Wasserstein's distance read off profiles against the exact one of the raw values, within the error that
 * `ordered-statistics.ts` states; and its critical value, exceeded about as often as promised, within what
 * `no-drift-ordered-bins.ts` states.
 */
import { describe, expect, test } from 'vitest';
import { CriticalValues, FeatureComparison, wassersteinTwoSample } from '../../src/compare/index.js';
import { normalDeviate, seededRandom, type Random } from '../../src/lib/random.js';
import { profileOf, referenceOf } from './profile-of.js';

type Draw = (random: Random) => number;
const exponential: Draw = (random) => -Math.log(1 - random.next());
const FEATURES: Readonly<Record<string, Draw>> = {
  normal: normalDeviate,
  'far from 0': (random) => 1_000 + normalDeviate(random),
  uniform: (random) => random.next(),
  exponential,
  'log-normal': (random) => Math.exp(normalDeviate(random)),
  counts: (random) => Math.floor(5 * exponential(random)),
  'mostly 0': (random) => (random.next() < 0.6 ? 0 : exponential(random)),
};
const ROWS = 20_000;

const sample = (draw: Draw, random: Random, size: number, change: (x: number) => number = (x) => x): Float64Array =>
  Float64Array.from({ length: size }, () => change(draw(random)));

function comparisonOf(values: Float64Array, falseAlarmRate = 0.05) {
  const { schema, profile } = referenceOf(values);
  const criticalValues = new CriticalValues({ falseAlarmRate });
  const comparison = new FeatureComparison(profile, criticalValues, { minimumObservations: 1 });
  const numbersOf = (current: Float64Array, statistic: 'wasserstein' | 'wasserstein_normalised') => {
    comparison.compare(profileOf(schema, current), 1);
    return comparison.numbers.find((numbers) => numbers.statistic === statistic)!;
  };
  return { deviation: profile.standardDeviation, mean: profile.mean, numbersOf };
}

describe.each(Object.entries(FEATURES))('%s', (_, draw) => {
  const random = seededRandom(3);
  const reference = sample(draw, random, ROWS);
  const { deviation, mean, numbersOf } = comparisonOf(reference);
  const errorOf = (change: (x: number) => number): { off: number; exact: number } => {
    const current = sample(draw, random, 2_000, change);
    const exact = wassersteinTwoSample(current, reference);
    return { off: Math.abs(numbersOf(current, 'wasserstein').value - exact), exact };
  };

  test.each([0, 0.1, 0.5, 2, 3, -3])('a shift by %d σ', (shift) => {
    expect(errorOf((x) => x + shift * deviation).off).toBeLessThan(0.12 * deviation);
  });

  test.each([0.5, 2, 10, 100])('multiplied by %d', (factor) => {
    const { off, exact } = errorOf((x) => x * factor);
    expect(off).toBeLessThan(0.06 * exact + 0.01 * deviation);
  });

  test.each([0.5, 2, 10])('spread %d times as far about its mean', (factor) => {
    const { off, exact } = errorOf((x) => mean + (x - mean) * factor);
    expect(off).toBeLessThan(exact / 3);
  });

  test('the same values are at no distance, and the normalised one is a multiple of the deviation', () => {
    expect(numbersOf(reference, 'wasserstein').value).toBeLessThan(1e-9 * deviation);
    const current = sample(draw, random, 500, (x) => x + deviation);
    const inUnits = numbersOf(current, 'wasserstein');
    const [value, criticalValue] = [inUnits.value, inUnits.criticalValue];
    const normalised = numbersOf(current, 'wasserstein_normalised');
    expect(normalised.value).toBeCloseTo(value / deviation, 12);
    expect(normalised.criticalValue).toBeCloseTo(criticalValue / deviation, 12);
  });
});

test.each(['normal', 'uniform', 'exponential', 'counts'])('%s: the critical value is exceeded as promised', (name) => {
  const random = seededRandom(29);
  const [references, windows] = [12, 60];
  let exceeded = 0;
  for (let drawn = 0; drawn < references; drawn++) {
    const { numbersOf } = comparisonOf(sample(FEATURES[name], random, 4_000));
    for (let window = 0; window < windows; window++) {
      const { value, criticalValue } = numbersOf(sample(FEATURES[name], random, 400), 'wasserstein');
      if (value > criticalValue) exceeded++;
    }
  }
  const rate = exceeded / (references * windows);
  expect(rate).toBeGreaterThan(0.02);
  expect(rate).toBeLessThan(0.09);
});

test('one value of a million beside a shift: the shift is seen, and what the value adds is its share of the way', () => {
  const random = seededRandom(31);
  const reference = sample(normalDeviate, random, ROWS);
  const { numbersOf } = comparisonOf(reference);
  const current = sample(normalDeviate, random, 1_000, (x) => x + 3);
  current[0] = 1e6;
  expect(numbersOf(current, 'wasserstein').value).toBeCloseTo(wassersteinTwoSample(current, reference), 0);
});
