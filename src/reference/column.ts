/**
 * A column of a data set, by what can be made of it. DuckDB's many types come down to five ways of reading: a number as a
 * double, a point in time as milliseconds since the epoch, text and truth values as text, and a list of numbers as a vector.
 * A time of the day is the number of its seconds. What else has no single value a row is not read.
 */
export type ColumnReading = 'number' | 'time' | 'boolean' | 'text' | 'vector';

export interface Column {
  readonly name: string;
  /** DuckDB's name of its type. */
  readonly type: string;
  /** Undefined: it cannot become a feature. */
  readonly reading: ColumnReading | undefined;
}

const INTEGERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/;
const NUMBERS = /^(FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|BIGNUM|TIME)$/;
/** A list, or an array of a fixed size. */
const LIST = /\[\d*\]$/;
const TIMES = /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;
const TEXTS = /^(VARCHAR|UUID|ENUM\(.*\))$/s;

export function columnOf(name: string, type: string): Column {
  return { name, type, reading: readingOf(type) };
}

function readingOf(type: string): ColumnReading | undefined {
  if (isInteger(type) || NUMBERS.test(type)) return 'number';
  if (type.endsWith(']') && readingOf(type.replace(LIST, '')) === 'number') return 'vector';
  if (TIMES.test(type)) return 'time';
  if (type === 'BOOLEAN') return 'boolean';
  return TEXTS.test(type) ? 'text' : undefined;
}

export const isInteger = (type: string): boolean => INTEGERS.test(type);

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The column as a double; only of numbers and times. */
export function asNumber({ name, reading, type }: Column): string {
  const column = identifier(name);
  if (reading === 'time') return `CASE WHEN isfinite(${column}) THEN epoch(${column}) END`;
  if (type === 'TIME') return `epoch(${column})`;
  return `${column}::DOUBLE`;
}

/** The column as a list of doubles. */
export function asVector({ name }: Column): string {
  return `${identifier(name)}::DOUBLE[]`;
}

/** The column as a time: milliseconds since the epoch where it is one, else as it is. */
export function asTime(column: Column): string {
  const name = identifier(column.name);
  if (column.reading === 'time') return `CASE WHEN isfinite(${name}) THEN epoch(${name}) * 1000 END`;
  return column.reading === 'text' ? asText(column) : `${name}::DOUBLE`;
}

/** The column as text; the empty one as no value. */
export function asText({ name }: Column): string {
  return `nullif(${identifier(name)}::VARCHAR, '')`;
}
