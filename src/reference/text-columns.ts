/**
 * Whether a column of texts is a set of categories or free text, by the rule that a provisional reference follows: more
 * different values than `maxCategories`, or than half of its values, are free text, and folded by length.
 * Cost: one scan with an approximate count of different values (HyperLogLog, within about 15%); a column that this leaves
 * open is counted exactly.
 */
import { asText, type Column } from './column.js';
import type { DataSet } from './data-set.js';

const FREE_TEXT_SHARE = 0.5;
const FREE_TEXT_MIN_VALUES = 50;
/** An approximate count this many times over or under the limit decides. */
const SURE_FACTOR = 3;

export async function freeTextColumns(
  dataSet: DataSet,
  columns: readonly Column[],
  maxCategories: number,
): Promise<ReadonlySet<Column>> {
  const freeText = new Set<Column>();
  if (columns.length === 0) return freeText;
  const select = columns.map((column) => {
    const text = asText(column);
    return `approx_count_distinct(${text})::DOUBLE, count(${text})::DOUBLE`;
  });
  const [numbers] = (await dataSet.query(select.join(', '))) as number[][];
  for (const [index, column] of columns.entries()) {
    const approximately = numbers[index * 2];
    const values = numbers[index * 2 + 1];
    const limit = values < FREE_TEXT_MIN_VALUES ? maxCategories : Math.min(maxCategories, values * FREE_TEXT_SHARE);
    if (approximately * SURE_FACTOR < limit) continue;
    if (approximately > limit * SURE_FACTOR || (await distinct(dataSet, column)) > limit) freeText.add(column);
  }
  return freeText;
}

async function distinct(dataSet: DataSet, column: Column): Promise<number> {
  const [[count]] = await dataSet.query(`count(DISTINCT ${asText(column)})::DOUBLE`);
  return count as number;
}
