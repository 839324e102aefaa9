/**
 * Columns of categories and truth values. DuckDB counts the different values, out of core where they are many, and only
 * those counts come over: one scan for up to `COLUMNS_PER_SCAN` columns, whatever the number of rows.
 */
import {
  addHash,
  binCount,
  BOOLEAN_CATEGORIES,
  CATEGORY_BINS_MAX,
  type CategoricalSchema,
  FEATURE_CELL,
  FEATURE_CELLS,
  hashString,
  Profile,
  registersOf,
  SKETCH_CELLS,
} from '../observe/index.js';
import { asText, identifier, type Column } from './column.js';
import type { DataSet } from './data-set.js';

/** The grouping that a row belongs to comes as a number with a bit for each column. */
const COLUMNS_PER_SCAN = 31;

/** @param value null: the empty ones, which may come twice: those without a value, and empty texts */
type OnCount = (value: string | null, rows: number) => void;

export interface CategoryColumn {
  readonly name: string;
  readonly column: Column;
  readonly kind: CategoricalSchema['kind'];
}

/** Profiles with the categories that the columns have, the most frequent first. */
export async function profileCategories(dataSet: DataSet, columns: readonly CategoryColumn[]): Promise<Profile[]> {
  const counts = columns.map(() => new Map<string | null, number>());
  await countValues(dataSet, columns, (index) => {
    const of = counts[index];
    return (value, rows) => void of.set(value, (of.get(value) ?? 0) + rows);
  });
  return columns.map(({ name, kind }, index) => {
    const categories = kind === 'boolean' ? BOOLEAN_CATEGORIES : ranked(counts[index]);
    const told = categories.length > CATEGORY_BINS_MAX ? { told: CATEGORY_BINS_MAX } : {};
    const fold = new CategoryFold({ kind, name, categories, ...told });
    for (const [value, rows] of counts[index]) fold.add(value, rows);
    return fold.profile(dataSet.rows);
  });
}

/** Profiles with categories that are given. */
export async function foldCategories(
  dataSet: DataSet,
  columns: readonly CategoryColumn[],
  schemas: readonly CategoricalSchema[],
): Promise<Profile[]> {
  const folds = schemas.map((schema) => new CategoryFold(schema));
  await countValues(dataSet, columns, (index) => (value, rows) => folds[index].add(value, rows));
  return folds.map((fold) => fold.profile(dataSet.rows));
}

class CategoryFold {
  readonly #schema: CategoricalSchema;
  readonly #index: ReadonlyMap<string, number>;
  readonly #cells: Float64Array;
  readonly #registers: Uint8Array;
  readonly #bins: number;
  #hasRare = false;

  constructor(schema: CategoricalSchema) {
    this.#schema = schema;
    this.#index = new Map(schema.categories.map((category, index) => [category, index]));
    this.#bins = binCount(schema);
    this.#cells = new Float64Array(FEATURE_CELLS + this.#bins + SKETCH_CELLS);
    this.#registers = registersOf(this.#cells, FEATURE_CELLS + this.#bins);
  }

  add(value: string | null, rows: number): void {
    const cells = this.#cells;
    cells[FEATURE_CELL.present] += rows;
    if (value === null) {
      cells[FEATURE_CELL.empty] += rows;
      return;
    }
    const index = this.#index.get(value);
    if (index !== undefined && index < this.#bins) cells[FEATURE_CELLS + index] += rows;
    else {
      cells[index === undefined ? FEATURE_CELL.unseen : FEATURE_CELL.other] += rows;
      addHash(this.#registers, hashString(value));
      this.#hasRare = true;
    }
  }

  profile(expected: number): Profile {
    const width = FEATURE_CELLS + this.#bins;
    const distinctOffset = this.#hasRare ? width : -1;
    const cells = this.#hasRare ? this.#cells : this.#cells.slice(0, width);
    const place = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined, distinctOffset };
    return new Profile(this.#schema, cells, place, expected);
  }
}

async function countValues(
  dataSet: DataSet,
  columns: readonly CategoryColumn[],
  of: (index: number) => OnCount,
): Promise<void> {
  for (let first = 0; first < columns.length; first += COLUMNS_PER_SCAN) {
    const scanned = columns.slice(first, first + COLUMNS_PER_SCAN);
    // Grouped by what the columns hold, so that only what is different is made a text.
    const keys = scanned.map(({ column }) => identifier(column.name));
    const texts = scanned.map(({ column }) => asText(column)).join(', ');
    const counting = scanned.map((_, index) => of(first + index));
    const sets = `GROUP BY GROUPING SETS (${keys.map((key) => `(${key})`).join(', ')})`;
    // A bit is 0 where the row is grouped by the column; the others are null there.
    const select = `grouping(${keys.join(', ')})::DOUBLE, coalesce(${texts}, NULL), count(*)::DOUBLE`;
    for await (const chunk of dataSet.chunks(select, sets)) {
      const [bits, values, rows] = [0, 1, 2].map((column) => chunk.getColumnVector(column));
      for (let row = 0; row < chunk.rowCount; row++) {
        const others = bits.getItem(row) as number;
        const place = Math.log2(2 ** scanned.length - 1 - others);
        counting[scanned.length - 1 - place](values.getItem(row) as string | null, rows.getItem(row) as number);
      }
    }
  }
}

function ranked(counts: ReadonlyMap<string | null, number>): string[] {
  return [...counts]
    .filter((entry): entry is [string, number] => entry[0] !== null)
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .map(([value]) => value);
}
