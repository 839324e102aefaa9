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
import type { BuildProgress } from './build-reference.js';
import { foldCategories, type CategoryColumn } from './category-columns.js';
import type { Column, ColumnReading } from './column.js';
import { DataSet, type DataSetOptions } from './data-set.js';
import { type EmbeddingColumn, foldEmbeddings } from './embedding-columns.js';
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
const READINGS: Readonly<Record<FeatureSchema['kind'], readonly ColumnReading[]>> = {
  numeric: ['number', 'time'],
  text: ['text'],
  categorical: ['text'],
  boolean: ['boolean'],
};

/**
 * @returns the profiles of the reference's features, and of those of its outputs (the ground truth among them) that the
 * data set has
 * @throws PB4003 the data cannot be read; PB4004 a column is of another kind than the feature; PB4005 DuckDB is missing
 */
export async function foldDataSet(reference: Reference, options: FoldOptions): Promise<Reference> {
  const schemas = [...reference.features.values()].map(({ schema }) => schema);
  const texts = schemas.filter(({ kind }) => READINGS[kind].includes('text')).map(({ name }) => name);
  const dataSet = await DataSet.open({ ...options, texts });
  try {
    const absent = schemas.filter(({ name }) => !has(dataSet, name));
    for (const { name } of absent)
      options.onNotice?.(`the data set has no column ${name}: the feature is absent in all rows`);
    const present = schemas.filter(({ name }) => has(dataSet, name)).map((schema) => ({ schema, column: schema.name }));
    const outputs = COLUMN_ROLES.flatMap((role) => {
      const output = OUTPUT_OF_ROLE[role];
      const schema = reference.outputs.get(output)?.schema;
      const column = reference.source.columns[role];
      if (schema === undefined || column === undefined) return [];
      if (has(dataSet, column)) return [{ schema, column }];
      options.onNotice?.(`the data set has no column ${column}: the output ${output} is not compared`);
      return [];
    });
    const profiles = await foldColumns(dataSet, [...present, ...outputs], options);
    const embeddings = embeddingColumns(reference, dataSet);
    const vectors = await foldEmbeddings(dataSet, embeddings);
    const error = await reconstructDataSet(dataSet, reference, SEED);
    const folded = new Map(present.map(({ schema }, index) => [schema.name, profiles[index]]));
    const features = present.map(({ schema, column }) => checkedColumn(dataSet, column, schema));
    const frequencies = reference.rowFrequencies && (await rowFrequencies(dataSet, features));
    return referenceOf({
      model: reference.model,
      version: reference.version,
      rows: dataSet.rows,
      source: { files: options.files, columns: reference.source.columns },
      features: new Map(
        schemas.map((schema) => [schema.name, folded.get(schema.name) ?? absentProfile(schema, dataSet.rows)]),
      ),
      outputs: new Map([
        ...outputs.map(({ schema }, index): [Output, Profile] => [
          schema.name as Output,
          profiles[present.length + index],
        ]),
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
  readonly schema: FeatureSchema;
  readonly column: string;
}

/** In the order of what is wanted. */
async function foldColumns(dataSet: DataSet, wanted: readonly Wanted[], options: FoldOptions): Promise<Profile[]> {
  const numbers: { named: NumberColumn; schema: NumericSchema; at: number }[] = [];
  const categories: { named: CategoryColumn; schema: CategoricalSchema; at: number }[] = [];
  for (const [at, { schema, column: name }] of wanted.entries()) {
    const column = checkedColumn(dataSet, name, schema);
    if (isNumeric(schema)) numbers.push({ named: { name: schema.name, column, kind: schema.kind }, schema, at });
    else categories.push({ named: { name: schema.name, column, kind: schema.kind }, schema, at });
  }
  const profiles: Profile[] = [];
  const keep = (folded: readonly Profile[], places: readonly { at: number }[]): void => {
    for (const [index, { at }] of places.entries()) profiles[at] = folded[index];
  };
  const named = <Named, Schema>(places: readonly { named: Named; schema: Schema }[]): [Named[], Schema[]] => [
    places.map((place) => place.named),
    places.map((place) => place.schema),
  ];
  keep(await foldCategories(dataSet, ...named(categories)), categories);
  if (numbers.length > 0) {
    let done = 0;
    const onRows = (rows: number): void => options.onProgress?.({ done: (done += rows), total: dataSet.rows });
    const [columns, schemas] = named(numbers);
    const recurring = await recurringColumns(
      dataSet,
      columns.map(({ column }) => column),
    );
    keep(await foldNumbers(dataSet, columns, recurring, schemas, onRows), numbers);
  }
  return profiles;
}

function checkedColumn(dataSet: DataSet, name: string, { kind }: FeatureSchema): Column {
  const column = dataSet.columns.find((each) => each.name === name)!;
  if (column.reading !== undefined && READINGS[kind].includes(column.reading)) return column;
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

/** What a feature's profile is where no row has it. */
export function absentProfile(schema: FeatureSchema, expected: number): Profile {
  const place = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined };
  return new Profile(schema, new Float64Array(FEATURE_CELLS + binCount(schema)), place, expected);
}
