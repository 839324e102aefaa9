/** Tolerances against scipy's beta-binomial, and what they promise against simulation. */
import { describe, expect, test } from 'vitest';
import { tolerableCount, Tolerances } from '../../src/compare/index.js';
import { seededRandom } from '../../src/lib/random.js';

/** Reference count, reference observations, observations, rate; scipy.stats.betabinom(n, c + .5, m - c + .5).isf(rate). */
const SCIPY = [
  [0, 1_000, 100, 1e-3, 2],
  [0, 30_000, 1_000, 1e-3, 1],
  [0, 500, 2_500, 1e-3, 29],
  [3, 1_000, 100, 1e-3, 4],
  [7, 100_000, 50_000, 1e-4, 17],
  [0, 10_000, 1_000_000, 1e-3, 544],
  [50, 1_000, 1_000, 1e-3, 84],
  [100, 1_000, 800, 1e-3, 118],
  [3_000, 30_000, 100_000, 1e-3, 10_620],
  [5_000, 10_000, 1_000, 1e-3, 551],
  [900, 1_000, 500, 1e-3, 473],
  [2, 200, 100_000, 1e-3, 5_022],
  [20, 5_000, 20_000, 1e-2, 135],
  [1_000, 1_000, 300, 1e-3, 300],
] as const;

test.each(SCIPY)('%i of %i in the reference, %i values, rate %d: %i', (count, reference, n, rate, expected) => {
  const found = tolerableCount(count, reference, n, rate);
  if (expected <= 64 && n <= 1_000) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThanOrEqual(Math.max(1, 0.03 * expected));
});

test.each([
  [0.002, 2_000, 500],
  [0.05, 1_000, 300],
  [0.3, 5_000, 2_000],
])('a share of %d, learned from %i values, at %i: exceeded as often as promised, at most', (share, m, n) => {
  const random = seededRandom(211);
  const drawn = (size: number): number => {
    let count = 0;
    for (let at = 0; at < size; at++) if (random.next() < share) count++;
    return count;
  };
  const [runs, rate] = [3_000, 0.02];
  let exceeded = 0;
  for (let run = 0; run < runs; run++) if (drawn(n) > tolerableCount(drawn(m), m, n, rate)) exceeded++;
  expect(exceeded / runs).toBeLessThan(rate + 4 * Math.sqrt(rate / runs));
  expect(exceeded / runs).toBeGreaterThan(rate / 10);
});

describe('one wrong value', () => {
  test('is tolerated whatever the reference', () => {
    for (const m of [10, 1_000, 1e6, 1e9])
      for (const n of [2, 10, 100, 1e4]) expect(tolerableCount(0, m, n, 1e-3)).toBeGreaterThan(0);
  });

  test('all of them are tolerated by no reference that knows better', () => {
    for (const n of [10, 100, 1e4]) expect(tolerableCount(0, 1_000, n, 1e-3)).toBeLessThan(n / 2);
  });
});

test('no reference, or nothing observed: nothing is too much', () => {
  expect(tolerableCount(0, 0, 100, 1e-3)).toBe(100);
  expect(new Tolerances(1e-3).share(0, 1_000, 0)).toBe(1);
  expect(new Tolerances(1e-3).share(0, 1_000, 1)).toBe(1);
});

test('shares are the counts, also where two questions share a place in memory', () => {
  const tolerances = new Tolerances(1e-3);
  for (let round = 0; round < 2; round++) {
    for (let n = 2; n < 3_000; n += 7) {
      for (const count of [0, 8, 300])
        expect(tolerances.share(count, 1_000, n) * n).toBeCloseTo(tolerableCount(count, 1_000, n, 1e-3), 9);
    }
  }
});
