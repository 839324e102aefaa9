/**
 * Builds a reference from a data set: schemas first, then every row into them. The same rows in the same order give the
 * same reference, bit for bit. Memory does not grow with the rows: DuckDB's share is bounded, a column keeps a sample of
 * fixed size, and what is folded is a profile.
 */
import { type Profile, PROJECTED_FEATURES_MAX } from '../observe/index.js';
import { type FeatureKind, type Output, RECONSTRUCTION_ERROR, VARIANCE_KEPT } from '../registry/index.js';
import { profileCategories, type CategoryColumn } from './category-columns.js';
import type { Column } from './column.js';
import { kindsOfColumns } from './column-kinds.js';
import { assignRoles, find, type RoleOptions, type Roles } from './column-roles.js';
import { DataSet, type DataSetOptions } from './data-set.js';
import { profileEmbeddings } from './embedding-columns.js';
import { type Family, foldMeasured, type MeasuredColumn, surveyMeasured } from './measured-columns.js';
import { foldNumbers, surveyNumbers, type NumberColumn } from './number-columns.js';
import { projectDataSet } from './reconstruction.js';
import { OUTPUT_OF_ROLE, type Reference, type SourceColumns } from './reference.js';
import { referenceOf } from './reference-file.js';
import { rowFrequencies } from './row-frequencies.js';
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
  /** What features are, by name; of the others their types and values say it. */
  readonly kinds?: ReadonlyMap<string, FeatureKind>;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Told what was done with a column that is worth a word. */
  readonly onNotice?: (notice: string) => void;
}

export interface BuildProgress {
  readonly done: number;
  readonly total: number;
}

/** No feature is told what it is. */
const ALL_SAY_IT: ReadonlyMap<string, FeatureKind> = new Map();

/** A column under the name that its profile gets. */
interface NamedColumn {
  readonly name: string;
  readonly column: Column;
  /** Whether what is derived from it is a feature too. */
  readonly derives: boolean;
}

/** @throws PB4003 the data cannot be read; PB4004 a column is not there or cannot be used; PB4005 DuckDB is missing */
export async function buildReference(options: BuildOptions): Promise<Reference> {
  const { kinds = ALL_SAY_IT, onNotice } = options;
  const codes = Array.from(kinds).flatMap(([name, kind]) => (kind === 'categorical' ? [name] : []));
  const dataSet = await DataSet.open({ ...options, files: options.from, texts: [...(options.texts ?? []), ...codes] });
  try {
    const roles = assignRoles(dataSet.columns, options);
    for (const name of kinds.keys()) find(roles.features, name);
    if (onNotice !== undefined) tellOfColumns(roles, onNotice);
    const others = Array.from(roles.others, ([role, column]) => ({
      name: OUTPUT_OF_ROLE[role],
      column,
      derives: false,
    }));
    const features = roles.features.map((column) => ({ name: column.name, column, derives: true }));
    const families = await profileColumns(dataSet, [...features, ...others], roles.eventTime, options);
    const onSkipped = (name: string, why: string): void => onNotice?.(`${name} is skipped: ${why}`);
    const embeddings = await profileEmbeddings(
      dataSet,
      roles.embeddings,
      options.embedding === undefined ? onSkipped : undefined,
    );
    const profiles = new Map(families.slice(0, features.length).flatMap(namedProfiles));
    const outputs = new Map<Output, Profile>(
      others.map(({ name }, index) => [name, families[features.length + index][0]]),
    );
    const together = await projectFeatures(dataSet, profiles, options);
    if (together !== undefined) outputs.set(RECONSTRUCTION_ERROR, together.profile);
    const frequencies = await rowFrequencies(dataSet, roles.features);
    return referenceOf({
      model: options.model,
      version: options.version,
      rows: dataSet.rows,
      source: { files: options.from, columns: namesOf(roles) },
      ...(options.createdAt === undefined ? {} : { createdAt: options.createdAt }),
      features: profiles,
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

/** A profile for each column, and behind it those of what is derived from it. */
async function profileColumns(
  dataSet: DataSet,
  columns: readonly NamedColumn[],
  eventTime: Column | undefined,
  options: BuildOptions,
): Promise<Family<Profile>[]> {
  const { maxCategories = 100_000, sampleRows: rows = 200_000, seed = 1, kinds: told = ALL_SAY_IT } = options;
  const kinds = await kindsOfColumns(
    dataSet,
    columns.map(({ column }) => column),
    told,
    maxCategories,
  );
  const numbers: (NumberColumn & NamedColumn)[] = [];
  const categories: (CategoryColumn & NamedColumn)[] = [];
  const measured: (MeasuredColumn & NamedColumn)[] = [];
  for (const named of columns) {
    const kind = kinds.get(named.column)!;
    if (kind === 'numeric') numbers.push(named);
    else if (kind === 'categorical' || kind === 'boolean') categories.push({ ...named, kind });
    else measured.push({ ...named, kind });
  }
  const profiles = new Map<Column, Family<Profile>>();
  const counted = await profileCategories(dataSet, categories);
  for (const [index, { column }] of categories.entries()) profiles.set(column, [counted[index]]);
  let done = 0;
  const total = dataSet.rows * 2 * [numbers, measured].filter(({ length }) => length > 0).length;
  const onRows = (scanned: number): void => options.onProgress?.({ done: (done += scanned), total });
  if (numbers.length > 0) {
    const recurring = await recurringColumns(
      dataSet,
      numbers.map(({ column }) => column),
    );
    const schemas = await surveyNumbers(dataSet, numbers, recurring, { rows, seed }, onRows);
    const folded = await foldNumbers(dataSet, numbers, recurring, schemas, onRows);
    for (const [index, { column }] of numbers.entries()) profiles.set(column, [folded[index]]);
  }
  if (measured.length > 0) {
    tellOfAges(measured, eventTime, options);
    const data = { dataSet, eventTime, onRows };
    const folded = await foldMeasured(data, measured, await surveyMeasured(data, measured, { rows, seed }));
    for (const [index, { column }] of measured.entries()) profiles.set(column, folded[index]);
  }
  return columns.map(({ column }) => profiles.get(column)!);
}

export const namedProfiles = (family: Family<Profile>): [string, Profile][] =>
  family.map((profile) => [profile.schema.name, profile]);

function tellOfColumns({ skipped }: Roles, onNotice: (notice: string) => void): void {
  for (const { name, type } of skipped)
    onNotice(`${name} is skipped: a column of type ${type} has no single value a row`);
}

function tellOfAges(
  columns: readonly MeasuredColumn[],
  eventTime: Column | undefined,
  { onNotice }: BuildOptions,
): void {
  if (eventTime !== undefined) return;
  for (const { name, kind } of columns) {
    if (kind !== 'timestamp') continue;
    onNotice?.(
      `${name} is a time, and no column says when the predictions were made: its ages have no reference, only its hours and weekdays have`,
    );
  }
}

function namesOf({ others, eventTime }: Roles): SourceColumns {
  const names = Object.fromEntries(Array.from(others, ([role, { name }]) => [role, name]));
  return eventTime === undefined ? names : { ...names, eventTime: eventTime.name };
}
