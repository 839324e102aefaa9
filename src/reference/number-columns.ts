/**
 * Columns of numbers, and of free texts, which their lengths stand for in the bins. Two scans each: the first finds where the bins lie (exact extremes, and quantiles of a seeded
 * sample), the second folds every row with the very code that folds predictions.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { RecordBatch, VALUE } from '../decode/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { seededRandom } from '../lib/random.js';
import { CellSpace, FEATURE_CELL, FeatureSlot, numericSchema, type NumericSchema, Profile } from '../observe/index.js';
import { asNumber, asText, type Column } from './column.js';
import type { DataSet } from './data-set.js';
import { entryOf, profileOf } from './profile-entry.js';
import { Reservoir } from './reservoir.js';
import { TextBuffer } from './text-buffer.js';

/** Bounds the memory that the samples of a wide data set take, at 8 bytes each. */
const SAMPLED_VALUES_MAX = 32_000_000;

export interface NumberColumn {
  /** What the profile is called. */
  readonly name: string;
  readonly column: Column;
  readonly kind: NumericSchema['kind'];
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
  sampling: Sampling,
  onRows: OnRows,
): Promise<NumericSchema[]> {
  const size = Math.max(1, Math.min(sampling.rows, dataSet.rows, Math.floor(SAMPLED_VALUES_MAX / columns.length)));
  const surveys = columns.map((_, index) => new Survey(new Reservoir(size, seededRandom(sampling.seed + index))));
  for await (const chunk of numberChunks(dataSet, columns)) {
    for (const [index, survey] of surveys.entries()) survey.add(chunk, index);
    onRows(chunk.rowCount);
  }
  return columns.map(({ name, kind }, index) => surveys[index].schema(name, kind));
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

  schema(name: string, kind: NumericSchema['kind']): NumericSchema {
    const known = this.#min > this.#max ? {} : { min: this.#min + 0, max: this.#max + 0 };
    // A text's length is folded as it is, as a provisional reference does.
    return numericSchema(name, kind, this.#reservoir.sample, kind === 'text' ? { ...known, shift: 0 } : known);
  }
}

/** Second scan. @throws PB4004 where the numbers are too large to be summed */
export async function foldNumbers(
  dataSet: DataSet,
  columns: readonly NumberColumn[],
  schemas: readonly NumericSchema[],
  onRows: OnRows,
): Promise<Profile[]> {
  const folds = schemas.map((schema) => new NumberFold(schema));
  const values = columns.map(({ column, kind }) => (kind === 'text' ? asText(column) : asNumber(column)));
  for await (const chunk of dataSet.chunks(values.join(', '))) {
    for (const [index, fold] of folds.entries()) fold.add(chunk, index);
    onRows(chunk.rowCount);
  }
  return folds.map((fold, index) => fold.profile(columns[index].column.name, dataSet.rows));
}

class NumberFold {
  readonly #schema: NumericSchema;
  readonly #slot: FeatureSlot;
  readonly #pane = { cells: new Float64Array(0) };
  readonly #batch = new RecordBatch();
  readonly #texts = new TextBuffer();
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
    const { type, number, start, end } = attributes;
    const texts = this.#texts;
    texts.length = 0;
    for (let row = 0; row < itemCount; row++) {
      const x = vector.getItem(row) as number | string | null;
      if (x === null) type[row] = VALUE.empty;
      else if (typeof x === 'string') {
        type[row] = VALUE.string;
        start[row] = texts.length;
        end[row] = texts.append(x);
      } else {
        type[row] = VALUE.double;
        number[row] = x;
      }
    }
    this.#batch.begin(texts.bytes);
    if (this.#rows.length < itemCount) this.#rows = Int32Array.from({ length: itemCount }, (_, row) => row);
    this.#slot.fold(this.#pane, this.#batch, this.#rows, itemCount, 1, 0);
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

function numberChunks(dataSet: DataSet, columns: readonly NumberColumn[]): AsyncGenerator<DuckDBDataChunk> {
  return dataSet.chunks(columns.map(({ column }) => asNumber(column)).join(', '));
}
