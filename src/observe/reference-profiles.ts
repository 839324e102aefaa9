/** What a version is compared against: a frozen profile for each feature and output, and where they came from. */
import { type Output, RECONSTRUCTION_ERROR, type ReferenceKind } from '../registry/index.js';
import { EmbeddingProfile } from './embedding-profile.js';
import type { EmbeddingSlot } from './embedding-slot.js';
import type { FeatureSlot } from './feature-slot.js';
import { Profile } from './profile.js';
import type { Projection, Reconstruction } from './projection.js';
import type { RowFrequencies } from './row-frequencies.js';
import type { WindowView } from './window-view.js';

export interface ReferenceProfiles {
  readonly kind: ReferenceKind;
  /** What the user calls it: a file's model and version, or the version it was taken from. */
  readonly name: string;
  /** Content hash, hexadecimal; empty for a reference that was not built from a file: it is taken where it is shown. */
  readonly hash: string;
  readonly features: ReadonlyMap<string, Profile>;
  readonly outputs: ReadonlyMap<Output, Profile>;
  /** Absent: none, or in state and files from before there could be any. */
  readonly embeddings?: ReadonlyMap<string, EmbeddingProfile>;
  /** What the output `reconstruction_error` is made with; absent: there is none. */
  readonly projection?: Projection;
  /** How often the same inputs come; absent: nobody counted. */
  readonly rowFrequencies?: RowFrequencies;
}

/** What they say, without where it comes from. */
export type ProfileMaps = Pick<ReferenceProfiles, 'features' | 'outputs' | 'embeddings' | 'projection'>;

/** What the slot is compared with; undefined: nothing of its name. */
export function profileOf(
  profiles: Pick<ReferenceProfiles, 'features' | 'outputs'> | undefined,
  { name }: FeatureSlot,
  isOutput: boolean,
): Profile | undefined {
  return isOutput ? profiles?.outputs.get(name as Output) : profiles?.features.get(name);
}

/** What the embedding is compared with: what is given of as many dimensions, or else its own first vectors. */
export function embeddingOf(
  given: Pick<ReferenceProfiles, 'embeddings'> | undefined,
  { name, dimensions, reference }: EmbeddingSlot,
): EmbeddingProfile | undefined {
  const profile = given?.embeddings?.get(name);
  return profile?.dimensions === dimensions ? profile : reference;
}

interface Profiled {
  readonly features: ReadonlyMap<string, FeatureSlot>;
  readonly outputs: ReadonlyMap<Output, FeatureSlot>;
  readonly embeddings: ReadonlyMap<string, EmbeddingSlot>;
  readonly reconstruction: { readonly projection: Projection } | undefined;
  profile(slot: FeatureSlot, view: WindowView, isOutput: boolean): Profile;
}

/** What a version looked like in a time. */
export function profilesIn(version: Profiled, view: WindowView): ProfileMaps {
  const profiles = <Key>(slots: ReadonlyMap<Key, FeatureSlot>, isOutput: boolean): Map<Key, Profile> =>
    new Map(
      [...slots].flatMap(([name, slot]) =>
        slot.schema === undefined ? [] : [[name, version.profile(slot, view, isOutput)] as const],
      ),
    );
  const embeddings = [...version.embeddings.values()].map((slot) => [slot.name, slot.profile(view.cells)] as const);
  return {
    features: profiles(version.features, false),
    outputs: profiles(version.outputs, true),
    embeddings: new Map(embeddings.filter(([, { vectors }]) => vectors > 0)),
    projection: version.reconstruction?.projection,
  };
}

/** How the reference looks at all features together; undefined: it does not. */
export function reconstructionIn(reference: ReferenceProfiles | undefined): Reconstruction | undefined {
  const schema = reference?.outputs.get(RECONSTRUCTION_ERROR)?.schema;
  return reference?.projection && schema && { projection: reference.projection, schema };
}

/** Profiles lose their class on disk. */
export function rewrapped(saved: ReferenceProfiles): ReferenceProfiles {
  const wrap = <Key>(profiles: ReadonlyMap<Key, Profile>): Map<Key, Profile> =>
    new Map(
      [...profiles].map(([key, { schema, cells, place, expected }]) => [
        key,
        new Profile(schema, cells, place, expected),
      ]),
    );
  const embeddings = [...(saved.embeddings ?? [])].map(
    ([name, { dimensions, cells, offset, sumsOffset }]) =>
      [name, new EmbeddingProfile(dimensions, cells, offset, sumsOffset)] as const,
  );
  return {
    ...saved,
    features: wrap(saved.features),
    outputs: wrap(saved.outputs),
    embeddings: new Map(embeddings),
  };
}

/** The slot and the reference share one schema object, which is how a comparison knows that they fit. */
export function bindSchemas<Key>(
  profiles: ReadonlyMap<Key, Profile> | undefined,
  slots: ReadonlyMap<Key, FeatureSlot>,
): void {
  for (const [name, { schema }] of profiles ?? []) {
    const slot = slots.get(name);
    if (slot?.schema !== undefined) slot.schema = schema;
  }
}
