/**
 * Critical values do what they promise: with no drift at all, the share of windows that exceed them is the false-alarm rate.
 * Simulated without the bootstrap's own code paths for shares: pairs of samples from the true distribution, judged by the
 * critical values that one reference from it gives. An interval is that of a binomial share plus the critical value's own
 * Monte Carlo error, at 4 standard deviations, for there are some hundred of them.
 */
import { describe, expect, test } from 'vitest';
import {
  CriticalValues,
  kolmogorovSmirnov,
  kolmogorovSmirnovCriticalValue,
  STATISTICS,
  UNORDERED_STATISTICS,
  wasserstein,
} from '../../src/compare/index.js';
import { drawMultinomial } from '../../src/compare/multinomial.js';
import { seededRandom } from '../../src/lib/random.js';

const WINDOWS = 1_500;
const REPLICATES = 4_000;

/** Quantile bins; categories with a long tail. */
const SHAPES = {
  equal: (bins: number) => new Array<number>(bins).fill(1 / bins),
  zipf: (bins: number) => {
    const weights = Array.from({ length: bins }, (_, bin) => 1 / (bin + 1));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return weights.map((weight) => weight / sum);
  },
};

const CASES = [3, 13, 100].flatMap((bins) =>
  [100, 1_000, 10_000].flatMap((n) => [1_000, 30_000].map((m) => ({ bins, n, m }))),
);

/** How far the rate may be off: `spread` standard deviations of both simulations. */
function tolerance(rate: number, windows: number, spread = 4): number {
  return spread * Math.sqrt(rate * (1 - rate) * (1 / windows + 1 / REPLICATES));
}

describe.each(CASES)('$bins bins, n = $n, m = $m', ({ bins, n, m }) => {
  const rate = 0.05;
  test('the real false-alarm rate is the promised one', () => {
    const random = seededRandom(bins * 7 + n + m);
    const shares = SHAPES.equal(bins);
    const reference = Float64Array.from(shares, (share) => Math.round(share * m));
    const criticalValues = new CriticalValues({ falseAlarmRate: rate, replicates: REPLICATES });
    const unordered = criticalValues.forBins(reference);
    const limits = UNORDERED_STATISTICS.map((name) => unordered.criticalValue(name, n));
    const ordered = criticalValues.forOrderedBins(reference).criticalValue(n);
    const exceeded = UNORDERED_STATISTICS.map(() => 0);
    let exceededOrdered = 0;
    const current = new Float64Array(bins);
    const past = new Float64Array(bins);
    for (let window = 0; window < WINDOWS; window++) {
      drawMultinomial(random, n, shares, current);
      drawMultinomial(random, m, shares, past);
      UNORDERED_STATISTICS.forEach((name, place) => {
        if (STATISTICS[name].compute(current, past) > limits[place]) exceeded[place]++;
      });
      if (kolmogorovSmirnov(current, past) > ordered) exceededOrdered++;
    }
    UNORDERED_STATISTICS.forEach((name, place) => {
      const excess = exceeded[place] / WINDOWS - rate;
      // A largest share of few observations has few values, so its rate can only be met from below.
      const distance = name === 'linf' ? excess : Math.abs(excess);
      expect(distance, `${name}: ${exceeded[place]} of ${WINDOWS}`).toBeLessThan(tolerance(rate, WINDOWS));
    });
    expect(Math.abs(exceededOrdered / WINDOWS - rate), `ks: ${exceededOrdered}`).toBeLessThan(tolerance(rate, WINDOWS));
  });
});

test('at the default rate of 0.001, deciles with open ends, and a reference that is itself a draw', () => {
  const [m, n, rate, references, windows] = [10_000, 500, 0.001, 20, 3_000];
  const random = seededRandom(11);
  const shares = [1 / m, ...new Array<number>(10).fill((1 - 2 / m) / 10), 1 / m, 0];
  const names = ['psi', 'js'] as const;
  const exceeded = { psi: 0, js: 0 };
  const current = new Float64Array(shares.length);
  const past = new Float64Array(shares.length);
  for (let draw = 0; draw < references; draw++) {
    const reference = new Float64Array(shares.length);
    drawMultinomial(random, m, shares, reference);
    const noDrift = new CriticalValues({ falseAlarmRate: rate, seed: draw }).forBins(reference);
    for (let window = 0; window < windows; window++) {
      drawMultinomial(random, n, shares, current);
      drawMultinomial(random, m, shares, past);
      for (const name of names) {
        if (STATISTICS[name].compute(current, past) > noDrift.criticalValue(name, n)) exceeded[name]++;
      }
    }
  }
  for (const name of names) {
    const measured = exceeded[name] / (references * windows);
    expect(measured, name).toBeGreaterThan(rate / 2);
    expect(measured, name).toBeLessThan(rate * 2);
  }
});

test('a long tail of categories, at a reference that knows it', () => {
  const [m, n, rate] = [30_000, 1_000, 0.05];
  const random = seededRandom(5);
  const shares = SHAPES.zipf(100);
  const reference = new Float64Array(100);
  drawMultinomial(random, m, shares, reference);
  const noDrift = new CriticalValues({ falseAlarmRate: rate }).forBins(reference);
  const exceeded = { psi: 0, js: 0 };
  const current = new Float64Array(100);
  const past = new Float64Array(100);
  for (let window = 0; window < WINDOWS; window++) {
    drawMultinomial(random, n, shares, current);
    drawMultinomial(random, m, shares, past);
    for (const name of ['psi', 'js'] as const) {
      if (STATISTICS[name].compute(current, past) > noDrift.criticalValue(name, n)) exceeded[name]++;
    }
  }
  for (const count of Object.values(exceeded)) {
    expect(Math.abs(count / WINDOWS - rate)).toBeLessThan(tolerance(rate, WINDOWS));
  }
});

test('Wasserstein, over uneven bins and in the unit of the feature', () => {
  const [bins, m, n, rate] = [13, 5_000, 700, 0.05];
  const random = seededRandom(3);
  const shares = SHAPES.zipf(bins);
  const positions = shares.map((_, bin) => bin * bin);
  const reference = Float64Array.from(shares, (share) => Math.round(share * m));
  const placement = { positions, standardDeviation: 0 };
  const noDrift = new CriticalValues({ falseAlarmRate: rate }).forOrderedBins(reference, placement);
  const critical = noDrift.wassersteinCriticalValue(n);
  const current = new Float64Array(bins);
  const past = new Float64Array(bins);
  let exceeded = 0;
  for (let window = 0; window < WINDOWS; window++) {
    drawMultinomial(random, n, shares, current);
    drawMultinomial(random, m, shares, past);
    if (wasserstein(current, past, positions) > critical) exceeded++;
  }
  expect(Math.abs(exceeded / WINDOWS - rate)).toBeLessThan(tolerance(rate, WINDOWS));
});

test("Kolmogorov-Smirnov sees more than Kolmogorov's own distribution grants over few bins, as much over many", () => {
  const criticalValues = new CriticalValues({ falseAlarmRate: 0.05 });
  const few = criticalValues.forOrderedBins([3_000, 3_000, 3_000]).criticalValue(1_000);
  const many = criticalValues.forOrderedBins(new Array<number>(128).fill(70)).criticalValue(1_000);
  const limit = kolmogorovSmirnovCriticalValue(0.05, 1_000, 9_000);
  expect(few).toBeLessThan(0.87 * limit);
  expect(many).toBeLessThan(limit);
  expect(many).toBeGreaterThan(0.9 * limit);
});
