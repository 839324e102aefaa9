/**
 * Drift statistics against scipy, Evidently and NannyML, each computing from the raw values of the same files. Three
 * questions to each column: does the same definition over the same bins give the same number; is the number of the raw
 * values within the error that the statistic's file states; and, where a peer's definition is another one, does our
 * formula over the peer's own bins give the peer's number, so that nothing but the definition differs.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  chiSquare,
  chiSquareGoodnessOfFit,
  cramerVonMisesTwoSample,
  hellinger,
  jensenShannonDistance,
  kolmogorovSmirnov,
  kolmogorovSmirnovBound,
  kolmogorovSmirnovTwoSample,
  kullbackLeibler,
  lInfinity,
  psi,
  psiRaw,
  totalVariation,
  wasserstein,
  wassersteinBound,
  wassersteinTwoSample,
} from '../../src/compare/index.js';
import { comparedPairs, type ComparedColumn, type ComparedPair } from './compared-pairs.js';

/** Of two computations of one formula in double precision: rounding, over sums of up to half a million terms. */
const ROUNDING = 1e-9;
/** A square root turns a rounding error of 1e-16 near 0 into one of 1e-8. */
const ROOTED = 3e-8;

let pairs: ComparedPair[];
beforeAll(async () => {
  pairs = await comparedPairs();
});

/** Every column, with a message that names it. */
function each(wanted: (column: ComparedColumn) => boolean, check: (column: ComparedColumn, of: string) => void): void {
  let columns = 0;
  for (const pair of pairs) {
    for (const column of pair.columns.filter(wanted)) {
      check(column, `${pair.name}: ${column.name}`);
      columns++;
    }
  }
  expect(columns).toBeGreaterThan(0);
}

function close(ours: number, theirs: number, of: string, absolute = ROUNDING): void {
  if (!Number.isFinite(theirs)) expect(ours, of).toBe(theirs);
  else expect(Math.abs(ours - theirs), of).toBeLessThanOrEqual(Math.max(absolute, ROUNDING * Math.abs(theirs)));
}

/** What Yates' correction makes of χ² of two categories: every cell is half an observation nearer to what is expected. */
function yates([a, b]: Float64Array, [c, d]: Float64Array): number {
  const off = Math.abs(a - ((a + b) * (a + c)) / (a + b + c + d));
  return off === 0 ? 1 : (Math.max(0, off - 0.5) / off) ** 2;
}

const all = (): boolean => true;
const numeric = (column: ComparedColumn): boolean => column.isNumeric;
const categorical = (column: ComparedColumn): boolean => !column.isNumeric;
const sample = (values: readonly unknown[]): Float64Array => Float64Array.from(values as number[]);

describe('the same bins, counted by numpy and computed by scipy', () => {
  test('what is published: PSI, Jensen-Shannon, Kolmogorov-Smirnov', () => {
    each(all, ({ published, peers, isNumeric }, of) => {
      close(published.psi, peers.scipy.psi, of);
      close(published.js, peers.scipy.js, of, ROOTED);
      if (isNumeric) close(published.ks, peers.scipy.ks, of);
    });
  });

  test('Hellinger, total variation, L∞, Kullback-Leibler, χ² with its p, PSI', () => {
    each(all, ({ drift: { current, reference }, peers: { scipy } }, of) => {
      close(hellinger(current, reference), scipy.hellinger, of, ROOTED);
      close(totalVariation(current, reference), scipy.tv, of);
      close(lInfinity(current, reference), scipy.linf, of);
      close(kullbackLeibler(current, reference), scipy.kl, of);
      close(psi(current, reference), scipy.psi, of);
      close(chiSquare(current, reference).statistic, scipy.chi2, of);
      close(chiSquare(current, reference).p, scipy.chi2P, of);
    });
  });

  test('Kolmogorov-Smirnov and Wasserstein over all bins in order', () => {
    each(numeric, ({ ordered, peers: { scipy } }, of) => {
      const { current, reference, positions } = ordered!;
      close(kolmogorovSmirnov(current, reference), scipy.ks, of);
      close(wasserstein(current, reference, positions), scipy.wasserstein, of);
    });
  });
});

describe('the raw values, by scipy and numpy', () => {
  test('mean and standard deviation of the profile', () => {
    each(numeric, ({ current, peers }, of) => {
      close(current.mean, peers.raw!.mean, of);
      close(current.standardDeviation, peers.raw!.standardDeviation, of);
    });
  });

  test('Kolmogorov-Smirnov lies between the binned statistic and its ceiling', () => {
    each(numeric, ({ ordered, peers: { raw } }, of) => {
      const { current, reference } = ordered!;
      expect(raw!.ks, of).toBeGreaterThanOrEqual(kolmogorovSmirnov(current, reference) - ROUNDING);
      expect(raw!.ks, of).toBeLessThanOrEqual(kolmogorovSmirnovBound(current, reference) + ROUNDING);
    });
  });

  test('Wasserstein lies within the bound around the binned one', () => {
    each(numeric, ({ ordered, peers: { raw } }, of) => {
      const { current, reference, positions, edges } = ordered!;
      const off = Math.abs(wasserstein(current, reference, positions) - raw!.wasserstein);
      expect(off, of).toBeLessThanOrEqual(wassersteinBound(current, reference, positions, edges) + ROUNDING);
    });
  });

  test('the statistics of two samples are exact', () => {
    each(numeric, ({ values, peers: { raw } }, of) => {
      const [current, reference] = [sample(values.current), sample(values.reference)];
      const { statistic, p, exact } = kolmogorovSmirnovTwoSample(current, reference);
      close(statistic, raw!.ks, of);
      // scipy counts paths up to 10,000 values a side, we up to 10,000 pairs; above, ours is Kolmogorov's limit.
      if (exact) close(p, raw!.ksP, of);
      else {
        close(p, raw!.ksLimitP, of);
        const effective = (current.length * reference.length) / (current.length + reference.length);
        expect(Math.abs(p - raw!.ksP), of).toBeLessThanOrEqual(1 / Math.sqrt(effective));
      }
      close(wassersteinTwoSample(current, reference), raw!.wasserstein, of);
    });
  });

  test('Cramér-von Mises where no two values are the same', () => {
    each(
      ({ peers }) => Array.isArray(peers.raw?.untied),
      ({ peers: { raw } }, of) => close(cramerVonMisesTwoSample(...raw!.untied!), raw!.cramerVonMisesUntied, of),
    );
  });
});

describe('Evidently: our formulas over its bins', () => {
  test('PSI, not smoothed, with its share in place of zero', () => {
    each(all, ({ peers: { evidently } }, of) => {
      const { currentCounts, referenceCounts, currentFloor, referenceFloor } = evidently;
      // It takes another share for each side. Where both have empty bins, the index lies between those of the two shares,
      // and a bin that is empty on both sides counts, by as much as the shares differ.
      const floors = [currentFloor, referenceFloor].filter((floor) => floor > 0);
      const ours = (floors.length === 0 ? [0] : floors).map((floor) => psiRaw(currentCounts, referenceCounts, floor));
      const emptyOnBoth = currentCounts.filter((count, bin) => count === 0 && referenceCounts[bin] === 0).length;
      const ofNothing =
        emptyOnBoth === 0 ? 0 : emptyOnBoth * (currentFloor - referenceFloor) * Math.log(currentFloor / referenceFloor);
      const theirs = evidently.psi - ofNothing;
      const [least, most] = [Math.min(...ours), Math.max(...ours)];
      const rounding = ROUNDING * Math.max(1, most);
      expect(theirs, of).toBeGreaterThanOrEqual(least - rounding);
      expect(theirs, of).toBeLessThanOrEqual(most + rounding);
      if (floors.length < 2) close(least, evidently.psi, of);
    });
  });

  test('Jensen-Shannon is to base e: √ln 2 of ours', () => {
    each(all, ({ peers: { evidently } }, of) => {
      const { currentCounts, referenceCounts, js } = evidently;
      close(jensenShannonDistance(currentCounts, referenceCounts, Math.E), js, of, ROOTED);
      close(jensenShannonDistance(currentCounts, referenceCounts) * Math.sqrt(Math.LN2), js, of, ROOTED);
    });
  });

  test('Kullback-Leibler the other way round, of filled shares', () => {
    each(all, ({ peers: { evidently } }, of) => {
      close(kullbackLeibler(evidently.referenceFilled, evidently.currentFilled), evidently.kl, of);
    });
  });

  test('Hellinger over bins between the different values of both sides', () => {
    each(all, ({ peers: { evidently } }, of) => {
      const { hellingerCurrentCounts, hellingerReferenceCounts } = evidently;
      close(hellinger(hellingerCurrentCounts, hellingerReferenceCounts), evidently.hellinger, of, ROOTED);
    });
  });

  test('Wasserstein over the deviation of a population, and at least a thousandth', () => {
    each(numeric, ({ values, peers: { raw, evidently } }, of) => {
      const deviation = Math.max(0.001, raw!.referencePopulationDeviation);
      const exact = wassersteinTwoSample(sample(values.current), sample(values.reference));
      close(exact / deviation, evidently.wassersteinNormed, of);
    });
  });

  test('Kolmogorov-Smirnov is told as its p', () => {
    each(numeric, ({ peers: { raw, evidently } }, of) => close(raw!.ksP, evidently.ksP, of));
  });

  test('χ² takes the reference for the truth, and is told as its p; total variation', () => {
    each(categorical, ({ peers: { evidently } }, of) => {
      const { currentCounts, referenceCounts } = evidently;
      close(chiSquareGoodnessOfFit(currentCounts, referenceCounts).p, evidently.chi2P, of);
      close(totalVariation(currentCounts, referenceCounts), evidently.tv, of);
    });
  });
});

describe('NannyML: our formulas over its bins', () => {
  test('Jensen-Shannon and Hellinger, with one more bin for all that the reference has not', () => {
    each(all, ({ peers: { nannyml } }, of) => {
      const { currentCounts, referenceCounts, js } = nannyml;
      close(jensenShannonDistance(currentCounts, referenceCounts), js, of, ROOTED);
      close(hellinger(currentCounts, referenceCounts), nannyml.hellinger, of, ROOTED);
    });
  });

  test('Kolmogorov-Smirnov: exact below 10,000 reference values, above over 10,000 bins of equal width', () => {
    each(numeric, ({ peers: { raw, nannyml } }, of) => {
      if (nannyml.fine === undefined) close(raw!.ks, nannyml.ks, of);
      else close(kolmogorovSmirnov(nannyml.fine.currentCounts, nannyml.fine.referenceCounts), nannyml.ks, of);
    });
  });

  test('Wasserstein: likewise, for what lies in the range of the reference', () => {
    each(numeric, ({ peers: { raw, nannyml } }, of) => {
      const { fine } = nannyml;
      if (fine === undefined) close(raw!.wasserstein, nannyml.wasserstein, of);
      else {
        const ours = wasserstein(fine.insideCounts, fine.referenceCounts.slice(1, -1), fine.edges.slice(1));
        close(ours, fine.insideWasserstein, of);
      }
    });
  });

  test('χ² of a table without missing values, and L∞', () => {
    each(categorical, ({ values, peers: { nannyml } }, of) => {
      const places = new Map(
        [...new Set([...values.current, ...values.reference])].map((name, place) => [name, place]),
      );
      const count = (side: readonly unknown[]): Float64Array => {
        const counts = new Float64Array(places.size);
        for (const value of side) counts[places.get(value)!]++;
        return counts;
      };
      const [current, reference] = [count(values.current), count(values.reference)];
      const { statistic } = chiSquare(current, reference);
      if (places.size > 2) close(statistic, nannyml.chi2, of);
      else close(statistic * yates(current, reference), nannyml.chi2, of);
      close(lInfinity(current, reference), nannyml.linf, of);
    });
  });
});
