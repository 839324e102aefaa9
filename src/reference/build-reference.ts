/**
 * Builds a reference from a data set: schemas first, then every row into them. The same rows in the same order give the
 * same reference, bit for bit. Memory does not grow with the rows: DuckDB's share is bounded, a column keeps a sample of
 * fixed size, and what is folded is a profile.
 */
import { type Profile, PROJECTED_FEATURES_MAX } from '../observe/index.js';
import { type Output, RECONSTRUCTION_ERROR, VARIANCE_KEPT } from '../registry/index.js';
import { profileCategories, type CategoryColumn } from './category-columns.js';
import type { Column } from './column.js';
import { assignRoles, type RoleOptions, type Roles } from './column-roles.js';
import { DataSet, type DataSetOptions } from './data-set.js';
import { profileEmbeddings } from './embedding-columns.js';
import { foldNumbers, surveyNumbers, type NumberColumn } from './number-columns.js';
import { projectDataSet } from './reconstruction.js';
import { OUTPUT_OF_ROLE, type ColumnRole, type Reference, type SourceColumns } from './reference.js';
import { referenceOf } from './reference-file.js';
import { rowFrequencies } from './row-frequencies.js';
import { freeTextColumns } from './text-columns.js';
import { recurringColumns } from './value-counts.js';

export interface BuildOptions extends RoleOptions, Omit<DataSetOptions, 'files'> {
  readonly model: string;
  readonly version: string;
  /** Paths or globs of CSV, JSON Lines or Parquet files. */
  readonly from: readonly string[];
  /** Different texts above which a column is free text; default 100,000. */
  readonly maxCategories?: number;
  /** Values of a column that its bins' edges are taken from; default 200,000. */
  readonly sampleRows?: number;
  /** Of the sampling; default 1. */
  readonly seed?: number;
  /** The share of the features' variance that the principal components keep; default 0.65. 0: there are none. */
  readonly variance?: number;
  /** ISO 8601. */
  readonly createdAt?: string;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Told what was done with a column that is worth a word. */
  readonly onNotice?: (notice: string) => void;
}

export interface BuildProgress {
  readonly done: number;
  readonly total: number;
}

/** A column under the name that its profile gets. */
interface NamedColumn {
  readonly name: string;
  readonly column: Column;
}

/** @throws PB4003 the data cannot be read; PB4004 a column is not there or cannot be used; PB4005 DuckDB is missing */
export async function buildReference(options: BuildOptions): Promise<Reference> {
  const dataSet = await DataSet.open({ ...options, files: options.from });
  try {
    const roles = assignRoles(dataSet.columns, options);
    if (options.onNotice !== undefined) tellOfColumns(roles, options.onNotice);
    const others = Array.from(roles.others, ([role, column]) => ({ name: OUTPUT_OF_ROLE[role], column }));
    const features = roles.features.map((column) => ({ name: column.name, column }));
    const profiles = await profileColumns(dataSet, [...features, ...others], options);
    const onSkipped = (name: string, why: string): void => options.onNotice?.(`${name} is skipped: ${why}`);
    const embeddings = await profileEmbeddings(
      dataSet,
      roles.embeddings,
      options.embedding === undefined ? onSkipped : undefined,
    );
    const named = features.map(({ name }, index): [string, Profile] => [name, profiles[index]]);
    const outputs = new Map<Output, Profile>(
      others.map(({ name }, index) => [name, profiles[features.length + index]]),
    );
    const together = await projectFeatures(dataSet, new Map(named), options);
    if (together !== undefined) outputs.set(RECONSTRUCTION_ERROR, together.profile);
    const frequencies = await rowFrequencies(dataSet, roles.features);
    return referenceOf({
      model: options.model,
      version: options.version,
      rows: dataSet.rows,
      source: { files: options.from, columns: namesOf(roles.others) },
      ...(options.createdAt === undefined ? {} : { createdAt: options.createdAt }),
      features: new Map(named),
      outputs,
      embeddings,
      ...(together === undefined ? {} : { projection: together.projection }),
      ...(frequencies === undefined ? {} : { rowFrequencies: frequencies }),
    });
  } finally {
    dataSet.close();
  }
}

async function projectFeatures(
  dataSet: DataSet,
  features: ReadonlyMap<string, Profile>,
  { variance = VARIANCE_KEPT, seed = 1, onNotice }: BuildOptions,
): Promise<ReturnType<typeof projectDataSet>> {
  if (variance === 0) return undefined;
  const projected = await projectDataSet(dataSet, features, { variance, seed });
  if (projected?.projection.features.length === PROJECTED_FEATURES_MAX) {
    onNotice?.(`only the first ${PROJECTED_FEATURES_MAX} features that vary are looked at together`);
  }
  return projected;
}

/** In the order of the columns. */
async function profileColumns(
  dataSet: DataSet,
  columns: readonly NamedColumn[],
  { maxCategories = 100_000, sampleRows = 200_000, seed = 1, onProgress }: BuildOptions,
): Promise<Profile[]> {
  const texts = columns.map(({ column }) => column).filter(({ reading }) => reading === 'text');
  const freeText = await freeTextColumns(dataSet, texts, maxCategories);
  const numbers: (NumberColumn & NamedColumn)[] = [];
  const categories: (CategoryColumn & NamedColumn)[] = [];
  for (const named of columns) {
    const { column } = named;
    if (freeText.has(column)) numbers.push({ ...named, kind: 'text' });
    else if (column.reading === 'text') categories.push({ ...named, kind: 'categorical' });
    else if (column.reading === 'boolean') categories.push({ ...named, kind: 'boolean' });
    else numbers.push({ ...named, kind: 'numeric' });
  }
  const profiles = new Map<string, Profile>();
  const counted = await profileCategories(dataSet, categories);
  for (const [index, { column }] of categories.entries()) profiles.set(column.name, counted[index]);
  if (numbers.length > 0) {
    let done = 0;
    const total = dataSet.rows * 2;
    const onRows = (rows: number): void => onProgress?.({ done: (done += rows), total });
    const recurring = await recurringColumns(
      dataSet,
      numbers.map(({ column }) => column),
    );
    const schemas = await surveyNumbers(dataSet, numbers, recurring, { rows: sampleRows, seed }, onRows);
    const folded = await foldNumbers(dataSet, numbers, recurring, schemas, onRows);
    for (const [index, { column }] of numbers.entries()) profiles.set(column.name, folded[index]);
  }
  return columns.map(({ column }) => profiles.get(column.name)!);
}

function tellOfColumns({ features, others, skipped }: Roles, onNotice: (notice: string) => void): void {
  for (const { name, type } of skipped)
    onNotice(`${name} is skipped: a column of type ${type} has no single value a row`);
  for (const { name, reading } of [...features, ...others.values()]) {
    if (reading === 'time') onNotice(`${name} is a time: it is read as a number, seconds since 1970-01-01 UTC`);
  }
}

function namesOf(columns: ReadonlyMap<ColumnRole, Column>): SourceColumns {
  return Object.fromEntries(Array.from(columns, ([role, { name }]) => [role, name]));
}
