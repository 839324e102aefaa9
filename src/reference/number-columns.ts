/**
 * Columns of numbers. Two scans each: the first finds where the bins lie (exact extremes, and quantiles of a sample), the second folds every row with the very code that folds
 * predictions. Where values recur, DuckDB counts them and each is folded once, with its count for a weight.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { RecordBatch, VALUE } from '../decode/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { seededRandom } from '../lib/random.js';
import { CellSpace, FEATURE_CELL, FeatureSlot, numericSchema, type NumericSchema, Profile } from '../observe/index.js';
import { asNumber, type Column } from './column.js';
import type { DataSet } from './data-set.js';
import { entryOf, profileOf } from './profile-entry.js';
import { Reservoir } from './reservoir.js';
import type { ValueCounts } from './value-counts.js';

const ONE_ROW = Int32Array.of(0);
/** Bounds the memory that the samples of a wide data set take, at 8 bytes each. */
const SAMPLED_VALUES_MAX = 32_000_000;

export interface NumberColumn {
  /** What the profile is called. */
  readonly name: string;
  readonly column: Column;
}

export interface Sampling {
  readonly rows: number;
  readonly seed: number;
}

type OnRows = (rows: number) => void;

/** First scan. */
export async function surveyNumbers(
  dataSet: DataSet,
  columns: readonly NumberColumn[],
  recurring: ReadonlyMap<Column, ValueCounts>,
  sampling: Sampling,
  onRows: OnRows,
): Promise<NumericSchema[]> {
  const size = Math.max(1, Math.min(sampling.rows, dataSet.rows, Math.floor(SAMPLED_VALUES_MAX / columns.length)));
  const schemas: NumericSchema[] = [];
  const others: { readonly index: number; readonly survey: Survey }[] = [];
  for (const [index, { name, column }] of columns.entries()) {
    const counts = recurring.get(column);
    if (counts !== undefined) schemas[index] = schemaOf(name, await counts.rankedSample(size));
    else others.push({ index, survey: new Survey(new Reservoir(size, seededRandom(sampling.seed + index))) });
  }
  if (others.length === 0) {
    onRows(dataSet.rows);
    return schemas;
  }
  for await (const chunk of dataSet.chunks(others.map(({ index }) => asNumber(columns[index].column)).join(', '))) {
    for (const [at, { survey }] of others.entries()) survey.add(chunk, at);
    onRows(chunk.rowCount);
  }
  for (const { index, survey } of others) {
    schemas[index] = schemaOf(columns[index].name, survey.result);
  }
  return schemas;
}

interface Surveyed {
  readonly sample: Float64Array;
  readonly min: number;
  readonly max: number;
}

function schemaOf(name: string, { sample, min, max }: Surveyed): NumericSchema {
  return numericSchema(name, 'numeric', sample, min > max ? {} : { min: min + 0, max: max + 0 });
}

class Survey {
  readonly #reservoir: Reservoir;
  #min = Infinity;
  #max = -Infinity;

  constructor(reservoir: Reservoir) {
    this.#reservoir = reservoir;
  }

  add(chunk: DuckDBDataChunk, index: number): void {
    const vector = chunk.getColumnVector(index);
    const { itemCount } = vector;
    for (let row = 0; row < itemCount; row++) {
      const x = vector.getItem(row) as number | null;
      if (x === null || x - x !== 0) continue;
      if (x < this.#min) this.#min = x;
      if (x > this.#max) this.#max = x;
      this.#reservoir.add(x);
    }
  }

  get result(): Surveyed {
    return { sample: this.#reservoir.sample, min: this.#min, max: this.#max };
  }
}

/** Second scan. @throws PB4004 where the numbers are too large to be summed */
export async function foldNumbers(
  dataSet: DataSet,
  columns: readonly NumberColumn[],
  recurring: ReadonlyMap<Column, ValueCounts>,
  schemas: readonly NumericSchema[],
  onRows: OnRows,
): Promise<Profile[]> {
  const folds = columns.map((named, index) => ({ ...named, fold: new NumberFold(schemas[index]) }));
  for (const { column, fold } of folds)
    await recurring.get(column)?.each((value, rows) => fold.addCounted(value, rows));
  const others = folds.filter(({ column }) => !recurring.has(column));
  if (others.length === 0) onRows(dataSet.rows);
  else {
    const values = others.map(({ column }) => asNumber(column));
    for await (const chunk of dataSet.chunks(values.join(', '))) {
      for (const [index, { fold }] of others.entries()) fold.add(chunk, index);
      onRows(chunk.rowCount);
    }
  }
  return folds.map(({ column, fold }) => fold.profile(column.name, dataSet.rows));
}

class NumberFold {
  readonly #schema: NumericSchema;
  readonly #slot: FeatureSlot;
  readonly #pane = { cells: new Float64Array(0) };
  readonly #batch = new RecordBatch();
  #rows = new Int32Array(0);

  constructor(schema: NumericSchema) {
    const space = new CellSpace(Infinity);
    this.#schema = schema;
    this.#slot = new FeatureSlot(schema.name, space.allocateHeader(), space, { maxCategories: 0, provisionalSize: 0 });
    this.#slot.freeze(schema);
    space.widen(this.#pane);
  }

  /** Lays the column out as attributes of predictions, and folds those as they arrive. */
  add(chunk: DuckDBDataChunk, index: number): void {
    const { attributes } = this.#batch;
    const vector = chunk.getColumnVector(index);
    const { itemCount } = vector;
    attributes.reserve(itemCount);
    const { type, number } = attributes;
    for (let row = 0; row < itemCount; row++) {
      const x = vector.getItem(row) as number | null;
      type[row] = x === null ? VALUE.empty : VALUE.double;
      number[row] = x ?? 0;
    }
    if (this.#rows.length < itemCount) this.#rows = Int32Array.from({ length: itemCount }, (_, row) => row);
    this.#slot.fold(this.#pane, this.#batch, this.#rows, itemCount, 1, 0);
  }

  addCounted(value: number | null, rows: number): void {
    const { type, number } = this.#batch.attributes;
    type[0] = value === null ? VALUE.empty : VALUE.double;
    number[0] = value ?? 0;
    this.#slot.fold(this.#pane, this.#batch, ONE_ROW, 1, rows, 0);
  }

  profile(column: string, expected: number): Profile {
    const profile = new Profile(this.#schema, this.#pane.cells, this.#slot, expected);
    const sums = [FEATURE_CELL.sum, FEATURE_CELL.squares].map((cell) => profile.cell(cell));
    if (!sums.every(Number.isFinite)) {
      throw new PlumblineError(`Its numbers, from ${profile.min} to ${profile.max}, are too large to be squared.`, {
        code: 'PB4004',
        key: column,
        remedy: 'Leave the column out, or write no value where such a number stands for a missing one.',
      });
    }
    return profileOf(entryOf(this.#schema.name, profile));
  }
}
