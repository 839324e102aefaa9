/**
 * Two references of their own making, brought to the schemas of the first (`align-profile.ts` of the observe room). Where
 * that cannot be done exactly, no number is made up: the feature is named as different.
 */
import { alignProfile, type Profile, sameProjection } from '../observe/index.js';
import { type Output, RECONSTRUCTION_ERROR } from '../registry/index.js';
import { absentProfile } from './fold-data-set.js';
import type { Reference } from './reference.js';
import { referenceOf } from './reference-file.js';

export interface Alignment {
  /** The other reference, with the schemas of the first. */
  readonly aligned: Reference;
  /** Features and outputs of the first that cannot be compared: of another kind, or with other edges. */
  readonly different: readonly string[];
}

export function alignReference(reference: Reference, other: Reference): Alignment {
  const different: string[] = [];
  const align = <Name extends string>(
    own: ReadonlyMap<Name, Profile>,
    others: ReadonlyMap<Name, Profile>,
    missing: (profile: Profile) => Profile | undefined,
  ): Map<Name, Profile> => {
    const aligned = new Map<Name, Profile>();
    for (const [name, profile] of own) {
      const found = others.get(name);
      const brought = found === undefined ? missing(profile) : alignProfile(profile.schema, found);
      if (brought !== undefined) aligned.set(name, brought);
      else if (found !== undefined) different.push(name);
    }
    return aligned;
  };
  const features = align(reference.features, other.features, ({ schema }) => absentProfile(schema, other.rows));
  // Errors by other components are of something else.
  const isSame = sameProjection(reference.projection, other.projection);
  const comparable = [...reference.outputs].filter(([output]) => output !== RECONSTRUCTION_ERROR || isSame);
  const outputs = align<Output>(new Map(comparable), other.outputs, () => undefined);
  const { model, version, rows, source, embeddings } = other;
  return { aligned: referenceOf({ model, version, rows, source, features, outputs, embeddings }), different };
}
