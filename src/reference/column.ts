/**
 * A column of a data set, by what can be made of it. DuckDB's many types come down to five ways of reading: a number as a
 * double, a time as seconds since the epoch, text and truth values as text, and a list of numbers as a vector. What else has no
 * single value a row is not read.
 */
export type ColumnReading = 'number' | 'time' | 'boolean' | 'text' | 'vector';

export interface Column {
  readonly name: string;
  /** DuckDB's name of its type. */
  readonly type: string;
  /** Undefined: it cannot become a feature. */
  readonly reading: ColumnReading | undefined;
}

const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|BIGNUM)$/;
/** A list, or an array of a fixed size. */
const LIST = /\[\d*\]$/;
const TIMES = /^(DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;
const TEXTS = /^(VARCHAR|UUID|ENUM\(.*\))$/s;

export function columnOf(name: string, type: string): Column {
  return { name, type, reading: readingOf(type) };
}

function readingOf(type: string): ColumnReading | undefined {
  if (NUMBERS.test(type)) return 'number';
  if (NUMBERS.test(type.replace(LIST, ''))) return 'vector';
  if (TIMES.test(type)) return 'time';
  if (type === 'BOOLEAN') return 'boolean';
  return TEXTS.test(type) ? 'text' : undefined;
}

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The column as a double: a text as its length in bytes, which is what arrives over OTLP; the empty one as no value. */
export function asNumber({ name, reading, type }: Column): string {
  const column = identifier(name);
  if (reading === 'time') {
    return type === 'TIME' ? `epoch(${column})` : `CASE WHEN isfinite(${column}) THEN epoch(${column}) END`;
  }
  if (reading === 'text') return `nullif(strlen(${column}::VARCHAR), 0)::DOUBLE`;
  return `${column}::DOUBLE`;
}

/** The column as a list of doubles. */
export function asVector({ name }: Column): string {
  return `${identifier(name)}::DOUBLE[]`;
}

/** The column as text; the empty one as no value. */
export function asText({ name }: Column): string {
  return `nullif(${identifier(name)}::VARCHAR, '')`;
}
