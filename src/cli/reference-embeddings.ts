/** The embeddings of a reference, as `plumbline reference show` tells them. */
import type { EmbeddingProfile } from '../observe/index.js';
import type { Reference } from '../reference/index.js';
import { number } from './chart.js';
import { columnsOf } from './text-table.js';

export interface EmbeddingSummary {
  readonly name: string;
  readonly dimensions: number;
  readonly vectors: number;
  /** Values that are no vectors, or not finite. */
  readonly faulty: number;
  readonly length: { readonly mean: number; readonly standardDeviation: number };
  /** Root of the mean squared distance from the mean vector. */
  readonly spread: number;
}

export function embeddingSummaries({
  embeddings = new Map<string, EmbeddingProfile>(),
}: Reference): EmbeddingSummary[] {
  return Array.from(embeddings, ([name, profile]) => ({
    name,
    dimensions: profile.dimensions,
    vectors: profile.vectors,
    faulty: profile.cell('typeMismatch') + profile.cell('nonFinite'),
    length: { mean: profile.meanLength, standardDeviation: profile.lengthDeviation },
    spread: Math.sqrt(profile.spread.trace),
  }));
}

/** Lines of a table; none where there is no embedding. */
export function embeddingLines(reference: Reference): string[] {
  const rows = embeddingSummaries(reference).map(({ name, dimensions, vectors, faulty, length, spread }) => [
    name,
    String(dimensions),
    vectors.toLocaleString('en'),
    String(faulty),
    `mean ${number(length.mean)}, sd ${number(length.standardDeviation)}`,
    number(spread),
  ]);
  if (rows.length === 0) return [];
  return ['', ...columnsOf(['embedding', 'dimensions', 'vectors', 'faulty', 'length', 'spread'], rows)];
}
