/** What a version is compared against: a frozen profile for each feature and output, and where they came from. */
import type { Output, ReferenceKind } from '../registry/index.js';
import type { FeatureSlot } from './feature-slot.js';
import { Profile } from './profile.js';
import type { WindowView } from './window-view.js';

export interface ReferenceProfiles {
  readonly kind: ReferenceKind;
  /** What the user calls it: a file's model and version, or the version it was taken from. */
  readonly name: string;
  /** Content hash, hexadecimal; empty for a reference that was not built from a file. */
  readonly hash: string;
  readonly features: ReadonlyMap<string, Profile>;
  readonly outputs: ReadonlyMap<Output, Profile>;
}

/** What the slot is compared with; undefined: nothing of its name. */
export function profileOf(
  profiles: Pick<ReferenceProfiles, 'features' | 'outputs'> | undefined,
  { name }: FeatureSlot,
  isOutput: boolean,
): Profile | undefined {
  return isOutput ? profiles?.outputs.get(name as Output) : profiles?.features.get(name);
}

interface Profiled {
  readonly features: ReadonlyMap<string, FeatureSlot>;
  readonly outputs: ReadonlyMap<Output, FeatureSlot>;
  profile(slot: FeatureSlot, view: WindowView, isOutput: boolean): Profile;
}

/** What a version looked like in a time. */
export function profilesIn(version: Profiled, view: WindowView): Pick<ReferenceProfiles, 'features' | 'outputs'> {
  const profiles = <Key>(slots: ReadonlyMap<Key, FeatureSlot>, isOutput: boolean): Map<Key, Profile> =>
    new Map(
      [...slots].flatMap(([name, slot]) =>
        slot.schema === undefined ? [] : [[name, version.profile(slot, view, isOutput)] as const],
      ),
    );
  return { features: profiles(version.features, false), outputs: profiles(version.outputs, true) };
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
  return { ...saved, features: wrap(saved.features), outputs: wrap(saved.outputs) };
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
