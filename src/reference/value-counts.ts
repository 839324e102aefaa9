/**
 * Columns of numbers in which values recur: DuckDB counts them, in a fraction of the time in which every row could be
 * looked at here, and only the different values come over, in ascending order, so that the same rows give the same sums.
 * Counted once, in one scan, and kept by DuckDB: the survey and the fold both go through the counts.
 */
import { asNumber, identifier, type Column } from './column.js';
import type { DataSet, KeptRows } from './data-set.js';

/** So many of the first rows are looked at. */
const LOOKED_AT_ROWS = 200_000;
/** Different values among those above which counting is not worth it. */
const DIFFERENT_SHARE_MAX = 0.5;

/** The columns whose values recur, by an approximate count (HyperLogLog). */
export async function recurringColumns(
  dataSet: DataSet,
  columns: readonly Column[],
): Promise<ReadonlyMap<Column, ValueCounts>> {
  if (columns.length === 0) return new Map();
  const rows = Math.min(LOOKED_AT_ROWS, dataSet.rows);
  const names = columns.map((_, index) => `c${index}`);
  const values = columns.map((column, index) => `${asNumber(column)} AS ${names[index]}`).join(', ');
  const select = names.map((name) => `approx_count_distinct(${name})::DOUBLE`).join(', ');
  const [counts] = (await dataSet.queryWithin(values, `LIMIT ${rows}`, select)) as number[][];
  const recurring = columns.filter((_, index) => counts[index] <= rows * DIFFERENT_SHARE_MAX);
  return new Map(recurring.map((column) => [column, new ValueCounts(dataSet, column)]));
}

/** The different values of one column, ascending, each with how many rows have it. Counted when they are first asked for. */
export class ValueCounts {
  readonly #dataSet: DataSet;
  /** What rows are grouped by. Whole numbers and times as they are: they cost half of what doubles do. */
  readonly #key: string;
  /** The number that a key stands for. */
  readonly #value: string;
  #kept: Promise<KeptRows> | undefined;

  constructor(dataSet: DataSet, column: Column) {
    this.#dataSet = dataSet;
    this.#key = identifier(column.name);
    this.#value = asNumber({ ...column, name: 'key' });
  }

  /** @param onValue null: no value, which may come more than once */
  async each(onValue: (value: number | null, rows: number) => void): Promise<void> {
    // Values that DuckDB tells apart may be one as doubles; they follow one another.
    let [last, pending]: [number | null, number] = [null, 0];
    for await (const chunk of (await this.#counts()).chunks(`${this.#value}, rows`)) {
      const [values, rows] = [0, 1].map((index) => chunk.getColumnVector(index));
      const { itemCount } = values;
      for (let row = 0; row < itemCount; row++) {
        const value = values.getItem(row) as number | null;
        if (value !== last) {
          if (pending > 0) onValue(last, pending);
          [last, pending] = [value, 0];
        }
        pending += rows.getItem(row) as number;
      }
    }
    if (pending > 0) onValue(last, pending);
  }

  /**
   * Evenly spaced ranks of the finite values: all of them where they are not more than `size`.
   * @returns the values at those ranks, ascending, with the exact extremes
   */
  async rankedSample(
    size: number,
  ): Promise<{ readonly sample: Float64Array; readonly min: number; readonly max: number }> {
    const counts = await this.#counts();
    const [[finite]] = (await counts.query(`coalesce(sum(rows) FILTER (isfinite(${this.#value})), 0)`)) as number[][];
    const sample = new Float64Array(Math.min(size, finite));
    const step = finite / sample.length;
    let [taken, passed, min, max] = [0, 0, Infinity, -Infinity];
    await this.each((value, rows) => {
      if (value === null || value - value !== 0) return;
      if (value < min) min = value;
      if (value > max) max = value;
      passed += rows;
      while (taken < sample.length && (taken + 0.5) * step < passed) sample[taken++] = value;
    });
    return { sample, min, max };
  }

  #counts(): Promise<KeptRows> {
    return (this.#kept ??= this.#dataSet.keep(
      `${this.#key} AS key, count(*)::DOUBLE AS rows`,
      'GROUP BY 1 ORDER BY 1',
    ));
  }
}
