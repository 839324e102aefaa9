/**
 * Columns of numbers in which values recur: DuckDB counts them, in a fraction of the time in which every row could be
 * looked at here, and only the different values come over, in ascending order, so that the same rows give the same sums.
 */
import { asNumber, type Column } from './column.js';
import type { DataSet } from './data-set.js';

/** So many of the first rows are looked at. */
const LOOKED_AT_ROWS = 200_000;
/** Different values among those above which counting is not worth it. */
const DIFFERENT_SHARE_MAX = 0.5;

/** @param value null: no value */
export type OnValue = (value: number | null, rows: number) => void;

/** The columns whose values recur, by an approximate count (HyperLogLog). */
export async function recurringColumns(dataSet: DataSet, columns: readonly Column[]): Promise<ReadonlySet<Column>> {
  if (columns.length === 0) return new Set();
  const rows = Math.min(LOOKED_AT_ROWS, dataSet.rows);
  const names = columns.map((_, index) => `c${index}`);
  const values = columns.map((column, index) => `${asNumber(column)} AS ${names[index]}`).join(', ');
  const select = names.map((name) => `approx_count_distinct(${name})::DOUBLE`).join(', ');
  const [counts] = (await dataSet.queryFirst(rows, values, select)) as number[][];
  return new Set(columns.filter((_, index) => counts[index] <= rows * DIFFERENT_SHARE_MAX));
}

export async function countValues(dataSet: DataSet, column: Column, onValue: OnValue): Promise<void> {
  const select = `${asNumber(column)} AS value, count(*)::DOUBLE AS rows`;
  for await (const chunk of dataSet.chunks(select, 'GROUP BY value ORDER BY value')) {
    const [values, rows] = [0, 1].map((index) => chunk.getColumnVector(index));
    const { itemCount } = values;
    for (let row = 0; row < itemCount; row++) {
      onValue(values.getItem(row) as number | null, rows.getItem(row) as number);
    }
  }
}

/**
 * Evenly spaced ranks of the finite values of a column: all of them where they are not more than `size`.
 * @returns the values at those ranks, ascending, with the exact extremes
 */
export async function rankedSample(
  dataSet: DataSet,
  column: Column,
  size: number,
): Promise<{ readonly sample: Float64Array; readonly min: number; readonly max: number }> {
  const [[finite]] = (await dataSet.query(`count(*) FILTER (isfinite(${asNumber(column)}))::DOUBLE`)) as number[][];
  const sample = new Float64Array(Math.min(size, finite));
  const step = finite / sample.length;
  let [taken, passed, min, max] = [0, 0, Infinity, -Infinity];
  await countValues(dataSet, column, (value, rows) => {
    if (value === null || value - value !== 0) return;
    if (value < min) min = value;
    if (value > max) max = value;
    passed += rows;
    while (taken < sample.length && (taken + 0.5) * step < passed) sample[taken++] = value;
  });
  return { sample, min, max };
}
