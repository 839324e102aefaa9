/**
 * What kind of feature a column becomes: what it is told to be, else what its type and its values say. A column of texts is
 * one of times where nearly all of the first are, as for a provisional reference, and free text where `text-columns.ts`
 * says so.
 */
import { viewOf } from '../decode/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { timeOfText } from '../observe/index.js';
import type { FeatureKind } from '../registry/index.js';
import { asText, type Column, isInteger } from './column.js';
import type { DataSet } from './data-set.js';
import { freeTextColumns } from './text-columns.js';

const TIME_SHARE = 0.9;
const TEXTS_MIN = 50;
const LOOKED_AT_ROWS = 1000;
const ENCODER = new TextEncoder();

/** Whether a column can be told to be a feature of that kind. */
const FITS: Readonly<Record<FeatureKind, (column: Column) => boolean>> = {
  numeric: ({ reading }) => reading === 'number' || reading === 'time',
  categorical: ({ reading, type }) => reading === 'text' || isInteger(type),
  boolean: ({ reading }) => reading === 'boolean',
  text: ({ reading }) => reading === 'text',
  timestamp: ({ reading }) => reading !== 'boolean',
};

/** @throws PB4004 a column cannot be what it is told to be */
export async function kindsOfColumns(
  dataSet: DataSet,
  columns: readonly Column[],
  told: ReadonlyMap<string, FeatureKind>,
  maxCategories: number,
): Promise<ReadonlyMap<Column, FeatureKind>> {
  const kinds = new Map<Column, FeatureKind>();
  const texts: Column[] = [];
  for (const column of columns) {
    const kind = told.get(column.name);
    if (kind !== undefined) kinds.set(column, checkedKind(column, kind));
    else if (column.reading === 'text') texts.push(column);
    else if (column.reading === 'boolean') kinds.set(column, 'boolean');
    else kinds.set(column, column.reading === 'time' ? 'timestamp' : 'numeric');
  }
  const times = await timeColumns(dataSet, texts);
  const others = texts.filter((column) => !times.has(column));
  const freeText = await freeTextColumns(dataSet, others, maxCategories);
  for (const column of times) kinds.set(column, 'timestamp');
  for (const column of others) kinds.set(column, freeText.has(column) ? 'text' : 'categorical');
  return kinds;
}

export const fits = (column: Column, kind: FeatureKind): boolean => FITS[kind](column);

function checkedKind(column: Column, kind: FeatureKind): FeatureKind {
  if (fits(column, kind)) return kind;
  throw new PlumblineError(`A column of type ${column.type} cannot be folded as ${kind}.`, {
    code: 'PB4004',
    key: column.name,
    remedy:
      kind === 'categorical'
        ? 'Name it numeric, or write it as text or as whole numbers.'
        : 'Name the kind that it is, or write the column with another type.',
  });
}

async function timeColumns(dataSet: DataSet, columns: readonly Column[]): Promise<ReadonlySet<Column>> {
  if (columns.length === 0) return new Set();
  const names = columns.map((_, index) => `c${index}`);
  const values = columns.map((column, index) => `${asText(column)} AS ${names[index]}`);
  const rows = await dataSet.queryWithin(values.join(', '), `LIMIT ${LOOKED_AT_ROWS}`, names.join(', '), '');
  return new Set(
    columns.filter((_, index) => {
      const texts = rows.map((row) => row[index]).filter((text) => typeof text === 'string');
      return texts.length >= TEXTS_MIN && texts.filter(isTime).length > texts.length * TIME_SHARE;
    }),
  );
}

function isTime(text: string): boolean {
  const bytes = ENCODER.encode(text);
  return !Number.isNaN(timeOfText(viewOf(bytes), 0, bytes.length));
}
