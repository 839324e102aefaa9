/**
 * Rows of CSV, JSON Lines and Parquet files by DuckDB, which streams what is larger than memory and spills what it must
 * hold. It is an optional package: only building and diffing references needs it.
 */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import type * as DuckDB from '@duckdb/node-api';
import { PlumblineError } from '../lib/plumbline-error.js';

const PACKAGE = '@duckdb/node-api';
const MEMORY_LIMIT = '1GB';
const READERS: Readonly<Record<string, string>> = {
  '.csv': 'read_csv',
  '.tsv': 'read_csv',
  '.parquet': 'read_parquet',
  '.jsonl': 'read_json',
  '.ndjson': 'read_json',
  '.json': 'read_json',
};

/** How a column's values arrive. */
export type ColumnKind = 'number' | 'boolean' | 'text' | 'other';

export interface Column {
  readonly name: string;
  /** As DuckDB names it. */
  readonly type: string;
  readonly kind: ColumnKind;
}

export type ColumnValues = readonly (number | string | boolean | null)[];

export class DataSet {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly #connection: DuckDB.DuckDBConnection;
  readonly #relation: string;

  private constructor(connection: DuckDB.DuckDBConnection, relation: string, columns: readonly Column[], rows: number) {
    this.#connection = connection;
    this.#relation = relation;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * @param paths files or glob patterns of one kind, separated by commas
   * @throws PlumblineError PB4003, PB4005
   */
  static async open(paths: string): Promise<DataSet> {
    const connection = await connect();
    const relation = relationOf(paths);
    try {
      const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
      const columns = described.getRows().map(([name, type]) => columnOf(String(name), String(type)));
      const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${relation}`);
      return new DataSet(connection, relation, columns, Number(counted.getRows()[0][0]));
    } catch (cause) {
      connection.closeSync();
      throw unreadable(paths, cause);
    }
  }

  /** Smallest and largest finite value of a numeric column; NaN where there is none. */
  async bounds(column: Column): Promise<{ min: number; max: number }> {
    const value = expressionOf(column);
    const result = await this.#connection.runAndReadAll(
      `SELECT min(v)::DOUBLE, max(v)::DOUBLE FROM (SELECT ${value} AS v FROM ${this.#relation}) WHERE isfinite(v)`,
    );
    const [min, max] = result.getRows()[0];
    return { min: min === null ? NaN : Number(min), max: max === null ? NaN : Number(max) };
  }

  /** A sample that depends on the seed alone. */
  async sample(column: Column, rows: number, seed: number): Promise<ColumnValues> {
    const value = expressionOf(column);
    const result = await this.#connection.runAndReadAll(
      `SELECT v FROM (SELECT ${value} AS v FROM ${this.#relation}) USING SAMPLE reservoir(${rows} ROWS) REPEATABLE (${seed})`,
    );
    return result.getColumns()[0] as ColumnValues;
  }

  /** The commonest values of a text column, by descending count and then by name, and how many there are in all. */
  async categories(column: Column, most: number): Promise<{ names: string[]; distinct: number }> {
    const value = expressionOf(column);
    const from = `(SELECT ${value} AS v FROM ${this.#relation}) WHERE v IS NOT NULL AND v <> ''`;
    const counted = await this.#connection.runAndReadAll(`SELECT count(DISTINCT v)::DOUBLE FROM ${from}`);
    const listed = await this.#connection.runAndReadAll(
      `SELECT v FROM ${from} GROUP BY v ORDER BY count(*) DESC, v LIMIT ${most}`,
    );
    return { names: listed.getRows().map(([name]) => String(name)), distinct: Number(counted.getRows()[0][0]) };
  }

  /** All rows in chunks, as columns in the order asked for. */
  async *chunks(columns: readonly Column[]): AsyncGenerator<ColumnValues[]> {
    const list = columns.map((column) => `${expressionOf(column)} AS ${quoted(column.name)}`).join(', ');
    const result = await this.#connection.stream(`SELECT ${list} FROM ${this.#relation}`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk === undefined || chunk.rowCount === 0) return;
      yield columns.map((_, index) => chunk.getColumnValues(index) as ColumnValues);
    }
  }

  close(): void {
    this.#connection.closeSync();
  }
}

async function connect(): Promise<DuckDB.DuckDBConnection> {
  let duckdb: Pick<typeof DuckDB, 'DuckDBInstance'>;
  try {
    duckdb = await import('@duckdb/node-api');
  } catch (cause) {
    throw new PlumblineError('Reading data sets needs a package that is not installed.', {
      code: 'PB4005',
      key: PACKAGE,
      remedy: `Install it beside plumbline: npm install ${PACKAGE}`,
      cause,
    });
  }
  const instance = await duckdb.DuckDBInstance.create(':memory:', { memory_limit: MEMORY_LIMIT, threads: '2' });
  return instance.connect();
}

function relationOf(paths: string): string {
  const parts = paths.split(',').map((path) => path.trim());
  const reader = READERS[extname(parts[0]).toLowerCase()];
  if (reader === undefined) {
    throw new PlumblineError(
      `${parts[0]} is no data set: its name ends in none of ${Object.keys(READERS).join(', ')}.`,
      {
        code: 'PB4003',
        key: parts[0],
        remedy: 'Give CSV, JSON Lines or Parquet, and name the file so.',
      },
    );
  }
  for (const part of parts) {
    if (/[*?[{]/.test(part) || existsSync(part)) continue;
    throw new PlumblineError(`The data set ${part} does not exist.`, {
      code: 'PB4003',
      key: part,
      remedy: 'Check the path.',
    });
  }
  const list = parts.map((part) => `'${part.replaceAll("'", "''")}'`).join(', ');
  return `${reader}([${list}])`;
}

function columnOf(name: string, type: string): Column {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/.test(type)) return { name, type, kind: 'number' };
  if (/^(TIMESTAMP|DATE)/.test(type)) return { name, type, kind: 'number' };
  if (type === 'BOOLEAN') return { name, type, kind: 'boolean' };
  if (/^(VARCHAR|ENUM|UUID)/.test(type)) return { name, type, kind: 'text' };
  return { name, type, kind: 'other' };
}

/** Points in time become seconds since the epoch. */
function expressionOf({ name, type, kind }: Column): string {
  const column = quoted(name);
  if (/^(TIMESTAMP|DATE)/.test(type)) return `epoch(${column})::DOUBLE`;
  if (kind === 'number') return `${column}::DOUBLE`;
  return kind === 'text' ? `${column}::VARCHAR` : column;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function unreadable(paths: string, cause: unknown): PlumblineError {
  const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new PlumblineError(`The data set ${paths} cannot be read: ${said}`, {
    code: 'PB4003',
    key: paths,
    remedy: 'Check that the file is what its name says.',
    cause,
  });
}
