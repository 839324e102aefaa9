/**
 * A data set folded into the schemas of a reference that exists: the two then have the same bins, and can be compared
 * exactly. A feature that the data set lacks is absent in every row.
 */
import { PlumblineError } from '../lib/plumbline-error.js';
import {
  binCount,
  type CategoricalSchema,
  FEATURE_CELLS,
  type FeatureSchema,
  isNumeric,
  type NumericSchema,
  Profile,
} from '../observe/index.js';
import { type Output, RECONSTRUCTION_ERROR } from '../registry/index.js';
import { type BuildProgress, namedProfiles } from './build-reference.js';
import { foldCategories, type CategoryColumn } from './category-columns.js';
import type { Column } from './column.js';
import { fits } from './column-kinds.js';
import { DataSet, type DataSetOptions } from './data-set.js';
import { type EmbeddingColumn, foldEmbeddings } from './embedding-columns.js';
import { type Family, foldMeasured, type MeasuredColumn } from './measured-columns.js';
import { foldNumbers, type NumberColumn } from './number-columns.js';
import { reconstructDataSet } from './reconstruction.js';
import { COLUMN_ROLES, OUTPUT_OF_ROLE, type Reference } from './reference.js';
import { referenceOf } from './reference-file.js';
import { rowFrequencies } from './row-frequencies.js';
import { recurringColumns } from './value-counts.js';

export interface FoldOptions extends Omit<DataSetOptions, 'texts'> {
  readonly onProgress?: (progress: BuildProgress) => void;
  readonly onNotice?: (notice: string) => void;
}

/** Of the sample of rows whose features are looked at together. */
const SEED = 1;

/**
 * @returns the profiles of the reference's features, and of those of its outputs (the ground truth among them) that the
 * data set has
 * @throws PB4003 the data cannot be read; PB4004 a column is of another kind than the feature; PB4005 DuckDB is missing
 */
export async function foldDataSet(reference: Reference, options: FoldOptions): Promise<Reference> {
  const all = [...reference.features.values()].map(({ schema }) => schema);
  const schemas = all.filter(({ of }) => of === undefined);
  const texts = schemas.filter(({ kind }) => kind === 'text' || kind === 'categorical').map(({ name }) => name);
  const dataSet = await DataSet.open({ ...options, texts });
  try {
    const absent = schemas.filter(({ name }) => !has(dataSet, name));
    for (const { name } of absent)
      options.onNotice?.(`the data set has no column ${name}: the feature is absent in all rows`);
    const familyOf = (base: FeatureSchema): Family<FeatureSchema> => [
      base,
      ...all.filter(({ of }) => of === base.name),
    ];
    const present = schemas
      .filter(({ name }) => has(dataSet, name))
      .map((schema) => ({ family: familyOf(schema), column: schema.name }));
    const outputs = COLUMN_ROLES.flatMap((role) => {
      const output = OUTPUT_OF_ROLE[role];
      const schema = reference.outputs.get(output)?.schema;
      const column = reference.source.columns[role];
      if (schema === undefined || column === undefined) return [];
      if (has(dataSet, column)) return [{ family: [schema] as Family<FeatureSchema>, column }];
      options.onNotice?.(`the data set has no column ${column}: the output ${output} is not compared`);
      return [];
    });
    const eventTime = dataSet.columns.find(({ name }) => name === reference.source.columns.eventTime);
    const families = await foldColumns(dataSet, [...present, ...outputs], eventTime, options);
    const embeddings = embeddingColumns(reference, dataSet);
    const vectors = await foldEmbeddings(dataSet, embeddings);
    const error = await reconstructDataSet(dataSet, reference, SEED);
    const folded = new Map(families.slice(0, present.length).flatMap(namedProfiles));
    const features = present.map(({ family: [schema], column }) => checkedColumn(dataSet, column, schema));
    const frequencies = reference.rowFrequencies && (await rowFrequencies(dataSet, features));
    return referenceOf({
      model: reference.model,
      version: reference.version,
      rows: dataSet.rows,
      source: { files: options.files, columns: reference.source.columns },
      features: new Map(
        all.map((schema) => [schema.name, folded.get(schema.name) ?? absentProfile(schema, dataSet.rows)]),
      ),
      outputs: new Map([
        ...(families.slice(present.length).flatMap(namedProfiles) as [Output, Profile][]),
        ...(error === undefined ? [] : [[RECONSTRUCTION_ERROR, error] as const]),
      ]),
      ...(error === undefined ? {} : { projection: reference.projection }),
      embeddings: new Map(embeddings.map(({ name }, index) => [name, vectors[index]])),
      ...(frequencies === undefined ? {} : { rowFrequencies: frequencies }),
    });
  } finally {
    dataSet.close();
  }
}

interface Wanted {
  readonly family: Family<FeatureSchema>;
  readonly column: string;
}

interface Place<Named, Schema> {
  readonly named: Named;
  readonly schema: Schema;
  readonly at: number;
}

/** In the order of what is wanted. */
async function foldColumns(
  dataSet: DataSet,
  wanted: readonly Wanted[],
  eventTime: Column | undefined,
  options: FoldOptions,
): Promise<Family<Profile>[]> {
  const numbers: Place<NumberColumn, NumericSchema>[] = [];
  const categories: Place<CategoryColumn, CategoricalSchema>[] = [];
  const measured: Place<MeasuredColumn, Family<FeatureSchema>>[] = [];
  for (const [at, { family, column: name }] of wanted.entries()) {
    const [schema] = family;
    const named = { name: schema.name, column: checkedColumn(dataSet, name, schema) };
    const { kind } = schema;
    if (!isNumeric(schema)) categories.push({ named: { ...named, kind: schema.kind }, schema, at });
    else if (kind === 'text' || kind === 'timestamp') {
      measured.push({ named: { ...named, kind, derives: family.length > 1 }, schema: family, at });
    } else numbers.push({ named, schema, at });
  }
  const families: Family<Profile>[] = [];
  const keep = (folded: readonly Family<Profile>[], places: readonly { at: number }[]): void => {
    for (const [index, { at }] of places.entries()) families[at] = folded[index];
  };
  const named = <Named, Schema>(places: readonly Place<Named, Schema>[]): [Named[], Schema[]] => [
    places.map((place) => place.named),
    places.map((place) => place.schema),
  ];
  const alone = (profile: Profile): Family<Profile> => [profile];
  keep((await foldCategories(dataSet, ...named(categories))).map(alone), categories);
  let done = 0;
  const total = dataSet.rows * [numbers, measured].filter(({ length }) => length > 0).length;
  const onRows = (rows: number): void => options.onProgress?.({ done: (done += rows), total });
  if (numbers.length > 0) {
    const [columns, schemas] = named(numbers);
    const recurring = await recurringColumns(
      dataSet,
      columns.map(({ column }) => column),
    );
    keep((await foldNumbers(dataSet, columns, recurring, schemas, onRows)).map(alone), numbers);
  }
  if (measured.length > 0) keep(await foldMeasured({ dataSet, eventTime, onRows }, ...named(measured)), measured);
  return families;
}

function checkedColumn(dataSet: DataSet, name: string, { kind }: FeatureSchema): Column {
  const column = dataSet.columns.find((each) => each.name === name)!;
  if (column.reading !== undefined && fits(column, kind)) return column;
  throw new PlumblineError(`The column is of type ${column.type}, and ${kind} in the reference.`, {
    code: 'PB4004',
    key: name,
    remedy: 'Write the column with the type that it had when the reference was built.',
  });
}

/** Those of the reference that the data set has as lists of numbers. */
function embeddingColumns({ embeddings = new Map() }: Reference, dataSet: DataSet): EmbeddingColumn[] {
  return dataSet.columns
    .filter(({ name, reading }) => reading === 'vector' && embeddings.has(name))
    .map((column) => ({ name: column.name, column, dimensions: embeddings.get(column.name)?.dimensions }));
}

function has(dataSet: DataSet, name: string): boolean {
  return dataSet.columns.some((column) => column.name === name);
}

/** What a feature's profile is where no row has it. What is derived from another one lacks nothing of its own. */
export function absentProfile(schema: FeatureSchema, expected: number): Profile {
  const place = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined };
  return new Profile(
    schema,
    new Float64Array(FEATURE_CELLS + binCount(schema)),
    place,
    schema.of === undefined ? expected : 0,
  );
}
