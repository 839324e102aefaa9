/**
 * What the profiles of a reference say, as a SHA-256 over the entries that a reference file would have of them. A file's own
 * hash also covers its model, version and rows (`reference-file.ts`); this one is of a reference that never was a file.
 * Cost: the entries as JSON, a few KiB a feature: to be taken once for each reference, with a pause after each entry.
 */
import { createHash } from 'node:crypto';
import type { EmbeddingProfile, ProfileMaps } from '../observe/index.js';
import { embeddingEntryOf } from './embedding-entry.js';
import { entryOf } from './profile-entry.js';

export async function contentHash(
  { features, outputs, embeddings = new Map<string, EmbeddingProfile>(), projection }: ProfileMaps,
  pause: () => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const add = async (part: keyof ProfileMaps, entry: unknown): Promise<void> => {
    hash.update(`${part} ${JSON.stringify(entry)}\n`);
    await pause();
  };
  for (const [name, profile] of features) await add('features', entryOf(name, profile));
  for (const [name, profile] of outputs) await add('outputs', entryOf(name, profile));
  for (const [name, profile] of embeddings) await add('embeddings', embeddingEntryOf(name, profile));
  if (projection !== undefined) await add('projection', projection);
  return hash.digest('hex');
}
