/**
 * Laws that hold for every statistic over bins, taken from the table: what the table says of a statistic is what is
 * tested. Counts are drawn with many empty bins, for that is where formulas break.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chiSquare,
  jensenShannonContributions,
  jensenShannonDistance,
  psi,
  psiContributions,
  PLACE,
  STATISTICS,
  total,
  type BinStatistic,
  UNORDERED_STATISTICS,
  UnorderedStatistics,
} from '../../src/compare/index.js';

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000_000 }));
const pair = fc
  .integer({ min: 1, max: 40 })
  .chain((bins) =>
    fc.tuple(
      fc.array(count, { minLength: bins, maxLength: bins }),
      fc.array(count, { minLength: bins, maxLength: bins }),
    ),
  );
const filledPair = pair.filter(([current, reference]) => total(current) > 0 && total(reference) > 0);

/** Distances are square roots of what is exact to 1e-16, so zero is 1e-8. */
const ZERO = 1e-7;
const close = (value: number, expected: number): boolean =>
  value === expected || Math.abs(value - expected) <= ZERO + 1e-9 * Math.abs(expected);

describe.each(Object.entries<BinStatistic>(STATISTICS))('%s', (_name, statistic) => {
  const { compute } = statistic;

  test('is a number within its range', () => {
    fc.assert(
      fc.property(pair, ([current, reference]) => {
        const value = compute(current, reference);
        return !Number.isNaN(value) && value >= 0 && value <= statistic.most;
      }),
    );
  });

  test('is 0 between the same counts', () => {
    fc.assert(fc.property(pair, ([counts]) => close(compute(counts, counts), 0)));
  });

  test('is 0 against nothing: no data is no evidence', () => {
    fc.assert(
      fc.property(pair, ([counts]) => {
        const nothing = counts.map(() => 0);
        return compute(counts, nothing) === 0 && compute(nothing, counts) === 0 && compute(nothing, nothing) === 0;
      }),
    );
    expect(compute([], [])).toBe(0);
  });

  test('is 0 over a single bin, and over one category', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (n, m) => {
        return close(compute([n], [m]), 0) && close(compute([0, n, 0], [0, m, 0]), 0);
      }),
    );
  });

  test('is more than 0, and the most it can be, without overlap', () => {
    const value = compute([50, 50, 0, 0], [0, 0, 50, 50]);
    expect(value).toBeGreaterThan(0.4);
    if (statistic.most === 1 && statistic !== STATISTICS.linf) expect(value).toBeCloseTo(1, 12);
  });

  test('does not mind bins that both sides leave empty', () => {
    fc.assert(
      fc.property(pair, fc.nat({ max: 40 }), ([current, reference], at) => {
        const widened = (counts: number[]): number[] => [...counts.slice(0, at), 0, ...counts.slice(at)];
        return close(compute(widened(current), widened(reference)), compute(current, reference));
      }),
    );
  });

  test('typed and plain arrays give the same', () => {
    fc.assert(
      fc.property(pair, ([current, reference]) =>
        Object.is(compute(Float64Array.from(current), Float64Array.from(reference)), compute(current, reference)),
      ),
    );
  });

  if (statistic.symmetric)
    test('is symmetric', () => {
      fc.assert(
        fc.property(pair, ([current, reference]) => close(compute(current, reference), compute(reference, current))),
      );
    });

  if (!statistic.symmetric)
    test('is not symmetric, as it says', () => {
      expect(compute([90, 10], [50, 50])).not.toBeCloseTo(compute([50, 50], [90, 10]), 3);
    });

  if (!statistic.ordered)
    test('ignores the order of the bins', () => {
      fc.assert(
        fc.property(pair, ([current, reference]) =>
          close(compute([...current].reverse(), [...reference].reverse()), compute(current, reference)),
        ),
      );
    });

  if (statistic.ordered)
    test('minds the order of the bins, as it says', () => {
      const alternating = compute([30, 10, 30, 10], [10, 30, 10, 30]);
      const separated = compute([30, 30, 10, 10], [10, 10, 30, 30]);
      expect(separated).toBeGreaterThan(alternating);
    });

  if (statistic.coarsening)
    test('never grows when neighbouring bins are merged', () => {
      fc.assert(
        fc.property(filledPair, fc.nat({ max: 39 }), ([current, reference], at) => {
          const merged = (counts: number[]): number[] => {
            const first = Math.min(at, counts.length - 1);
            return [
              ...counts.slice(0, first),
              (counts[first] ?? 0) + (counts[first + 1] ?? 0),
              ...counts.slice(first + 2),
            ];
          };
          return compute(merged(current), merged(reference)) <= compute(current, reference) * (1 + 1e-9) + ZERO;
        }),
      );
    });

  if (statistic.scaleFree)
    test('depends on shares alone', () => {
      fc.assert(
        fc.property(pair, fc.integer({ min: 2, max: 9 }), ([current, reference], times) =>
          close(
            compute(
              current.map((inBin) => inBin * times),
              reference,
            ),
            compute(current, reference),
          ),
        ),
      );
    });
});

describe('contributions of the bins', () => {
  test('sum to PSI, and none is negative', () => {
    fc.assert(
      fc.property(pair, ([current, reference]) => {
        const terms = psiContributions(current, reference);
        return terms.every((term) => term >= 0) && close(total(terms), psi(current, reference));
      }),
    );
  });

  test('sum to the square of the Jensen-Shannon distance, and none is negative', () => {
    fc.assert(
      fc.property(pair, ([current, reference]) => {
        const terms = jensenShannonContributions(current, reference);
        return terms.every((term) => term >= 0) && close(total(terms), jensenShannonDistance(current, reference) ** 2);
      }),
    );
  });
});

describe('all statistics over unordered bins in one pass', () => {
  test.each(UNORDERED_STATISTICS)('%s agrees with the single statistic', (name) => {
    fc.assert(
      fc.property(pair, ([current, reference]) => {
        const all = new UnorderedStatistics(reference.length);
        all.setReference(reference);
        all.compare(current);
        return close(all.values[PLACE[name]], STATISTICS[name].compute(current, reference));
      }),
    );
  });

  test('degrees of freedom are those of χ²', () => {
    fc.assert(
      fc.property(pair, ([current, reference]) => {
        const all = new UnorderedStatistics(reference.length);
        all.setReference(reference);
        all.compare(current);
        return all.degreesOfFreedom === chiSquare(current, reference).degreesOfFreedom;
      }),
    );
  });
});
