/**
 * How often the same features come together in a data set: DuckDB counts the rows of each hash of all of them, and only how
 * many came once, twice … comes over. Of more than `ROWS_MAX` rows a share of the hashes is counted, which is as exact as
 * it is of those: equal rows have one hash. Cost: one scan of the feature columns.
 */
import type { RowFrequencies } from '../observe/index.js';
import { asNumber, asText, type Column } from './column.js';
import type { DataSet } from './data-set.js';

/** Rows that are grouped in memory. */
const ROWS_MAX = 1_000_000;

/** @returns undefined where there are no features */
export async function rowFrequencies(
  dataSet: DataSet,
  features: readonly Column[],
): Promise<RowFrequencies | undefined> {
  if (features.length === 0) return undefined;
  const values = features.map((column) =>
    column.reading === 'number' || column.reading === 'time' ? asNumber(column) : asText(column),
  );
  let every = 1;
  while (dataSet.rows / every > ROWS_MAX) every *= 2;
  const hash = `hash(${values.join(', ')})`;
  const sampled = every === 1 ? '' : `WHERE ${hash} % ${every} = 0`;
  const counts = await dataSet.queryWithin(
    `${hash} AS row_hash, count(*) AS times`,
    `${sampled} GROUP BY row_hash`,
    'times::DOUBLE, count(*)::DOUBLE',
    'GROUP BY times ORDER BY times',
  );
  const times = (counts as [number, number][]).map(([count, different]) => [count, different * every] as const);
  return { rows: dataSet.rows, times };
}
