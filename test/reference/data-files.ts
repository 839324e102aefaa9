/** Data sets that a test writes and throws away. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll } from 'vitest';

export const FLIGHTS = join(import.meta.dirname, '../../node_modules/vega-datasets/data/flights-3m.parquet');

const folder = mkdtempSync(join(tmpdir(), 'plumbline-reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of its own for each file, so that a glob finds no stranger. */
export const temporaryFolder = (): string => mkdtempSync(join(folder, 'test-'));

export function textFile(name: string, lines: readonly string[]): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

export const csv = (...lines: string[]): string => textFile('data.csv', lines);
export const jsonLines = (...rows: unknown[]): string =>
  textFile(
    'data.jsonl',
    rows.map((row) => JSON.stringify(row)),
  );

export async function parquet(select: string): Promise<string> {
  const path = join(temporaryFolder(), 'data.parquet');
  await sql(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  return path;
}

export async function sql(query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
