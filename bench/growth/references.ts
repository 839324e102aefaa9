/**
 * References of 1e4 to 1e8 rows. The two smallest are built by the reference builder from real flights; the larger ones are
 * the second with its counts multiplied, since what such a reference is, is counts: its size does not grow with its rows.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_CELL, Profile, type ReferenceProfiles } from '../../src/observe/index.js';
import { buildReference } from '../../src/reference/index.js';
import { type FlightRow, withFeatures } from '../ingest/flight-rows.js';

const FEATURES = 20;
export const BUILT_ROWS = [10_000, 100_000] as const;
export const REFERENCE_ROWS = [...BUILT_ROWS, 1e6, 1e7, 1e8] as const;

/** By number of rows. */
export async function referencesOf(rows: readonly FlightRow[]): Promise<Map<number, ReferenceProfiles>> {
  const references = new Map<number, ReferenceProfiles>();
  for (const count of BUILT_ROWS) references.set(count, await built(rows.slice(0, count)));
  const largest = BUILT_ROWS[BUILT_ROWS.length - 1];
  for (const count of REFERENCE_ROWS) {
    if (!references.has(count)) references.set(count, multiplied(references.get(largest)!, count / largest));
  }
  return references;
}

async function built(rows: readonly FlightRow[]): Promise<ReferenceProfiles> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    const path = join(folder, 'flights.jsonl');
    await writeFile(
      path,
      withFeatures(rows, FEATURES)
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    return await buildReference({ model: 'flights', version: '7', from: [path] });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function multiplied(reference: ReferenceProfiles, by: number): ReferenceProfiles {
  const times = <Key>(profiles: ReadonlyMap<Key, Profile>): Map<Key, Profile> =>
    new Map([...profiles].map(([key, profile]) => [key, timesProfile(profile, by)]));
  return { ...reference, features: times(reference.features), outputs: times(reference.outputs) };
}

function timesProfile({ schema, cells, place, expected }: Profile, by: number): Profile {
  const more = cells.map((cell) => cell * by);
  for (const extreme of [FEATURE_CELL.min, FEATURE_CELL.max])
    more[place.offset + extreme] = cells[place.offset + extreme];
  return new Profile(schema, more, place, expected * by);
}
