/** Duplicates of a window: what a sample by content says of all rows, and whether there are more than the reference lets one expect. */
import { describe, expect, it } from 'vitest';
import { duplicatesOf, expectedRepeats } from '../../src/compare/index.js';
import { type RowFrequencies, type RowSample } from '../../src/observe/index.js';
import {
  addRow,
  countRows,
  mergeRowSample,
  readRowSample,
  ROW_SAMPLE_CELLS,
  sampleMask,
} from '../../src/observe/row-sample.js';
import { seededRandom } from '../../src/lib/random.js';

const RATE = 1e-4;

/** Rows by their number; what is the same number is the same row. */
function sampleOf(rows: Iterable<number>, cells = new Float64Array(ROW_SAMPLE_CELLS)): Float64Array {
  for (const row of rows) {
    countRows(cells, 0, 1);
    const key = mixed(row);
    if ((key & sampleMask(cells, 0)) === 0) addRow(cells, 0, key, mixed(row ^ 0x5bd1e995));
  }
  return cells;
}

function mixed(x: number): number {
  let hash = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const read = (rows: Iterable<number>): RowSample => readRowSample(sampleOf(rows), 0);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, row) => row);
const allDifferent = (rows: number): RowFrequencies => ({ rows, times: [[1, rows]] });

function drawn(n: number, from: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => Math.floor(random.next() * from));
}

describe('the sample of rows', () => {
  it('is the same however the rows come and are split', () => {
    const rows = drawn(50_000, 20_000, 1);
    const whole = sampleOf(rows);
    const merged = sampleOf(rows.slice(0, 20_000).reverse());
    mergeRowSample(merged, 0, sampleOf(rows.slice(20_000)), 0);
    const bySize = (cells: Float64Array): Float64Array => cells.slice(8).sort();
    expect(merged.subarray(0, 8)).toEqual(whole.subarray(0, 8));
    expect(bySize(merged)).toEqual(bySize(whole));
  });

  it('counts exactly what is in it', () => {
    const { rows, every, sampled } = read(upTo(500).flatMap((row) => [row, row, row]));
    expect([rows, every, sampled.length]).toEqual([1500, 1, 500]);
    expect(sampled.every(({ count }) => count === 3)).toBe(true);
  });
});

describe('duplicates', () => {
  it('are exact up to a thousand different rows', () => {
    expect(duplicatesOf(read([...upTo(900), ...upTo(100)]), undefined, RATE)?.share).toBe(0.1);
  });

  it.each([0, 0.01, 0.05, 0.3])('of which pairs are a share of %f are found in a large window', (share) => {
    const pairs = Math.round((share * 400_000) / (1 + share));
    const { share: found } = duplicatesOf(read([...upTo(400_000 - pairs), ...upTo(pairs)]), undefined, RATE)!;
    expect(Math.abs(found - pairs / 400_000)).toBeLessThan(0.025);
  });

  it.each([0.3, 0.6, 0.99])('of one row that is a share of %f of a large window are found', (share) => {
    const stuck = Math.round(share * 300_000);
    const rows = [...upTo(300_000 - stuck), ...new Array<number>(stuck).fill(999_999)];
    expect(Math.abs(duplicatesOf(read(rows), undefined, RATE)!.share - share)).toBeLessThan(0.08);
  });

  it('have no share where the rows that are looked at have one key', () => {
    const sampled = upTo(50).map(() => ({ count: 1, key: 7 }));
    expect(duplicatesOf({ rows: 10_000, every: 16, sampled }, undefined, RATE)).toBeUndefined();
  });

  it('are expected as the reference has them among as many rows', () => {
    // 1,000 rows, of which 200 came twice: of 500 drawn, 200 · (1 − 2·½ + ¼ …) = 200 · ¼ repeat another.
    const reference: RowFrequencies = {
      rows: 1000,
      times: [
        [1, 600],
        [2, 200],
      ],
    };
    expect(expectedRepeats(reference, 1000)).toBeCloseTo(200.5, 9);
    expect(expectedRepeats(reference, 500)).toBeCloseTo(50 + 0.125, 9);
  });

  it('are compared among as many rows as both have', () => {
    const { comparison } = duplicatesOf(read(drawn(20_000, 1_000, 3)), allDifferent(100), RATE)!;
    // 100 of about a thousand equally frequent rows: 100 − 1000·(1 − 0.999^100).
    expect(comparison?.rows).toBe(100);
    expect(comparison?.share).toBeCloseTo(1 - (1000 * (1 - 0.999 ** 100)) / 100, 2);
  });

  it('are no alarm where there is one', () => {
    for (const n of [2, 10, 100]) {
      const { comparison } = duplicatesOf(read([...upTo(n - 1), 0]), allDifferent(1_000_000), RATE)!;
      expect(comparison!.share).toBeLessThanOrEqual(comparison!.tolerated);
    }
  });

  it.each([
    { from: 50, n: 5_000, m: 20_000 },
    { from: 3_000, n: 800, m: 3_000 },
    { from: 200_000, n: 5_000, m: 50_000 },
    { from: 200_000, n: 60_000, m: 50_000 },
  ])('stay within tolerance where $n and the $m of the reference are drawn from the same $from', ({ from, n, m }) => {
    let alarms = 0;
    for (let trial = 0; trial < 60; trial++) {
      const counts = new Map<number, number>();
      for (const row of drawn(m, from, 1000 + trial)) counts.set(row, (counts.get(row) ?? 0) + 1);
      const times = new Map<number, number>();
      for (const count of counts.values()) times.set(count, (times.get(count) ?? 0) + 1);
      const { comparison } = duplicatesOf(read(drawn(n, from, 5000 + trial)), { rows: m, times: [...times] }, RATE)!;
      if (comparison!.share > comparison!.tolerated) alarms++;
    }
    expect(alarms).toBe(0);
  });

  it('are beyond tolerance where a retry sends a tenth of the rows twice', () => {
    const { comparison } = duplicatesOf(read([...upTo(900), ...upTo(100)]), allDifferent(10_000), RATE)!;
    expect(comparison!.share).toBeGreaterThan(comparison!.tolerated);
  });
});
