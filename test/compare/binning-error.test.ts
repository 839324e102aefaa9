/** What binning costs, against the exact value of raw observations: within the bound that the files state, and small. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovBound,
  kolmogorovSmirnovTwoSample,
  wasserstein,
  wassersteinBound,
  wassersteinTwoSample,
} from '../../src/compare/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';

/** Counts over [edge, next edge); values outside go to the outer bins. */
function binned(sample: ArrayLike<number>, innerEdges: readonly number[]): Float64Array {
  const counts = new Float64Array(innerEdges.length + 1);
  for (const value of Array.from(sample)) {
    let bin = 0;
    while (bin < innerEdges.length && value >= innerEdges[bin]) bin++;
    counts[bin]++;
  }
  return counts;
}

function quantileEdges(sample: Float64Array, bins: number): number[] {
  const sorted = sample.slice().sort();
  return Array.from({ length: bins - 1 }, (_, index) => sorted[Math.floor(((index + 1) / bins) * sorted.length)]);
}

function boundsOf(edges: readonly number[], ...samples: ArrayLike<number>[]): { ends: number[]; centres: number[] } {
  const all = samples.flatMap((sample) => Array.from(sample));
  const ends = [Math.min(...all, ...edges), ...edges, Math.max(...all, ...edges)];
  return { ends, centres: ends.slice(1).map((end, bin) => (end + ends[bin]) / 2) };
}

const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 });
const edges = fc
  .uniqueArray(fc.double({ min: -90, max: 90, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((list) => list.sort((a, b) => a - b));

test('Kolmogorov-Smirnov: the exact value lies between the statistic and its ceiling', () => {
  fc.assert(
    fc.property(values, values, edges, (current, reference, inner) => {
      const exact = kolmogorovSmirnovTwoSample(current, reference).statistic;
      const [c, r] = [binned(current, inner), binned(reference, inner)];
      return kolmogorovSmirnov(c, r) <= exact + 1e-9 && exact <= kolmogorovSmirnovBound(c, r) + 1e-9;
    }),
  );
});

test('Wasserstein: the exact value lies within the bound', () => {
  fc.assert(
    fc.property(values, values, edges, (current, reference, inner) => {
      const { ends, centres } = boundsOf(inner, current, reference);
      const [c, r] = [binned(current, inner), binned(reference, inner)];
      const off = Math.abs(wasserstein(c, r, centres) - wassersteinTwoSample(current, reference));
      return off <= wassersteinBound(c, r, centres, ends) + 1e-9;
    }),
  );
});

describe('over 128 quantile bins of a normal reference', () => {
  const random = seededRandom(17);
  const reference = Float64Array.from({ length: 20_000 }, () => normalDeviate(random));
  const inner = quantileEdges(reference, 128);

  test.each([0, 0.1, 0.5, 2])('a shift by %d σ', (shift) => {
    const current = Float64Array.from({ length: 2_000 }, () => normalDeviate(random) + shift);
    const [c, r] = [binned(current, inner), binned(reference, inner)];
    const exact = kolmogorovSmirnovTwoSample(current, reference).statistic;
    expect(exact - kolmogorovSmirnov(c, r)).toBeGreaterThanOrEqual(0);
    expect(exact - kolmogorovSmirnov(c, r)).toBeLessThan(1 / 128);
    const { ends, centres } = boundsOf(inner, current, reference);
    const off = Math.abs(wasserstein(c, r, centres) - wassersteinTwoSample(current, reference));
    expect(off).toBeLessThanOrEqual(wassersteinBound(c, r, centres, ends));
    // Where a large shift crowds the wide last bin, its centre is a poor place for what is in it, and the bound says so.
    if (shift <= 0.5) expect(off).toBeLessThan(0.05);
    else expect(wassersteinBound(c, r, centres, ends)).toBeGreaterThan(0.2);
  });
});
