/** A reference that was built from a data set: the profiles, and where they came from. */
import type { Profile, ReferenceProfiles } from '../observe/index.js';
import type { PredictedOutput } from '../registry/index.js';

export interface Reference extends ReferenceProfiles {
  readonly kind: 'training';
  readonly model: string;
  readonly version: string;
  /** Rows of the data set. */
  readonly rows: number;
  readonly source: ReferenceSource;
  /** ISO 8601; absent: the builder gave no time. */
  readonly createdAt?: string;
  /** What really happened, where the data set has it. */
  readonly groundTruth?: Profile;
}

export interface ReferenceSource {
  /** The data set's files, as they were named. */
  readonly files: readonly string[];
  /** The columns that are no features, by what they are. */
  readonly columns: SourceColumns;
}

export const GROUND_TRUTH = 'groundTruth';
/** What a column can be besides a feature. */
export type ColumnRole = PredictedOutput | typeof GROUND_TRUTH;
export type SourceColumns = Readonly<Partial<Record<ColumnRole, string>>>;
