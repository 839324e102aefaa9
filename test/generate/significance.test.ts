/** What chance explains: the normal quantile against known values, the critical share against the exact binomial tail. */
import { describe, expect, test } from 'vitest';
import {
  criticalShare,
  expectedBeforeHalvingCounts,
  expectedBeforeSilenceCounts,
  upperNormalQuantile,
} from '../../src/generate/significance.js';

/** P(X ≥ k) for X binomial(n, p), summed exactly. */
function upperTail(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return 1 - below;
}

/** The PromQL is arithmetic over one square root: evaluated here as such. */
function criticalAt(share: number, n: number, rate: number): number {
  const [, base, z, c] =
    /^(\S+) \+ \((\S+) \* sqrt\(.*\) \+ (\S+)\) \/ n$/.exec(criticalShare(`${share}`, 'n', rate)) ?? [];
  return Number(base) + (Number(z) * Math.sqrt(n * share) + Number(c)) / n;
}

describe('upperNormalQuantile', () => {
  test.each([
    [0.25, 0.6744898],
    [0.05, 1.6448536],
    [0.001, 3.0902323],
    [0.00001, 4.2648908],
  ])('P(Z > z) = %d', (probability, z) => {
    expect(Math.abs(upperNormalQuantile(probability) - z)).toBeLessThan(4.5e-4);
  });
});

describe('criticalShare', () => {
  const shares = [0.001, 0.01, 0.05, 0.2];
  const sizes = [1, 2, 3, 5, 10, 30, 100, 300, 1000, 3000];
  test.each(shares.flatMap((share) => sizes.map((n) => [share, n])))(
    'is exceeded at most as often as promised: share %d at n = %d',
    (share, n) => {
      const firstAlarming = Math.floor(n * criticalAt(share, n, 0.001)) + 1;
      expect(upperTail(firstAlarming, n, share)).toBeLessThanOrEqual(0.001);
    },
  );

  test('is not blind: ten missing of ten alarm at any threshold', () => {
    for (const share of shares) expect(criticalAt(share, 10, 0.001)).toBeLessThan(1);
  });
});

test('silence and halving count from the mean at which chance has the configured rate', () => {
  expect(Math.exp(-expectedBeforeSilenceCounts(0.001))).toBeCloseTo(0.001, 5);
  const mean = expectedBeforeHalvingCounts(0.001);
  expect((mean / 2 - mean) / Math.sqrt(mean)).toBeCloseTo(-upperNormalQuantile(0.001), 3);
});
