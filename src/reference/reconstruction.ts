/**
 * How the features of a data set hang together: one scan reads them row by row, where all else is read column by column.
 * See `projection.ts` and `projection-builder.ts` of the observe room.
 */
import {
  type FeatureSchema,
  isNumeric,
  type KeptValue,
  type Profile,
  ProjectedErrors,
  ProjectionBuilder,
  type RowValues,
} from '../observe/index.js';
import { RECONSTRUCTION_ERROR } from '../registry/index.js';
import { asNumber, asText, type Column, identifier } from './column.js';
import type { DataSet } from './data-set.js';
import type { Reference } from './reference.js';

/** Half of them make the components; bounds the time, and the memory that rows wait in. */
const ROWS_MAX = 100_000;

/** @returns undefined where the data set has too few rows, or fewer than two features that vary */
export async function projectDataSet(
  dataSet: DataSet,
  features: ReadonlyMap<string, Profile>,
  options: { readonly variance: number; readonly seed: number },
): Promise<ReturnType<ProjectionBuilder['build']>> {
  const builder = new ProjectionBuilder(features, options);
  await eachRow(dataSet, builder.names, features, options.seed, (valueOf) => builder.add(valueOf));
  return builder.build();
}

/** The reconstruction error of a data set's rows by the projection of a reference; undefined: it has none. */
export async function reconstructDataSet(
  dataSet: DataSet,
  { features, outputs, projection }: Reference,
  seed: number,
): Promise<Profile | undefined> {
  const schema = outputs.get(RECONSTRUCTION_ERROR)?.schema;
  if (projection === undefined || schema === undefined || !isNumeric(schema)) return undefined;
  const errors = new ProjectedErrors(projection, features);
  await eachRow(dataSet, errors.names, features, seed, (valueOf) => errors.add(valueOf));
  return errors.profile(schema);
}

/** A feature that the data set lacks is missing in every row. */
async function eachRow(
  dataSet: DataSet,
  names: readonly string[],
  features: ReadonlyMap<string, Profile>,
  seed: number,
  add: (valueOf: RowValues) => void,
): Promise<void> {
  const columns = names.map((name) => dataSet.columns.find((column) => column.name === name));
  const present = columns.filter((column) => column !== undefined);
  if (present.length === 0) return;
  const select = present.map((column) => asKind(column, features.get(column.name)!.schema)).join(', ');
  const places = columns.map((column) => (column === undefined ? -1 : present.indexOf(column)));
  for await (const chunk of dataSet.sample(select, ROWS_MAX, seed)) {
    const vectors = present.map((_, at) => chunk.getColumnVector(at));
    let row = 0;
    const valueOf: RowValues = (at) =>
      places[at] < 0 ? undefined : (vectors[places[at]].getItem(row) as KeptValue | undefined);
    for (; row < chunk.rowCount; row++) add(valueOf);
  }
}

function asKind(column: Column, { kind }: FeatureSchema): string {
  if (kind === 'numeric') return asNumber(column);
  return kind === 'boolean' ? identifier(column.name) : asText(column);
}
