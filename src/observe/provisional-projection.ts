/** A projection from the first predictions: from those of them that the sample of recent ones has, half of which fit it. */
import { TEXT_BYTES_MAX } from './kept-prediction.js';
import type { Profile } from './profile.js';
import { ProjectionBuilder } from './projection-builder.js';
import type { SampleHalf } from './recent-sample.js';
import type { MultivariateOptions } from './version-state.js';

const SEED = 1;

/** @returns undefined where too few rows were kept */
export function provisionalProjection(
  features: ReadonlyMap<string, Profile>,
  sample: readonly SampleHalf[],
  { variance }: MultivariateOptions,
): ReturnType<ProjectionBuilder['build']> {
  // Of a longer text the sample keeps the beginning, and so not its length.
  const known = new Map([...features].filter(([, { schema, max }]) => schema.kind !== 'text' || max <= TEXT_BYTES_MAX));
  const rows = sample.flatMap((half) => half.rows);
  const builder = new ProjectionBuilder(known, { variance, seed: SEED });
  for (const row of rows) builder.add((at) => row.features.get(builder.names[at]), row.weight);
  return builder.build();
}
