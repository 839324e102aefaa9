/** The sample of recent predictions: uniform, mergeable, of the last two halves, and nearly never looked into. */
import { describe, expect, test } from 'vitest';
import { KeyTable, RecordDecoder } from '../../src/decode/index.js';
import { Prediction } from '../../src/interpret/index.js';
import { RecentSample } from '../../src/observe/recent-sample.js';
import { NOON_MS, Pipeline } from './pipeline.js';

const HOUR_MS = 3_600_000;
const HALF_MS = 12 * HOUR_MS;
const decoder = new RecordDecoder(new KeyTable({ names: [], prefixes: [], maxKeys: 1 }));

/** Reused, as the interpreter does. */
const prediction = new Prediction();

function numbered(number: number): Prediction {
  prediction.timeMs = number;
  return prediction;
}

function sampleOf(seed: number, size = 20): RecentSample {
  return new RecentSample({ size, halfMs: HALF_MS, seed, wanted: [] });
}

/** Which of the predictions numbered `[from, to)` are kept, by tenths of the whole. */
function tenths(kept: readonly number[], count: number): number[] {
  const tenth = Array.from({ length: 10 }, () => 0);
  for (const number of kept) tenth[Math.floor((number * 10) / count)]++;
  return tenth;
}

const numbersOf = (sample: RecentSample): number[] =>
  sample.save().flatMap(({ rows }) => rows.map(({ timeMs }) => timeMs));

/** χ² with nine degrees of freedom exceeds this once in ten thousand times. */
const CHI_SQUARE_9 = 33.7;

function expectUniform(counts: readonly number[]): void {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(statistic).toBeLessThan(CHI_SQUARE_9);
}

describe('every prediction has the same chance', () => {
  const COUNT = 1000;
  const RUNS = 200;

  test('in one sample', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < RUNS; seed++) {
      const sample = sampleOf(seed);
      for (let number = 0; number < COUNT; number++) sample.observe(numbered(number), [], decoder, NOON_MS);
      tenths(numbersOf(sample), COUNT).forEach((count, at) => (counts[at] += count));
      expect(sample.save()[0]).toMatchObject({ seen: COUNT });
      expect(sample.save()[0].rows).toHaveLength(20);
    }
    expectUniform(counts);
  });

  test('in samples of unequal streams that are taken again and again and merged', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < RUNS; seed++) {
      const whole = sampleOf(seed);
      const parts = [sampleOf(1000 + seed), sampleOf(2000 + seed)];
      for (let number = 0; number < COUNT; number++) {
        parts[number % 10 < 3 ? 0 : 1].observe(numbered(number), [], decoder, NOON_MS);
        if (number % 90 === 0) for (const part of parts) whole.absorb(structuredClone(part.take()));
      }
      for (const part of parts) whole.absorb(part.take());
      expect(whole.save()[0]).toMatchObject({ seen: COUNT });
      expect(new Set(numbersOf(whole)).size).toBe(20);
      tenths(numbersOf(whole), COUNT).forEach((count, at) => (counts[at] += count));
    }
    expectUniform(counts);
  });
});

test('keeps the last two halves of the longest window, and no more', () => {
  const sample = sampleOf(3);
  for (const hours of [0, 13, 26]) {
    for (let number = 0; number < 100; number++) {
      sample.observe(numbered(hours * 1000 + number), [], decoder, NOON_MS + hours * HOUR_MS);
    }
  }
  expect(sample.save().map(({ seen }) => seen)).toEqual([100, 100]);
  expect(Math.min(...numbersOf(sample))).toBeGreaterThanOrEqual(13_000);
  sample.observe(numbered(99_000), [], decoder, NOON_MS + 99 * HOUR_MS);
  expect(numbersOf(sample)).toEqual([99_000]);
});

test('what is kept of a prediction is what was sent, one by one or in a batch', () => {
  const pipeline = new Pipeline({ wanted: ['tier'], sampleSize: 1000 });
  pipeline.predict({
    features: {
      x: Array.from({ length: 2100 }, (_, row) => row),
      name: Array.from({ length: 2100 }, (_, row) => `n${row}`),
    },
    attributes: { 'ml.batch.size': 2100n, tier: 'base' },
    failed: true,
  });
  const [half] = pipeline.version().sample!.save();
  expect(half.seen).toBe(2100);
  expect(half.rows).toHaveLength(1000);
  for (const row of half.rows) {
    expect(row.features.get('name')).toBe(`n${row.features.get('x') as number}`);
    expect(row.attributes).toEqual(new Map([['tier', 'base']]));
  }
  const single = new Pipeline({ wanted: ['tier'], sampleSize: 10 });
  single.predict({
    features: { x: 1.5, n: 7n, flag: true, text: 'é', none: '', nan: NaN },
    attributes: {
      tier: 'gold',
      'ml.prediction.value': 'yes',
      'ml.prediction.score': 0.25,
      'ml.features': { inner: 2 },
    },
  });
  const [row] = single.version().sample!.save()[0].rows;
  expect(row).toMatchObject({ timeMs: NOON_MS, weight: 1, value: 'yes', score: 0.25, failed: false });
  expect(row.traceId).toBe('1'.padStart(32, '0'));
  expect(Object.fromEntries(row.features)).toEqual({
    x: 1.5,
    n: 7,
    flag: true,
    text: 'é',
    none: null,
    nan: null,
    inner: 2,
  });
});

test('a restart keeps it', () => {
  const before = new Pipeline({ sampleSize: 5 });
  before.predict(...Array.from({ length: 50 }, (_, index) => ({ features: { x: index } })));
  const after = new Pipeline({ sampleSize: 5 });
  after.observer.restore(structuredClone(before.observer.save()));
  expect(after.version().sample!.save()).toEqual(before.version().sample!.save());
});
