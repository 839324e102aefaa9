/** Performance statistics: values against scikit-learn, intervals against simulation, and absence where undefined. */
import { describe, expect, test } from 'vitest';
import {
  averagePrecision,
  bias,
  brier,
  CONFUSION_STATISTICS,
  estimatedConfusion,
  estimatedConfusionFromSums,
  expectedCalibrationError,
  logLoss,
  logLossOf,
  REGRESSION_STATISTICS,
  rocAuc,
  wilson,
  type Confusion,
  type Estimate,
  type RegressionSums,
} from '../../src/compare/index.js';
import { drawMultinomial } from '../../src/compare/multinomial.js';
import { normalDeviate, seededRandom, type Random } from '../../src/lib/random.js';

const POSITIVE_SCORES = [0.95, 0.8, 0.72, 0.66, 0.41, 0.3];
const NEGATIVE_SCORES = [0.9, 0.7, 0.55, 0.45, 0.35, 0.25, 0.15, 0.05];

function histogram(scores: readonly number[], bins: number): Float64Array {
  const counts = new Float64Array(bins);
  for (const score of scores) counts[Math.min(bins - 1, Math.floor(score * bins))]++;
  return counts;
}

function expectInside(estimate: Estimate | undefined, value: number): void {
  expect(estimate).toBeDefined();
  expect(estimate?.value).toBeCloseTo(value, 10);
  expect(estimate?.lower).toBeLessThan(value);
  expect(estimate?.upper).toBeGreaterThan(value);
}

describe('fourteen scored predictions, as scikit-learn has them', () => {
  const confusion: Confusion = { tp: 4, fn: 2, fp: 3, tn: 5 };

  test.each([
    ['accuracy', 0.6428571428571429],
    ['precision', 0.5714285714285714],
    ['recall', 0.6666666666666666],
    ['specificity', 0.625],
    ['f1', 0.6153846153846154],
    ['balancedAccuracy', 0.6458333333333333],
    ['matthewsCorrelation', 0.28867513459481287],
  ] as const)('%s', (name, expected) => {
    expectInside(CONFUSION_STATISTICS[name](confusion), expected);
  });

  test('areas under the curves, over bins that tie nothing', () => {
    const bins = 1_000;
    const area = rocAuc(histogram(POSITIVE_SCORES, bins), histogram(NEGATIVE_SCORES, bins));
    expectInside(area, 0.7291666666666666);
    expect(area?.binning).toBe(0);
    const average = averagePrecision(histogram(POSITIVE_SCORES, bins), histogram(NEGATIVE_SCORES, bins));
    expectInside(average, 0.6973905723905723);
    expect(average?.binning).toBeCloseTo(0, 12);
  });

  test('over coarse bins the exact areas lie within the stated bound', () => {
    for (const bins of [1, 2, 3, 5, 10]) {
      const [positives, negatives] = [histogram(POSITIVE_SCORES, bins), histogram(NEGATIVE_SCORES, bins)];
      const area = rocAuc(positives, negatives)!;
      expect(Math.abs(area.value - 0.7291666666666666)).toBeLessThanOrEqual(area.binning + 1e-12);
      const average = averagePrecision(positives, negatives)!;
      expect(Math.abs(average.value - 0.6973905723905723)).toBeLessThanOrEqual(average.binning + 1e-12);
    }
  });

  test('Brier score and log loss from sums', () => {
    const errors = [...POSITIVE_SCORES.map((score) => score - 1), ...NEGATIVE_SCORES];
    const squares = errors.map((error) => error * error);
    const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);
    const sumOfSquares = sum(squares.map((square) => square * square));
    const exact = brier(sum(squares), 14, sumOfSquares);
    const safe = brier(sum(squares), 14);
    expectInside(exact, 0.22068571428571432);
    expectInside(safe, 0.22068571428571432);
    const losses = [
      ...POSITIVE_SCORES.map((score) => logLossOf(score, true)),
      ...NEGATIVE_SCORES.map((score) => logLossOf(score, false)),
    ];
    expectInside(logLoss(sum(losses), sum(losses.map((loss) => loss * loss)), 14), 0.6392290776405797);
    expect(logLossOf(0, true)).toBeCloseTo(34.5388, 4);
  });
});

test('regression, as scikit-learn has it', () => {
  const truth = [3, -0.5, 2, 7, 4.5, 1];
  const predicted = [2.5, 0, 2, 8, 5, 1.5];
  const sums = regressionSums(truth, predicted);
  expectInside(REGRESSION_STATISTICS.mae(sums), 0.5);
  expectInside(REGRESSION_STATISTICS.rmse(sums), 0.5773502691896257);
  expectInside(REGRESSION_STATISTICS.bias(sums), 0.3333333333333333);
  expectInside(REGRESSION_STATISTICS.r2(sums), 0.9433962264150944);
});

describe("Wilson's interval, as statsmodels has it", () => {
  test.each([
    [0, 10, 0, 0.27753279986288926],
    [7, 10, 0.39677814746114537, 0.8922087325936989],
    [85, 100, 0.7671644040916763, 0.9069401471634337],
  ])('%i of %i', (successes, observations, lower, upper) => {
    const estimate = wilson(successes, observations);
    expect(estimate.lower).toBeCloseTo(lower, 12);
    expect(estimate.upper).toBeCloseTo(upper, 12);
  });
});

describe('what data do not define is absent', () => {
  test('confusion statistics', () => {
    const nothing: Confusion = { tp: 0, fp: 0, tn: 0, fn: 0 };
    for (const statistic of Object.values(CONFUSION_STATISTICS)) expect(statistic(nothing)).toBeUndefined();
    const onlyNegatives: Confusion = { tp: 0, fp: 0, tn: 9, fn: 0 };
    for (const name of ['precision', 'recall', 'f1', 'balancedAccuracy', 'matthewsCorrelation'] as const) {
      expect(CONFUSION_STATISTICS[name](onlyNegatives), name).toBeUndefined();
    }
    expect(CONFUSION_STATISTICS.accuracy(onlyNegatives)?.value).toBe(1);
  });

  test('areas, losses, errors', () => {
    expect(rocAuc([0, 0], [1, 2])).toBeUndefined();
    expect(rocAuc([1, 2], [0, 0])).toBeUndefined();
    expect(averagePrecision([0, 0], [1, 2])).toBeUndefined();
    expect(brier(0, 0)).toBeUndefined();
    expect(logLoss(0, 0, 0)).toBeUndefined();
    expect(expectedCalibrationError([0], [0], [0])).toBeUndefined();
    const sums = regressionSums([], []);
    for (const statistic of Object.values(REGRESSION_STATISTICS)) expect(statistic(sums)).toBeUndefined();
    expect(REGRESSION_STATISTICS.r2(regressionSums([2, 2, 2], [1, 2, 3]))).toBeUndefined();
    expect(bias(regressionSums([2], [3]))?.value).toBe(1);
  });
});

describe('perfect and perfectly wrong models still have an interval', () => {
  test('all right', () => {
    const perfect: Confusion = { tp: 20, fp: 0, tn: 30, fn: 0 };
    for (const [name, statistic] of Object.entries(CONFUSION_STATISTICS)) {
      const estimate = statistic(perfect)!;
      expect(estimate.value, name).toBe(1);
      expect(estimate.lower, name).toBeLessThan(0.95);
      expect(estimate.upper, name).toBe(1);
    }
    expect(rocAuc([0, 0, 20], [30, 0, 0])).toMatchObject({ value: 1, upper: 1 });
    expect(rocAuc([0, 0, 20], [30, 0, 0])!.lower).toBeLessThan(0.9);
  });

  test('all wrong', () => {
    const wrong: Confusion = { tp: 0, fp: 30, tn: 0, fn: 20 };
    expect(CONFUSION_STATISTICS.matthewsCorrelation(wrong)).toMatchObject({ value: -1, lower: -1 });
    expect(CONFUSION_STATISTICS.f1(wrong)?.value).toBe(0);
    expect(CONFUSION_STATISTICS.accuracy(wrong)!.upper).toBeGreaterThan(0.01);
    expect(averagePrecision([0, 0, 20], [30, 0, 0])).toMatchObject({ value: 1, upper: 1 });
  });
});

test('estimated confusion from sums is that from scores', () => {
  const fromScores = estimatedConfusion([0.9, 0.8, 0.7, 0.4, 0.2]);
  const fromSums = estimatedConfusionFromSums(3, 2.4, 2, 0.6);
  for (const cell of ['tp', 'fp', 'tn', 'fn'] as const) expect(fromSums[cell]).toBeCloseTo(fromScores[cell], 12);
});

test('calibration error: of a calibrated model about its noise, of a biased one its bias', () => {
  const random = seededRandom(53);
  const measure = (shift: number) => {
    const [scores, positives, counts] = [new Float64Array(10), new Float64Array(10), new Float64Array(10)];
    for (let i = 0; i < 4_000; i++) {
      const score = 0.1 + 0.6 * random.next();
      const bin = Math.floor(score * 10);
      counts[bin]++;
      scores[bin] += score;
      if (random.next() < score + shift) positives[bin]++;
    }
    return expectedCalibrationError(scores, positives, counts)!;
  };
  const calibrated = measure(0);
  expect(calibrated.value).toBeLessThan(2 * calibrated.noise);
  const biased = measure(0.1);
  expect(biased.lower).toBeLessThan(0.1);
  expect(biased.upper).toBeGreaterThan(0.1);
  expect(biased.value).toBeGreaterThan(3 * biased.noise);
});

describe('intervals cover the truth as often as they say', () => {
  const RUNS = 1_500;
  /** 95% give or take the asymptotics of a few hundred observations and 4 standard deviations of 1,500 runs. */
  function expectCoverage(name: string, truth: number, draw: (random: Random) => Estimate): void {
    const random = seededRandom(59);
    let covered = 0;
    for (let run = 0; run < RUNS; run++) {
      const { lower, upper } = draw(random);
      if (lower <= truth && truth <= upper) covered++;
    }
    expect(covered / RUNS, name).toBeGreaterThan(0.92);
    expect(covered / RUNS, name).toBeLessThan(0.98);
  }

  const cells = Float64Array.of(0.2, 0.1, 0.62, 0.08);
  const asConfusion = ([tp, fp, tn, fn]: ArrayLike<number> & Iterable<number>): Confusion => ({ tp, fp, tn, fn });

  test.each(Object.entries(CONFUSION_STATISTICS))('%s', (name, statistic) => {
    const counts = new Float64Array(4);
    expectCoverage(name, statistic(asConfusion(cells))!.value, (random) => {
      drawMultinomial(random, 300, cells, counts);
      return statistic(asConfusion(counts))!;
    });
  });

  test('ROC AUC and average precision of two normal classes', () => {
    const BINS = 200;
    const scoreOf = (random: Random, shift: number): number => 1 / (1 + Math.exp(-normalDeviate(random) - shift));
    const sample = (random: Random, count: number, shift: number): Float64Array =>
      histogram(
        Array.from({ length: count }, () => scoreOf(random, shift)),
        BINS,
      );
    const large = seededRandom(61);
    const [positives, negatives] = [sample(large, 100_000, 1), sample(large, 300_000, 0)];
    expectCoverage('auc', rocAuc(positives, negatives)!.value, (random) =>
      rocAuc(sample(random, 50, 1), sample(random, 150, 0))!,
    );
    expectCoverage('average precision', averagePrecision(positives, negatives)!.value, (random) =>
      averagePrecision(sample(random, 50, 1), sample(random, 150, 0))!,
    );
  });

  test('regression', () => {
    const draw = (random: Random): RegressionSums => {
      const truth = Array.from({ length: 200 }, () => 3 + 2 * normalDeviate(random));
      return regressionSums(
        truth,
        truth.map((value) => 1 + 0.75 * (value - 3) + 2.3 + 0.866025 * normalDeviate(random)),
      );
    };
    // error = 0.3 − 0.25 (truth − 3) + noise: variance 0.25 + 0.75 = 1, so R² = 1 − 1.09/4.
    expectCoverage('bias', 0.3, (random) => REGRESSION_STATISTICS.bias(draw(random))!);
    expectCoverage('rmse', Math.sqrt(1.09), (random) => REGRESSION_STATISTICS.rmse(draw(random))!);
    expectCoverage('r2', 1 - 1.09 / 4, (random) => REGRESSION_STATISTICS.r2(draw(random))!);
    expectCoverage('rmse by fourth powers', Math.sqrt(1.09), (random) => {
      const { fourthPowerError: _, ...without } = draw(random);
      return REGRESSION_STATISTICS.rmse(without)!;
    });
  });
});

function regressionSums(truth: readonly number[], predicted: readonly number[]): RegressionSums {
  const errors = predicted.map((value, index) => value - truth[index]);
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  return {
    observations: truth.length,
    error: sum(errors),
    absoluteError: sum(errors.map(Math.abs)),
    squaredError: sum(errors.map((error) => error ** 2)),
    fourthPowerError: sum(errors.map((error) => error ** 4)),
    truth: sum(truth),
    squaredTruth: sum(truth.map((value) => value ** 2)),
  };
}
