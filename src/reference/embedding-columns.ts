/**
 * Columns of lists of numbers, one vector a row: folded by the slot that folds the vectors of predictions, as columns of little-
 * endian doubles, so training and serving cannot differ in how they sum. A row with no list has no vector; a list of another
 * length is a type mismatch, and one with a missing element counts like one with a NaN. Memory: one chunk of rows.
 */
import type { DuckDBListVector } from '@duckdb/node-api';
import { KeyTable, RecordBatch, RecordDecoder, VALUE } from '../decode/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { CellSpace, DIMENSIONS_MAX, EMBEDDING_HEADER, type EmbeddingProfile, EmbeddingSlot } from '../observe/index.js';
import { asVector, type Column, identifier } from './column.js';
import type { DataSet } from './data-set.js';

/** Vectors are folded this many doubles at a time. */
const BUFFERED = 1 << 16;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/**
 * The columns that are embeddings, by name.
 * @param onSkipped told of those that are none; absent: they were named
 * @throws PB4004 a column that was named is none
 */
export async function profileEmbeddings(
  dataSet: DataSet,
  columns: readonly Column[],
  onSkipped?: (name: string, why: string) => void,
): Promise<Map<string, EmbeddingProfile>> {
  const embeddings: EmbeddingColumn[] = [];
  for (const column of columns) {
    const { name } = column;
    const why = await whyNoEmbedding(dataSet, column);
    if (why === undefined) embeddings.push({ name, column });
    else if (onSkipped !== undefined) onSkipped(name, why);
    else {
      throw new PlumblineError(`The column is no embedding: ${why}.`, {
        code: 'PB4004',
        key: name,
        remedy: 'Name a column whose lists all have the same number of numbers.',
      });
    }
  }
  const profiles = await foldEmbeddings(dataSet, embeddings);
  return new Map(embeddings.map(({ name }, index) => [name, profiles[index]]));
}

/** Undefined where it is one. */
async function whyNoEmbedding(dataSet: DataSet, { name }: Column): Promise<string | undefined> {
  const length = `len(${identifier(name)})`;
  const rows = (await dataSet.query(`min(${length})::DOUBLE, max(${length})::DOUBLE`)) as (number | null)[][];
  const [least, most] = rows[0];
  if (most === null || most === 0) return 'it has no vectors';
  if (least !== most) return `its lists are of ${least} to ${most} numbers`;
  return most > DIMENSIONS_MAX ? `its vectors have more than ${DIMENSIONS_MAX} dimensions` : undefined;
}

export interface EmbeddingColumn {
  readonly name: string;
  readonly column: Column;
  /** Absent: as the first vector has. */
  readonly dimensions?: number;
}

/** In the order of the columns. */
export async function foldEmbeddings(
  dataSet: DataSet,
  columns: readonly EmbeddingColumn[],
): Promise<EmbeddingProfile[]> {
  if (columns.length === 0) return [];
  const folds = columns.map((column) => new EmbeddingFold(column));
  for await (const chunk of dataSet.chunks(columns.map(({ column }) => asVector(column)).join(', '))) {
    for (const [index, fold] of folds.entries()) fold.add(chunk.getColumnVector(index) as DuckDBListVector);
  }
  return folds.map((fold) => fold.profile());
}

class EmbeddingFold {
  readonly #slot: EmbeddingSlot;
  readonly #pane = { cells: new Float64Array(0) };
  readonly #batch = new RecordBatch();
  readonly #decoder = new RecordDecoder(new KeyTable({ names: [], prefixes: [], maxKeys: 0 }));
  readonly #buffer = Buffer.alloc(BUFFERED * BYTES);
  /** Vectors in the buffer, all of one length. */
  #rows = 0;
  #length = 0;

  constructor({ name, dimensions }: EmbeddingColumn) {
    const space = new CellSpace(Infinity);
    this.#slot = new EmbeddingSlot(name, space.allocate(EMBEDDING_HEADER), space);
    if (dimensions !== undefined) this.#slot.takes(dimensions);
    space.widen(this.#pane);
  }

  add(lists: DuckDBListVector): void {
    const { itemCount } = lists;
    for (let row = 0; row < itemCount; row++) {
      const list = lists.getItemVector(row);
      if (list === null) continue;
      const { itemCount: length } = list;
      if (length !== this.#length || (this.#rows + 1) * length > BUFFERED) this.#flush();
      this.#length = length;
      // Longer than any embedding: its first numbers say as well that it is none.
      const kept = Math.min(length, BUFFERED);
      for (let at = 0; at < kept; at++) {
        this.#buffer.writeDoubleLE((list.getItem(at) as number | null) ?? NaN, (this.#rows * length + at) * BYTES);
      }
      this.#rows++;
    }
  }

  profile(): EmbeddingProfile {
    this.#flush();
    return this.#slot.profile(this.#pane.cells).copy;
  }

  #flush(): void {
    if (this.#rows === 0) return;
    this.#batch.begin(this.#buffer);
    const { attributes } = this.#batch;
    const entry = attributes.append();
    attributes.type[entry] = VALUE.bytes;
    attributes.start[entry] = 0;
    attributes.end[entry] = Math.min(BUFFERED, this.#rows * this.#length) * BYTES;
    this.#slot.fold(this.#pane, this.#batch, entry, this.#rows, 1, this.#decoder);
    this.#rows = 0;
  }
}
