/**
 * A profile as it stands in a reference file, and back. The entry keeps everything that a profile can be asked for: its
 * bins' edges or categories, the header's cells by name, the bins' counts, and the occupied buckets of the quantile sketch.
 * The way there and back changes no bit, but that a negative zero becomes a zero: JSON has only one.
 */
import { z } from 'zod';
import {
  BOOLEAN_CATEGORIES,
  BUCKETS_PER_OCTAVE,
  coversSketch,
  FEATURE_CELL,
  FEATURE_CELLS,
  type FeatureSchema,
  isNumeric,
  OCTAVES,
  Profile,
  registersOf,
  SKETCH_CELLS,
} from '../observe/index.js';

/** A bin's number must fit a byte, which is how `BinFinder` keeps it. */
const BINS_MAX = 255;
const BUCKETS = OCTAVES * BUCKETS_PER_OCTAVE;
const NO_PAGE = -1;
const SKETCH_BYTES = SKETCH_CELLS * Float64Array.BYTES_PER_ELEMENT;

type CellName = keyof typeof FEATURE_CELL;
const CELL_NAMES = Object.keys(FEATURE_CELL) as CellName[];
/** The cells that are not counts. */
const REAL_CELLS: ReadonlySet<CellName> = new Set(['sum', 'min', 'max']);

const countSchema = z.number().nonnegative();
const cellsSchema = z.strictObject(
  Object.fromEntries(CELL_NAMES.map((name) => [name, REAL_CELLS.has(name) ? z.number() : countSchema])) as Record<
    CellName,
    z.ZodNumber
  >,
);

const common = {
  name: z.string().min(1),
  /** The feature that it is derived from; absent: it is a column. */
  of: z.string().optional(),
  /** Rows that should have had the feature. */
  expected: countSchema,
  cells: cellsSchema,
  bins: z.array(countSchema),
  /** Sketch of the different texts that have no bin of their own, in base64; absent: there are none. */
  distinct: z.base64().optional(),
};

const numericEntrySchema = z
  .strictObject({
    ...common,
    kind: z.enum(['numeric', 'text', 'timestamp']),
    min: z.number(),
    upper: z.array(z.number()).max(BINS_MAX),
    shift: z.number(),
    sketch: z.array(
      z.tuple([
        z
          .int()
          .min(0)
          .max(BUCKETS - 1),
        countSchema,
      ]),
    ),
  })
  .refine(({ upper }) => ascends(upper), { path: ['upper'], error: 'the edges of the bins do not ascend' })
  .refine(({ upper, min }) => upper.length === 0 || min <= upper[0], { path: ['min'], error: 'lies above a bin' })
  .refine(({ upper, bins }) => bins.length === upper.length, { path: ['bins'], error: 'is not one count for each bin' })
  .refine(({ sketch }) => ascends(sketch.map(([bucket]) => bucket)), {
    path: ['sketch'],
    error: 'the buckets do not ascend',
  });

const categoricalEntrySchema = z
  .strictObject({
    ...common,
    kind: z.enum(['categorical', 'boolean']),
    categories: z.array(z.string()),
    /** How many of them, from the first on, have a bin; absent: all. */
    told: z.int().positive().optional(),
  })
  .refine(({ categories }) => new Set(categories).size === categories.length, {
    path: ['categories'],
    error: 'a category stands there twice',
  })
  .refine(({ categories, told = 0 }) => told <= categories.length, { path: ['told'], error: 'is more than there are' })
  .refine(({ categories, told = categories.length, bins }) => bins.length === told, {
    path: ['bins'],
    error: 'is not one count for each category',
  })
  .refine(({ kind, categories }) => kind !== 'boolean' || categories.join() === BOOLEAN_CATEGORIES.join(), {
    path: ['categories'],
    error: `are not ${BOOLEAN_CATEGORIES.join(' and ')}`,
  });

/** Of a discriminated pair, so that a fault is told for the kind that the entry says it is. */
export const profileEntrySchema = z
  .discriminatedUnion('kind', [numericEntrySchema, categoricalEntrySchema])
  .refine(({ distinct }) => distinct === undefined || Buffer.from(distinct, 'base64').length === SKETCH_BYTES, {
    path: ['distinct'],
    error: 'is no sketch',
  });
export type ProfileEntry = z.output<typeof profileEntrySchema>;

/** The order of the keys is part of the format: the hash is taken over it. */
export function entryOf(name: string, profile: Profile): ProfileEntry {
  const cells = Object.fromEntries(
    CELL_NAMES.map((cell) => [cell, plain(profile.cell(FEATURE_CELL[cell]))]),
  ) as ProfileEntry['cells'];
  const counts = { expected: plain(profile.expected), cells, bins: Array.from(profile.bins, plain) };
  const distinct = distinctOf(profile);
  const { schema } = profile;
  const named = schema.of === undefined ? { name } : { name, of: schema.of };
  if (!isNumeric(schema)) {
    const told = schema.told === undefined ? {} : { told: schema.told };
    return { ...named, kind: schema.kind, categories: [...schema.categories], ...told, ...counts, ...distinct };
  }
  const edges = { min: plain(schema.min), upper: Array.from(schema.upper, plain), shift: plain(schema.shift) };
  return { ...named, kind: schema.kind, ...edges, ...counts, sketch: sketchOf(profile), ...distinct };
}

function distinctOf({ cells, place }: Profile): Pick<ProfileEntry, 'distinct'> {
  const { distinctOffset = -1 } = place;
  if (!coversSketch(cells, distinctOffset)) return {};
  return { distinct: Buffer.from(registersOf(cells, distinctOffset)).toString('base64') };
}

/** Cells of its own: header, bins, sketch. */
export function profileOf(entry: ProfileEntry): Profile {
  const schema = schemaOf(entry);
  const sketch = 'sketch' in entry ? entry.sketch : [];
  const pages = new Int32Array(OCTAVES).fill(NO_PAGE);
  let width = FEATURE_CELLS + entry.bins.length;
  for (const [bucket] of sketch) {
    const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE);
    if (pages[octave] !== NO_PAGE) continue;
    pages[octave] = width;
    width += BUCKETS_PER_OCTAVE;
  }
  const hasSketch = entry.distinct !== undefined;
  const cells = new Float64Array(width + (hasSketch ? SKETCH_CELLS : 0));
  if (hasSketch) registersOf(cells, width).set(Buffer.from(entry.distinct!, 'base64'));
  for (const name of CELL_NAMES) cells[FEATURE_CELL[name]] = entry.cells[name];
  cells.set(entry.bins, FEATURE_CELLS);
  for (const [bucket, count] of sketch) {
    cells[pages[Math.floor(bucket / BUCKETS_PER_OCTAVE)] + (bucket % BUCKETS_PER_OCTAVE)] = count;
  }
  const place = {
    offset: 0,
    binsOffset: FEATURE_CELLS,
    pages: isNumeric(schema) ? pages : undefined,
    distinctOffset: hasSketch ? width : -1,
  };
  return new Profile(schema, cells, place, entry.expected);
}

function schemaOf(entry: ProfileEntry): FeatureSchema {
  const named = entry.of === undefined ? { name: entry.name } : { name: entry.name, of: entry.of };
  if ('categories' in entry) {
    const { kind, categories, told } = entry;
    return { kind, ...named, categories, ...(told === undefined ? {} : { told }) };
  }
  const { kind, min, upper, shift } = entry;
  return { kind, ...named, min, upper: Float64Array.from(upper), shift };
}

function sketchOf(profile: Profile): [number, number][] {
  const { pages } = profile.place;
  const sketch: [number, number][] = [];
  if (pages === undefined) return sketch;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const page = pages[Math.floor(bucket / BUCKETS_PER_OCTAVE)];
    const at = page + (bucket % BUCKETS_PER_OCTAVE);
    if (page === NO_PAGE || at >= profile.cells.length) continue;
    if (profile.cells[at] > 0) sketch.push([bucket, profile.cells[at]]);
  }
  return sketch;
}

const plain = (x: number): number => x + 0;

function ascends(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > numbers[at - 1]);
}
