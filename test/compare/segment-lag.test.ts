/** Bounds that hold for many segments at once: against exact binomials, and against simulated versions with no difference. */
import { describe, expect, test } from 'vitest';
import { chernoffBounds, segmentLags } from '../../src/compare/index.js';
import { drawBinomial } from '../../src/compare/multinomial.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { SCORE_BINS, VERSION_CELL, VERSION_CELLS } from '../../src/observe/index.js';

/** P(count) of a binomial. */
function binomial(n: number, p: number): Float64Array {
  const chances = new Float64Array(n + 1);
  let logChance = n * Math.log1p(-p);
  for (let count = 0; count <= n; count++) {
    chances[count] = Math.exp(logChance);
    logChance += Math.log((n - count) / (count + 1)) + Math.log(p / (1 - p));
  }
  return chances;
}

describe("Chernoff's bounds", () => {
  test.each([
    [0, 100, 0.05, 0, 1 - 0.05 ** 0.01],
    [100, 100, 0.05, 0.05 ** 0.01, 1],
  ])('%s of %s at %s', (successes, observations, rate, lower, upper) => {
    const bounds = chernoffBounds(successes, observations, rate);
    expect(bounds.lower).toBeCloseTo(lower, 9);
    expect(bounds.upper).toBeCloseTo(upper, 9);
  });

  test.each([20, 100, 1000])('are crossed no more often than the rate says, whatever the share, at %s', (n) => {
    for (const p of [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]) {
      for (const rate of [0.05, 1e-3, 5e-5]) {
        let [below, above] = [0, 0];
        binomial(n, p).forEach((chance, count) => {
          const { lower, upper } = chernoffBounds(count, n, rate);
          if (upper < p) below += chance;
          if (lower > p) above += chance;
        });
        expect(below).toBeLessThanOrEqual(rate);
        expect(above).toBeLessThanOrEqual(rate);
      }
    }
  });
});

const random = seededRandom(17);
const RATE = 0.05;
const SEGMENTS = 20;
const LOOKS = 400;

function rightOf(observations: number, share: number): Float64Array {
  const cells = new Float64Array(VERSION_CELLS);
  cells[VERSION_CELL.joined] = observations;
  cells[VERSION_CELL.correct] = drawBinomial(random, observations, share);
  return cells;
}

function scoresOf(positives: number, negatives: number, distance: number): Float64Array {
  const cells = new Float64Array(VERSION_CELLS);
  const draw = (from: number, count: number, mean: number): void => {
    for (let row = 0; row < count; row++) {
      const score = 1 / (1 + Math.exp(-mean - normalDeviate(random)));
      cells[from + Math.min(SCORE_BINS - 1, Math.floor(score * SCORE_BINS))]++;
    }
  };
  draw(VERSION_CELL.positiveScores, positives, distance / 2);
  draw(VERSION_CELL.negativeScores, negatives, -distance / 2);
  return cells;
}

const options = { falseAlarmRate: RATE, minimumObservations: 100 };

describe('with no difference, any of twenty segments is reported no more often than the rate says', () => {
  test.each([0.5, 0.9, 0.99])('an accuracy of %s', (share) => {
    let [lags, lows] = [0, 0];
    for (let look = 0; look < LOOKS; look++) {
      const segments = Array.from({ length: SEGMENTS }, () => rightOf(150, share));
      const found = segmentLags(segments, { ...options, task: 'multiclass' }).flat();
      expect(found).toHaveLength(SEGMENTS);
      if (found.some(({ lagLower }) => lagLower > 0)) lags++;
      if (found.some(({ atMost }) => atMost < share)) lows++;
    }
    expect(lags / LOOKS).toBeLessThanOrEqual(RATE);
    expect(lows / LOOKS).toBeLessThanOrEqual(RATE);
  });

  test.each([0.5, 1.5, 3])('scores whose classes are %s apart, one in five positive', (distance) => {
    let lags = 0;
    for (let look = 0; look < LOOKS; look++) {
      const segments = Array.from({ length: SEGMENTS }, () => scoresOf(20, 80, distance));
      const found = segmentLags(segments, { ...options, task: 'binary' }).flat();
      expect(found.map(({ statistic }) => statistic)).toEqual(Array.from({ length: SEGMENTS }, () => 'auc'));
      if (found.some(({ lagLower }) => lagLower > 0)) lags++;
    }
    expect(lags / LOOKS).toBeLessThanOrEqual(RATE);
  });
});

test('a segment that lags is told, and only that one', () => {
  for (let look = 0; look < 20; look++) {
    const segments = Array.from({ length: SEGMENTS }, (_, at) => rightOf(400, at === 7 ? 0.65 : 0.9));
    const found = segmentLags(segments, { ...options, task: 'multiclass' });
    expect(found.flatMap(([{ lagLower }], at) => (lagLower > 0 ? [at] : []))).toEqual([7]);
    expect(found[7][0].lag).toBeGreaterThan(0.15);
    expect(found[7][0].atMost).toBeLessThan(0.8);
  }
});

describe('nothing is said', () => {
  test('of a segment with little data, nor of the only one', () => {
    const [few, many] = [rightOf(99, 0.1), rightOf(1000, 0.9)];
    expect(segmentLags([few, many], { ...options, task: 'multiclass' })).toEqual([[], []]);
    expect(segmentLags([many], { ...options, task: 'multiclass' })).toEqual([[]]);
    expect(segmentLags([], { ...options, task: 'multiclass' })).toEqual([]);
  });

  test('of the area under the curve where a class is rare', () => {
    const segments = [scoresOf(19, 500, 1), scoresOf(100, 500, 1)];
    expect(segmentLags(segments, { ...options, task: 'binary' })).toEqual([[], []]);
  });

  test('of a regression', () => {
    expect(segmentLags([rightOf(500, 0.1), rightOf(500, 0.9)], { ...options, task: 'regression' })).toEqual([[], []]);
  });
});
