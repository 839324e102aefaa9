/**
 * An embedding's sums as they stand in a reference file, and back: its counts by name, and the sums of the vectors and of their
 * features as little-endian doubles in base64, at most 45 KB. The way there and back changes no bit.
 */
import { z } from 'zod';
import {
  DIMENSIONS_MAX,
  EMBEDDING_CELL,
  EMBEDDING_HEADER,
  embeddingCells,
  EmbeddingProfile,
} from '../observe/index.js';

const BYTES = Float64Array.BYTES_PER_ELEMENT;

type CellName = keyof typeof EMBEDDING_CELL;
const CELL_NAMES = Object.keys(EMBEDDING_CELL) as CellName[];

export const embeddingEntrySchema = z
  .strictObject({
    name: z.string().min(1),
    dimensions: z.int().positive().max(DIMENSIONS_MAX),
    cells: z.strictObject(
      Object.fromEntries(CELL_NAMES.map((name) => [name, z.number().nonnegative()])) as Record<CellName, z.ZodNumber>,
    ),
    sums: z.base64(),
  })
  .refine(({ sums, dimensions }) => Buffer.from(sums, 'base64').length === embeddingCells(dimensions) * BYTES, {
    path: ['sums'],
    error: 'are not one for each dimension and feature',
  })
  .refine(({ sums }) => numbersOf(sums).every(Number.isFinite), { path: ['sums'], error: 'are not all finite' });
export type EmbeddingEntry = z.output<typeof embeddingEntrySchema>;

/** The order of the keys is part of the format: the hash is taken over it. */
export function embeddingEntryOf(name: string, profile: EmbeddingProfile): EmbeddingEntry {
  const cells = Object.fromEntries(CELL_NAMES.map((cell) => [cell, profile.cell(cell)])) as EmbeddingEntry['cells'];
  return { name, dimensions: profile.dimensions, cells, sums: textOf(profile.sums) };
}

export function embeddingOfEntry({ dimensions, cells: counts, sums }: EmbeddingEntry): EmbeddingProfile {
  const cells = new Float64Array(EMBEDDING_HEADER + embeddingCells(dimensions));
  for (const name of CELL_NAMES) cells[EMBEDDING_CELL[name]] = counts[name];
  cells.set(numbersOf(sums), EMBEDDING_HEADER);
  return new EmbeddingProfile(dimensions, cells, 0, EMBEDDING_HEADER);
}

function textOf(numbers: Float64Array): string {
  const bytes = Buffer.alloc(numbers.length * BYTES);
  numbers.forEach((number, at) => bytes.writeDoubleLE(number, at * BYTES));
  return bytes.toString('base64');
}

function numbersOf(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  return Float64Array.from({ length: Math.floor(bytes.length / BYTES) }, (_, at) => bytes.readDoubleLE(at * BYTES));
}
