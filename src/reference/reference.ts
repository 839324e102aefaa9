/** A reference that was built from a data set: the profiles, and where they came from. */
import type { ReferenceProfiles } from '../observe/index.js';
import type { Output } from '../registry/index.js';

export interface Reference extends ReferenceProfiles {
  readonly kind: 'training';
  readonly model: string;
  readonly version: string;
  /** Rows of the data set. */
  readonly rows: number;
  readonly source: ReferenceSource;
  /** ISO 8601; absent: the builder gave no time. */
  readonly createdAt?: string;
}

export interface ReferenceSource {
  /** The data set's files, as they were named. */
  readonly files: readonly string[];
  /** The columns that are no features, by what they are. */
  readonly columns: SourceColumns;
}

/** What a column can be besides a feature, as options and files name it, and the output that it becomes. */
export const OUTPUT_OF_ROLE = {
  value: 'value',
  score: 'score',
  groundTruth: 'ground_truth',
} as const satisfies Readonly<Record<string, Output>>;
export type ColumnRole = keyof typeof OUTPUT_OF_ROLE;
export const COLUMN_ROLES = Object.keys(OUTPUT_OF_ROLE) as readonly ColumnRole[];
export type SourceColumns = Readonly<Partial<Record<ColumnRole | 'eventTime', string>>>;
