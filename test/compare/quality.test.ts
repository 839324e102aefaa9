/** Findings about all values of a window: each where it should be, and none where luck explains it. */
import { describe, expect, test } from 'vitest';
import { qualityFindings, Tolerances, toleratedShare } from '../../src/compare/index.js';
import { FEATURE_CELL, FEATURE_CELLS, Profile, type FeatureSchema } from '../../src/observe/index.js';

const NUMERIC: FeatureSchema = { kind: 'numeric', name: 'x', min: 0, upper: Float64Array.of(1, 2, 3), shift: 0 };
const CATEGORICAL: FeatureSchema = { kind: 'categorical', name: 'c', categories: ['a', 'b', 'd'] };
const OPTIONS = { tolerances: new Tolerances(1e-3), falseAlarmRate: 1e-3, minimumObservations: 100 };

type Cells = Partial<Record<keyof typeof FEATURE_CELL, number>>;

/** Bins hold what the cells do not say; `expected` is what there is, unless more was. */
function profile(schema: FeatureSchema, bins: readonly number[], cells: Cells = {}, expected = 0): Profile {
  const all = new Float64Array(FEATURE_CELLS + bins.length);
  const binned = bins.reduce((sum, count) => sum + count, 0);
  const apart = (['below', 'above', 'unseen', 'empty', 'nan', 'typeMismatch'] as const).map((name) => cells[name] ?? 0);
  all[FEATURE_CELL.present] = apart.reduce((sum, count) => sum + count, binned);
  if (schema.kind === 'numeric') {
    all[FEATURE_CELL.finite] = binned + (cells.below ?? 0) + (cells.above ?? 0) - (cells.infinite ?? 0);
    all[FEATURE_CELL.max] = 3;
  }
  for (const [name, value] of Object.entries(cells)) all[FEATURE_CELL[name as keyof typeof FEATURE_CELL]] = value;
  all.set(bins, FEATURE_CELLS);
  const place = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined };
  return new Profile(schema, all, place, Math.max(expected, all[FEATURE_CELL.present]));
}

const numbers = profile(NUMERIC, [300, 400, 300]);
const classes = profile(CATEGORICAL, [600, 300, 100]);
const NUMBER_SHARES = Float64Array.of(0.3, 0.4, 0.3, 0, 0, 0);
const CLASS_SHARES = Float64Array.of(0.6, 0.3, 0.1, 0, 0, 0);
const numeric = (current: Profile, worth = 1): string[] =>
  qualityFindings(numbers, NUMBER_SHARES, current, worth, OPTIONS);
const categorical = (current: Profile): string[] => qualityFindings(classes, CLASS_SHARES, current, 1, OPTIONS);

test('a window like the reference has none', () => {
  expect(numeric(profile(NUMERIC, [30, 40, 30]))).toEqual([]);
  expect(categorical(profile(CATEGORICAL, [60, 30, 10]))).toEqual([]);
});

test('too few values to say anything have none, and sampled ones count for what they are worth', () => {
  const stuck = { min: 1, max: 1 };
  expect(numeric(profile(NUMERIC, [99, 0, 0], stuck))).toEqual([]);
  expect(numeric(profile(NUMERIC, [990, 0, 0], stuck), 0.1)).toEqual([]);
  expect(numeric(profile(NUMERIC, [1_000, 0, 0], stuck), 0.1)).toEqual(['constant']);
});

describe('absent', () => {
  const none = profile(NUMERIC, [0, 0, 0], {}, 200);

  test('what every row of the reference has', () => {
    expect(numeric(none)).toEqual(['absent']);
  });

  test('not what the reference mostly lacks too, nor what comes empty', () => {
    const rare = profile(NUMERIC, [3, 4, 3], {}, 1_000);
    expect(qualityFindings(rare, NUMBER_SHARES, none, 1, OPTIONS)).toEqual([]);
    expect(numeric(profile(NUMERIC, [0, 0, 0], { empty: 200 }))).toEqual([]);
  });
});

describe('constant', () => {
  test('one number, one category', () => {
    expect(numeric(profile(NUMERIC, [0, 200, 0], { min: 2, max: 2 }))).toEqual(['constant']);
    expect(categorical(profile(CATEGORICAL, [0, 200, 0]))).toEqual(['constant']);
  });

  test('not where the reference is, nor where chance explains it', () => {
    const same = profile(NUMERIC, [0, 500, 0], { min: 2, max: 2 });
    expect(qualityFindings(same, Float64Array.of(0, 1, 0, 0, 0, 0), same, 1, OPTIONS)).toEqual([]);
    const lopsided = profile(CATEGORICAL, [995, 5, 0]);
    const current = profile(CATEGORICAL, [200, 0, 0]);
    expect(qualityFindings(lopsided, Float64Array.of(0.995, 0.005, 0, 0, 0, 0), current, 1, OPTIONS)).toEqual([]);
  });

  test('not what is all unseen: nobody knows how many there are', () => {
    expect(categorical(profile(CATEGORICAL, [0, 0, 0], { unseen: 200 }))).toEqual(['unknown']);
  });
});

describe('impossible', () => {
  test('infinite or negative beyond tolerance', () => {
    expect(numeric(profile(NUMERIC, [30, 40, 20], { above: 10, infinite: 10 }))).toEqual(['impossible']);
    expect(numeric(profile(NUMERIC, [30, 40, 20], { below: 10, min: -1 }))).toEqual(['impossible']);
  });

  test('one such value is none, and a reference with negative values allows them', () => {
    expect(numeric(profile(NUMERIC, [30, 40, 29], { above: 1, infinite: 1 }))).toEqual([]);
    expect(numeric(profile(NUMERIC, [30, 40, 29], { below: 1, min: -1 }))).toEqual([]);
    const signed: FeatureSchema = { ...NUMERIC, min: -5 };
    const reference = profile(signed, [300, 400, 300], { min: -5 });
    const current = profile(signed, [30, 40, 20], { below: 10, min: -9 });
    expect(qualityFindings(reference, NUMBER_SHARES, current, 1, OPTIONS)).toEqual([]);
  });
});

test('unknown: most categories are, not some', () => {
  expect(categorical(profile(CATEGORICAL, [20, 20, 0], { unseen: 60 }))).toEqual(['unknown']);
  expect(categorical(profile(CATEGORICAL, [50, 20, 0], { unseen: 40 }))).toEqual([]);
});

test('what is tolerated is learned from the reference', () => {
  const current = profile(CATEGORICAL, [50, 30, 20]);
  const tolerated = (reference: Profile): number =>
    toleratedShare('missing', reference, current, 1, OPTIONS.tolerances) * 100;
  expect(tolerated(classes)).toBeCloseTo(2, 9);
  expect(tolerated(profile(CATEGORICAL, [540, 270, 90], { empty: 100 }))).toBeGreaterThan(18);
});
