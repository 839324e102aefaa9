/**
 * Builds a reference from a data set in two passes: a sample gives the bins (and the exact minimum and maximum), then all
 * rows are folded by the same slots that fold live predictions. Memory does not grow with the number of rows.
 */
import { VALUE } from '../decode/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import {
  BOOLEAN_CATEGORIES,
  CellSpace,
  type FeatureSchema,
  FeatureSlot,
  FEATURE_CELL,
  numericSchema,
  Profile,
} from '../observe/index.js';
import { OUTPUTS, type Output } from '../registry/index.js';
import { type Column, type ColumnValues, DataSet } from './data-set.js';
import type { ReferenceContent } from './reference-file.js';

export interface BuildOptions {
  readonly model: string;
  readonly version: string;
  /** Files or glob patterns, separated by commas. */
  readonly from: string;
  /** Column of the prediction's value, and of its score; absent: the reference has none. */
  readonly value?: string;
  readonly score?: string;
  /** Columns that are no features. */
  readonly exclude?: readonly string[];
  /** Columns that are; absent: all the others. */
  readonly include?: readonly string[];
  readonly maxCategories?: number;
  readonly sampleRows?: number;
  readonly seed?: number;
  readonly createdAt?: string;
  readonly onProgress?: (rows: number, total: number) => void;
}

export interface BuildResult {
  readonly content: ReferenceContent;
  /** What was left out, a sentence each. */
  readonly warnings: readonly string[];
}

const DEFAULTS = { maxCategories: 10_000, sampleRows: 200_000, seed: 1 } as const;
/** More different values than this share of the rows: text, folded by its length. */
const FREE_TEXT_SHARE = 0.5;
const MAX_CELLS = 50_000_000;
const NO_BYTES = new DataView(new ArrayBuffer(0));

/** @throws PlumblineError PB4003, PB4004, PB4005 */
export async function buildReference(options: BuildOptions): Promise<BuildResult> {
  const data = await DataSet.open(options.from);
  try {
    if (data.rows === 0) {
      throw new PlumblineError(`The data set ${options.from} has no rows.`, {
        code: 'PB4003',
        key: options.from,
        remedy: 'A reference needs the rows that the model was trained on.',
      });
    }
    const { features, outputs, warnings } = chooseColumns(data, options);
    const subjects = [...features, ...outputs.values()];
    const schemas: FeatureSchema[] = [];
    for (const column of subjects) schemas.push(await schemaOf(data, column, options));
    const folders = schemas.map((schema) => new ColumnFolder(schema));
    let rows = 0;
    for await (const chunk of data.chunks(subjects)) {
      chunk.forEach((values, index) => folders[index].fold(values));
      rows += chunk[0]?.length ?? 0;
      options.onProgress?.(rows, data.rows);
    }
    const profile = (column: Column): Profile => folders[subjects.indexOf(column)].profile();
    return {
      warnings,
      content: {
        model: options.model,
        version: options.version,
        source: options.from,
        rows: data.rows,
        createdAt: options.createdAt,
        features: new Map(features.map((column) => [column.name, profile(column)])),
        outputs: new Map([...outputs].map(([output, column]) => [output, renamed(profile(column), output)])),
      },
    };
  } finally {
    data.close();
  }
}

/** Folds a data set by the schemas of profiles that exist, so that the two can be compared exactly. */
export async function foldDataSet(from: string, schemas: readonly FeatureSchema[]): Promise<Map<string, Profile>> {
  const data = await DataSet.open(from);
  try {
    const known = schemas.filter(({ name }) => data.columns.some((column) => column.name === name));
    const columns = known.map(({ name }) => data.columns.find((column) => column.name === name)!);
    const folders = known.map((schema) => new ColumnFolder(schema));
    if (columns.length > 0) {
      for await (const chunk of data.chunks(columns)) chunk.forEach((values, index) => folders[index].fold(values));
    }
    return new Map(known.map(({ name }, index) => [name, folders[index].profile()]));
  } finally {
    data.close();
  }
}

function chooseColumns(data: DataSet, options: BuildOptions) {
  const find = (name: string, flag: string): Column => {
    const column = data.columns.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    throw new PlumblineError(`The data set has no column ${name}.`, {
      code: 'PB4004',
      key: flag,
      remedy: `Its columns are: ${data.columns.map((candidate) => candidate.name).join(', ')}.`,
    });
  };
  const outputs = new Map<Output, Column>();
  for (const output of OUTPUTS) {
    const name = options[output];
    if (name !== undefined) outputs.set(output, find(name, `--${output}`));
  }
  const excluded = new Set((options.exclude ?? []).map((name) => find(name, '--exclude').name));
  for (const column of outputs.values()) excluded.add(column.name);
  const wanted = options.include?.map((name) => find(name, '--include')) ?? data.columns;
  const warnings: string[] = [];
  const features = wanted.filter((column) => {
    if (excluded.has(column.name)) return false;
    if (column.kind !== 'other') return true;
    const sentence = `The column ${column.name} of type ${column.type} cannot become a feature`;
    if (options.include !== undefined) {
      throw new PlumblineError(`${sentence}.`, {
        code: 'PB4004',
        key: column.name,
        remedy: 'Flatten it to numbers, texts or booleans, or leave it out.',
      });
    }
    warnings.push(`${sentence}; it is left out.`);
    return false;
  });
  return { features, outputs, warnings };
}

async function schemaOf(data: DataSet, column: Column, options: BuildOptions): Promise<FeatureSchema> {
  const { name } = column;
  const { maxCategories, sampleRows, seed } = { ...DEFAULTS, ...withoutUndefined(options) };
  if (column.kind === 'boolean') return { kind: 'boolean', name, categories: BOOLEAN_CATEGORIES };
  if (column.kind === 'text') {
    const { names, distinct } = await data.categories(column, maxCategories);
    if (distinct <= maxCategories && distinct <= data.rows * FREE_TEXT_SHARE) {
      return { kind: 'categorical', name, categories: names };
    }
    const texts = (await data.sample(column, sampleRows, seed)) as (string | null)[];
    return numericSchema(
      name,
      'text',
      Float64Array.from(texts, (text) => (text ? Buffer.byteLength(text) : NaN)),
    );
  }
  const sample = (await data.sample(column, sampleRows, seed)) as (number | null)[];
  const bounds = await data.bounds(column);
  return numericSchema(
    name,
    'numeric',
    Float64Array.from(sample, (value) => value ?? NaN),
    Number.isNaN(bounds.min) ? {} : bounds,
  );
}

/** Folds the values of one column. */
class ColumnFolder {
  readonly #slot: FeatureSlot;
  readonly #holder = { cells: new Float64Array(0) };
  readonly #categories: ReadonlyMap<string, number> | undefined;
  #rows = 0;

  constructor(schema: FeatureSchema) {
    const space = new CellSpace(MAX_CELLS);
    const options = { maxCategories: 0, provisionalSize: 0 };
    this.#slot = new FeatureSlot(schema.name, space.allocateHeader(), space, options);
    this.#slot.freeze(schema);
    space.widen(this.#holder);
    if (schema.kind === 'categorical') {
      this.#categories = new Map(schema.categories.map((category, index) => [category, index]));
    }
  }

  fold(values: ColumnValues): void {
    for (const value of values) this.#add(value);
    this.#rows += values.length;
  }

  profile(): Profile {
    return new Profile(this.#slot.schema!, this.#holder.cells, this.#slot, this.#rows);
  }

  #add(value: ColumnValues[number]): void {
    const slot = this.#slot;
    const holder = this.#holder;
    if (typeof value === 'number') slot.add(holder, VALUE.double, value, NO_BYTES, 0, 0, 1, 0);
    else if (value === null) slot.add(holder, VALUE.empty, 0, NO_BYTES, 0, 0, 1, 0);
    else if (typeof value === 'boolean') slot.add(holder, VALUE.bool, value ? 1 : 0, NO_BYTES, 0, 0, 1, 0);
    else if (value === '' || this.#categories === undefined) {
      slot.add(holder, VALUE.string, 0, NO_BYTES, 0, Buffer.byteLength(value), 1, 0);
    } else {
      const category = this.#categories.get(value);
      holder.cells[slot.offset + FEATURE_CELL.present]++;
      if (category === undefined) holder.cells[slot.offset + FEATURE_CELL.unseen]++;
      else slot.replay(holder.cells, category, 1);
    }
  }
}

function renamed(profile: Profile, name: string): Profile {
  return new Profile({ ...profile.schema, name }, profile.cells, profile.place, profile.expected);
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
