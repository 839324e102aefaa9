/** Values that numpy, scipy, scikit-learn and statsmodels give for complete inputs: each statistic against another's code. */
import { describe, expect, test } from 'vitest';
import {
  centroidCosine,
  centroidEuclidean,
  chiSquare,
  chiSquareGoodnessOfFit,
  cramerVonMisesTwoSample,
  estimatedConfusion,
  accuracy,
  f1,
  fisherExact,
  hellinger,
  jensenShannonDistance,
  kolmogorovSmirnov,
  kolmogorovSmirnovTwoSample,
  kullbackLeibler,
  lInfinity,
  psi,
  psiRaw,
  qValues,
  totalVariation,
  twoProportions,
  wasserstein,
  wassersteinNormalised,
  wassersteinTwoSample,
} from '../../src/compare/index.js';
import { cramerVonMises } from '../../src/compare/cramer-von-mises.js';
import { SETOSA, VIRGINICA } from './iris-sepal-length.js';

const REFERENCE = [16, 18, 16, 14, 12, 12];
const CURRENT = [16, 16, 16, 16, 16, 8];
const VALUES = [1, 2, 3, 4, 5, 6];

/** Counts of the letters of `alphabet` in a text. */
function lettersOf(text: string, alphabet: string): number[] {
  return [...alphabet].map((letter) => [...text].filter((other) => other === letter).length);
}

function standardDeviation(counts: readonly number[], values: readonly number[]): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, bin) => sum + count * values[bin], 0) / n;
  return Math.sqrt(counts.reduce((sum, count, bin) => sum + count * (values[bin] - mean) ** 2, 0) / n);
}

describe('six values, 88 observations on each side', () => {
  test('χ² of the current counts against the reference scaled', () => {
    const result = chiSquareGoodnessOfFit(CURRENT, REFERENCE);
    expect(result.statistic).toBeCloseTo(3.1746032, 7);
    expect(result.degreesOfFreedom).toBe(5);
    expect(result.p).toBeCloseTo(0.6730876, 7);
  });

  test.each([
    ['PSI without smoothing', psiRaw(CURRENT, REFERENCE), 0.0372183816, 10],
    ['Jensen-Shannon distance, base e', jensenShannonDistance(CURRENT, REFERENCE, Math.E), 0.0680481962, 10],
    ['Jensen-Shannon distance, base 2', jensenShannonDistance(CURRENT, REFERENCE), 0.0817342133, 10],
    ['KL of the reference from the current', kullbackLeibler(REFERENCE, CURRENT), 0.018909677, 10],
    ['Hellinger', hellinger(CURRENT, REFERENCE), 0.0681277437, 10],
    ['total variation', totalVariation(CURRENT, REFERENCE), 0.0681818, 7],
    ['L∞', lInfinity(CURRENT, REFERENCE), 0.0454545, 7],
    ['Kolmogorov-Smirnov', kolmogorovSmirnov(CURRENT, REFERENCE), 0.0454545, 7],
    ['Wasserstein-1', wasserstein(CURRENT, REFERENCE, VALUES), 0.0909091, 7],
    [
      'Wasserstein-1 over σ',
      wassersteinNormalised(CURRENT, REFERENCE, VALUES, standardDeviation(REFERENCE, VALUES)),
      0.0544331,
      7,
    ],
  ])('%s', (_name, value, expected, digits) => {
    expect(value).toBeCloseTo(expected, digits);
  });
});

describe('eight raw values on each side', () => {
  const a = [38.7, 41.5, 43.8, 44.5, 45.5, 46, 47.7, 58];
  const b = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8];

  test('Kolmogorov-Smirnov, with its exact p', () => {
    const result = kolmogorovSmirnovTwoSample(a, b);
    expect(result.statistic).toBe(0.625);
    expect(result.exact).toBe(true);
    expect(result.p).toBeCloseTo(0.0870241, 7);
  });

  test('Wasserstein-1 and Cramér-von Mises', () => {
    expect(wassersteinTwoSample(a, b)).toBeCloseTo(4.1625, 10);
    expect(cramerVonMisesTwoSample(a, b)).toBeCloseTo(0.4375, 10);
  });

  test('each value its own bin is the same as raw values', () => {
    const values = [...a, ...b].sort((x, y) => x - y);
    const counts = (sample: readonly number[]) => values.map((value) => (sample.includes(value) ? 1 : 0));
    expect(kolmogorovSmirnov(counts(a), counts(b))).toBeCloseTo(0.625, 12);
    expect(cramerVonMises(counts(a), counts(b))).toBeCloseTo(0.4375, 12);
    expect(wasserstein(counts(a), counts(b), values)).toBeCloseTo(4.1625, 12);
  });
});

test('samples of unequal size, as scipy has them', () => {
  const a = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19];
  const b = [2, 2.5, 4, 4.5, 6, 6.5, 8, 8.5, 20, 21, 22, 23];
  const result = kolmogorovSmirnovTwoSample(a, b);
  expect(result.statistic).toBeCloseTo(1 / 3, 12);
  expect(result.p).toBeCloseTo(0.4769564800524554, 12);
  expect(cramerVonMisesTwoSample(a, b)).toBeCloseTo(0.1287878787878789, 12);
  expect(wassersteinTwoSample(a, b)).toBeCloseTo(2.8833333333333333, 12);
});

test('[0, 1, 2] against [0, 0, 0]: bins that one side leaves empty', () => {
  const current = [1, 1, 1];
  const reference = [3, 0, 0];
  expect(jensenShannonDistance(current, reference, Math.E)).toBeCloseTo(0.5641428, 7);
  expect(psiRaw(current, reference, 1e-4)).toBeCloseTo(6.1386046, 7);
  expect(psiRaw(current, reference)).toBe(Infinity);
  expect(psi(current, reference)).toBeLessThan(2);
});

test('categories: L∞', () => {
  expect(lInfinity(lettersOf('aabbccd', 'abcd'), lettersOf('aabbcc', 'abcd'))).toBeCloseTo(1 / 7, 12);
  expect(lInfinity(lettersOf('bbbbb', 'abc'), lettersOf('aabbcc', 'abc'))).toBeCloseTo(2 / 3, 12);
});

test('estimated performance from five calibrated scores', () => {
  const estimated = estimatedConfusion([0.9, 0.8, 0.7, 0.4, 0.2], 0.5);
  expect(estimated.tp).toBeCloseTo(2.4, 12);
  expect(estimated.fp).toBeCloseTo(0.6, 12);
  expect(estimated.fn).toBeCloseTo(0.6, 12);
  expect(estimated.tn).toBeCloseTo(1.4, 12);
  expect(accuracy(estimated)?.value).toBeCloseTo(0.76, 12);
  expect(f1(estimated)?.value).toBeCloseTo(0.8, 12);
});

test("Fisher's exact test", () => {
  const [a, b] = lettersOf('abbaab', 'ab');
  const [c, d] = lettersOf('aaaaaa', 'ab');
  expect(fisherExact(a, b, c, d)).toBeCloseTo(0.1818182, 7);
  expect(fisherExact(8, 2, 1, 5)).toBeCloseTo(0.034965034965034975, 12);
  expect(fisherExact(120, 880, 150, 850)).toBeCloseTo(0.05759585086892674, 12);
  expect(fisherExact(0, 10, 0, 20)).toBe(1);
});

test('distance of centroids', () => {
  expect(centroidEuclidean([4, 5, 6], [5, 4, 2])).toBeCloseTo(4.2426407, 7);
  expect(centroidCosine([1, 0], [0, 2])).toBeCloseTo(1, 12);
  expect(centroidCosine([1, 2], [2, 4])).toBeCloseTo(0, 12);
  expect(centroidCosine([1, 2], [-1, -2])).toBeCloseTo(2, 12);
  expect(centroidCosine([0, 0], [1, 2])).toBe(1);
  expect(centroidCosine([0, 0], [0, 0])).toBe(0);
});

test('iris, sepal length: setosa against virginica', () => {
  expect(kolmogorovSmirnovTwoSample(SETOSA, VIRGINICA).statistic).toBeCloseTo(0.92, 12);
  expect(wassersteinTwoSample(SETOSA, VIRGINICA)).toBeCloseTo(1.582, 12);
});

test('q-values by Benjamini and Hochberg, in the order of the p-values given', () => {
  const adjusted = [...qValues([0.01, 0.04, 0.03, 0.005, 0.5, 0.9])];
  [0.03, 0.06, 0.06, 0.03, 0.6, 0.9].forEach((expected, index) => expect(adjusted[index]).toBeCloseTo(expected, 12));
  expect(qValues([])).toHaveLength(0);
});

test("two proportions: Newcombe's interval", () => {
  const result = twoProportions(56, 70, 48, 80);
  expect(result?.difference).toBeCloseTo(0.2, 12);
  expect(result?.lower).toBeCloseTo(0.05243147240236498, 10);
  expect(result?.upper).toBeCloseTo(0.33387265403690614, 10);
  expect(twoProportions(1, 1, 0, 0)).toBeUndefined();
});

test('two-sample χ² over two bins is the square of the pooled z', () => {
  const z = twoProportions(56, 70, 48, 80)?.z ?? 0;
  expect(chiSquare([56, 14], [48, 32]).statistic).toBeCloseTo(z * z, 10);
});
