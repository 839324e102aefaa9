/**
 * A data set as DuckDB reads it: CSV, JSON Lines or Parquet files, one or many, larger than memory. DuckDB is an optional
 * package, loaded when a data set is opened: a collector that only loads references does without it.
 */
import type * as DuckDB from '@duckdb/node-api';
import { PlumblineError } from '../lib/plumbline-error.js';
import { columnOf, literal, type Column } from './column.js';

export const DUCKDB_PACKAGE = '@duckdb/node-api@1.5.6-r.1';

export interface DataSetOptions {
  /** Paths or globs; all of one format. */
  readonly files: readonly string[];
  /** Columns of a CSV file that hold text, whatever they look like: 00501 is no number where it is a postal code. */
  readonly texts?: readonly string[];
  /** Memory that DuckDB may take before it spills to disk; default '1GB'. */
  readonly memoryLimit?: string;
  /** Where it spills to. */
  readonly temporaryDirectory?: string;
}

const ROW_NUMBER = '__plumbline_row';
const WORD = 2 ** 32;
const GOLDEN_RATIO_WORD = 0x9e3779b1;

type Format = 'csv' | 'json' | 'parquet';
const FORMATS: readonly [RegExp, Format][] = [
  [/\.(csv|tsv|txt)(\.(gz|zst))?$/i, 'csv'],
  [/\.(json|jsonl|ndjson)(\.(gz|zst))?$/i, 'json'],
  [/\.(parquet|pq)$/i, 'parquet'],
];

/** What a query found, to be gone through more than once. */
export interface KeptRows {
  /** Rows of an aggregate that fit in memory. */
  query(select: string): Promise<unknown[][]>;
  /** All rows in their order, a few thousand at a time. */
  chunks(select: string): AsyncGenerator<DuckDB.DuckDBDataChunk>;
}

/** Text up to this size is parsed once and kept by DuckDB, within its memory; more than that is parsed for every scan. */
const PARSED_BYTES_MAX = 512_000_000;
/** Of compressed text nobody knows how much it is. */
const COMPRESSED = /\.(gz|zst)$/i;

export class DataSet {
  readonly files: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly #instance: DuckDB.DuckDBInstance;
  readonly #connection: DuckDB.DuckDBConnection;
  readonly #relation: string;
  #kept = 0;

  private constructor(
    files: readonly string[],
    columns: readonly Column[],
    rows: number,
    instance: DuckDB.DuckDBInstance,
    connection: DuckDB.DuckDBConnection,
    relation: string,
  ) {
    this.files = files;
    this.columns = columns;
    this.rows = rows;
    this.#instance = instance;
    this.#connection = connection;
    this.#relation = relation;
  }

  /** @throws PB4003 a file is missing, is not what its name says, or has no rows; PB4005 DuckDB is not installed */
  static async open({ files, texts = [], memoryLimit = '1GB', temporaryDirectory }: DataSetOptions): Promise<DataSet> {
    const format = formatOf(files);
    const { DuckDBInstance } = await duckdb();
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: memoryLimit,
      // Nothing is fetched from anywhere: what we read is built in.
      autoinstall_known_extensions: 'false',
      // It would read the first rows of Parquet files by their numbers, in three times the time.
      disabled_optimizers: 'late_materialization',
      ...(temporaryDirectory === undefined ? {} : { temp_directory: temporaryDirectory }),
    });
    const connection = await instance.connect();
    try {
      await checkFiles(connection, files);
      const { relation: read, columns } = await describe(connection, format, files, texts);
      const relation = format === 'parquet' ? read : await parsedOnce(connection, read, files);
      const [[rows]] = await rowsOf(connection, `SELECT count(*)::DOUBLE FROM ${relation}`, files);
      if (rows === 0) throw unreadable(files, 'it has no rows', 'Name a data set that has some.');
      return new DataSet(files, columns, rows as number, instance, connection, relation);
    } catch (error) {
      connection.closeSync();
      instance.closeSync();
      throw error;
    }
  }

  /** Rows of an aggregate that fit in memory. */
  async query(select: string, suffix = ''): Promise<unknown[][]> {
    return rowsOf(this.#connection, `SELECT ${select} FROM ${this.#relation} ${suffix}`, this.files);
  }

  /** An aggregate over what `columns` and `suffix` make of the rows. */
  async queryWithin(columns: string, suffix: string, select: string, outerSuffix = ''): Promise<unknown[][]> {
    const within = `SELECT ${select} FROM (SELECT ${columns} FROM ${this.#relation} ${suffix}) ${outerSuffix}`;
    return rowsOf(this.#connection, within, this.files);
  }

  /** All rows in their order, a few thousand at a time. */
  chunks(select: string, suffix = ''): AsyncGenerator<DuckDB.DuckDBDataChunk> {
    return this.#stream(`SELECT ${select} FROM ${this.#relation} ${suffix}`);
  }

  /** Keeps the rows of a query until the data set is closed; what does not fit in memory is on disk. */
  async keep(select: string, suffix = ''): Promise<KeptRows> {
    const table = `kept_${this.#kept++}`;
    const sql = `CREATE TEMP TABLE ${table} AS SELECT ${select} FROM ${this.#relation} ${suffix}`;
    await rowsOf(this.#connection, sql, this.files);
    return {
      query: (aggregate) => rowsOf(this.#connection, `SELECT ${aggregate} FROM ${table}`, this.files),
      chunks: (values) => this.#stream(`SELECT ${values} FROM ${table}`),
    };
  }

  /**
   * About so many rows, spread evenly over all (by the multiples of the golden ratio, which no period of the data meets),
   * in their order; all where there are no more.
   */
  sample(select: string, rows: number, seed: number): AsyncGenerator<DuckDB.DuckDBDataChunk> {
    if (this.rows <= rows) return this.chunks(select);
    const numbered = `SELECT ${select}, row_number() OVER () AS ${ROW_NUMBER} FROM ${this.#relation}`;
    const place = `((${ROW_NUMBER} + ${seed}) * ${GOLDEN_RATIO_WORD}) % ${WORD}`;
    const chosen = `${place} < ${Math.round((rows / this.rows) * WORD)}`;
    return this.#stream(`SELECT * EXCLUDE (${ROW_NUMBER}) FROM (${numbered}) WHERE ${chosen}`);
  }

  async *#stream(sql: string): AsyncGenerator<DuckDB.DuckDBDataChunk> {
    try {
      const result = await this.#connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk;
      }
    } catch (cause) {
      throw cause instanceof PlumblineError ? cause : unreadable(this.files, reasonOf(cause), REMEDY, cause);
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

const REMEDY = 'Name CSV, JSON Lines or Parquet files that can be read, all with the same columns.';

async function duckdb(): Promise<Pick<typeof DuckDB, 'DuckDBInstance'>> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw new PlumblineError('Data sets are read by DuckDB, which is an optional package and not installed here.', {
      code: 'PB4005',
      key: '@duckdb/node-api',
      remedy: `Run \`npm install ${DUCKDB_PACKAGE}\`.`,
      cause,
    });
  }
}

function formatOf(files: readonly string[]): Format {
  const formats = new Set(files.map((file) => FORMATS.find(([pattern]) => pattern.test(file))?.[1]));
  const [format] = formats;
  if (formats.size === 1 && format !== undefined) return format;
  throw unreadable(
    files,
    formats.size > 1 ? 'its files are of different formats' : 'its format cannot be told from its name',
    'Name files that all end in .csv, .tsv, .jsonl, .ndjson, .json or .parquet.',
  );
}

async function checkFiles(connection: DuckDB.DuckDBConnection, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const found = await rowsOf(connection, `SELECT count(*)::DOUBLE FROM glob(${literal(file)})`, [file]);
    if (found[0][0] === 0) throw unreadable([file], 'there is no such file', 'Check the path; a glob is quoted.');
  }
}

/** Parses text that is not too large, and names what it became. */
async function parsedOnce(
  connection: DuckDB.DuckDBConnection,
  relation: string,
  files: readonly string[],
): Promise<string> {
  if (files.some((file) => COMPRESSED.test(file))) return relation;
  const [[bytes]] = await rowsOf(connection, `SELECT sum(size)::DOUBLE FROM read_blob(${listOf(files)})`, files);
  if ((bytes as number) > PARSED_BYTES_MAX) return relation;
  await rowsOf(connection, `CREATE TEMP TABLE parsed AS FROM ${relation}`, files);
  return 'parsed';
}

/**
 * The types of columns are found from all rows, once, and then pinned: a column that looks like numbers in its first
 * thousand rows and is text later must not fail half-way, nor be read in two ways by two passes.
 */
async function describe(
  connection: DuckDB.DuckDBConnection,
  format: Format,
  files: readonly string[],
  texts: readonly string[],
): Promise<{ relation: string; columns: Column[] }> {
  const list = listOf(files);
  const shape = async (relation: string): Promise<[string, string][]> => {
    const rows = await rowsOf(connection, `SELECT column_name, column_type FROM (DESCRIBE FROM ${relation})`, files);
    return rows as [string, string][];
  };
  const struct = (columns: readonly [string, string][]): string =>
    `{${columns.map(([name, type]) => `${literal(name)}: ${literal(type)}`).join(', ')}}`;
  const columnsOf = (columns: readonly [string, string][]): Column[] =>
    columns.map(([name, type]) => columnOf(name, type));

  if (format === 'parquet') {
    const relation = `read_parquet(${list}, union_by_name = true)`;
    return { relation, columns: columnsOf(await shape(relation)) };
  }
  if (format === 'csv') {
    const sniffed = await shape(`read_csv(${list}, sample_size = -1, union_by_name = true)`);
    const found = sniffed.map(([name, type]): [string, string] => [name, texts.includes(name) ? 'VARCHAR' : type]);
    const relation = `read_csv(${list}, union_by_name = true, types = ${struct(found)})`;
    return { relation, columns: columnsOf(found) };
  }
  const found = await shape(`read_json(${list}, sample_size = -1, union_by_name = true, format = 'auto')`);
  return { relation: `read_json(${list}, format = 'auto', columns = ${struct(found)})`, columns: columnsOf(found) };
}

const listOf = (files: readonly string[]): string => `[${files.map(literal).join(', ')}]`;

async function rowsOf(
  connection: DuckDB.DuckDBConnection,
  sql: string,
  files: readonly string[],
): Promise<unknown[][]> {
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } catch (cause) {
    throw unreadable(files, reasonOf(cause), REMEDY, cause);
  }
}

function reasonOf(cause: unknown): string {
  const [line] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return line.replace(/\.$/, '');
}

function unreadable(files: readonly string[], why: string, remedy: string, cause?: unknown): PlumblineError {
  return new PlumblineError(`The data set cannot be read: ${why}.`, {
    code: 'PB4003',
    key: files.join(', '),
    remedy,
    ...(cause === undefined ? {} : { cause }),
  });
}
