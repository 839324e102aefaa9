/** A projection from the first predictions: from those of them that the sample of recent ones has, half of which fit it. */
import { type Output, RECONSTRUCTION_ERROR } from '../registry/index.js';
import { TEXT_BYTES_MAX } from './kept-prediction.js';
import type { Profile } from './profile.js';
import { ProjectionBuilder } from './projection-builder.js';
import type { RecentSample } from './recent-sample.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import type { MultivariateOptions } from './version-state.js';

const SEED = 1;

/** A reference that was just made, and with it, where enough rows were kept, how it looks at all features together. */
export function withProjection(
  reference: ReferenceProfiles,
  sample: RecentSample | undefined,
  multivariate: MultivariateOptions | undefined,
): ReferenceProfiles {
  if (sample === undefined || multivariate === undefined) return reference;
  // Of a longer text the sample keeps the beginning, and so not its length.
  const features = [...reference.features].filter(
    ([, { schema, max }]) => schema.kind !== 'text' || max <= TEXT_BYTES_MAX,
  );
  const builder = new ProjectionBuilder(new Map(features), { ...multivariate, seed: SEED });
  for (const row of sample.save().flatMap(({ rows }) => rows)) {
    builder.add((at) => row.features.get(builder.names[at]), row.weight);
  }
  const made = builder.build();
  if (made === undefined) return reference;
  const outputs = new Map<Output, Profile>([...reference.outputs, [RECONSTRUCTION_ERROR, made.profile]]);
  return { ...reference, outputs, projection: made.projection };
}
