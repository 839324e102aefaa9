/** Which column is what: an output, the ground truth, a feature, or left out. */
import { nearestName } from '../lib/nearest-name.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import type { Column } from './column.js';
import { COLUMN_ROLES, type ColumnRole, type SourceColumns } from './reference.js';

export interface RoleOptions extends SourceColumns {
  /** Columns that are no features. */
  readonly exclude?: readonly string[];
  /** The only columns that are features; absent: all that can be. */
  readonly include?: readonly string[];
  /** The only columns that are embeddings; absent: all that can be. */
  readonly embedding?: readonly string[];
}

export interface Roles {
  readonly features: readonly Column[];
  /** Columns of lists of numbers. */
  readonly embeddings: readonly Column[];
  readonly others: ReadonlyMap<ColumnRole, Column>;
  /** When the predictions were made. */
  readonly eventTime: Column | undefined;
  /** Columns that cannot become features and that nobody asked for. */
  readonly skipped: readonly Column[];
}

/** @throws PB4004 a column is not there, or was named and cannot become a feature */
export function assignRoles(columns: readonly Column[], options: RoleOptions): Roles {
  const { exclude = [], include, embedding } = options;
  for (const name of exclude) find(columns, name);
  const others = new Map<ColumnRole, Column>();
  for (const role of COLUMN_ROLES) {
    const name = options[role];
    if (name !== undefined) others.set(role, usable(find(columns, name)));
  }
  const eventTime = options.eventTime === undefined ? undefined : usable(find(columns, options.eventTime));
  const used = [...others.values(), ...(eventTime === undefined ? [] : [eventTime])];
  const taken = new Set([...exclude, ...used.map(({ name }) => name)]);
  const candidates = include === undefined ? columns : include.map((name) => usable(find(columns, name)));
  const free = candidates.filter(({ name }) => !taken.has(name));
  const vectors = columns.filter(({ name, reading }) => reading === 'vector' && !taken.has(name));
  return {
    features: free.filter(({ reading }) => reading !== undefined && reading !== 'vector'),
    embeddings: embedding === undefined ? vectors : embedding.map((name) => vector(find(columns, name))),
    others,
    eventTime,
    skipped: free.filter(({ reading }) => reading === undefined),
  };
}

/** @throws PB4004 */
export function find(columns: readonly Column[], name: string): Column {
  const column = columns.find((each) => each.name === name);
  if (column !== undefined) return column;
  const names = columns.map((each) => each.name);
  const nearest = nearestName(name, names);
  throw new PlumblineError('The data set has no column of that name.', {
    code: 'PB4004',
    key: name,
    remedy: nearest === undefined ? `Its columns are: ${names.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}

function vector(column: Column): Column {
  if (column.reading === 'vector') return column;
  throw new PlumblineError(`A column of type ${column.type} has no vector a row.`, {
    code: 'PB4004',
    key: column.name,
    remedy: 'Name a column of lists of numbers.',
  });
}

function usable(column: Column): Column {
  if (column.reading !== undefined && column.reading !== 'vector') return column;
  throw new PlumblineError(`A column of type ${column.type} has no single value a row.`, {
    code: 'PB4004',
    key: column.name,
    remedy: 'Leave it out, or put what the model reads of it into a column of its own.',
  });
}
