/**
 * Two references of their own making, brought to the schemas of the first. Categories are told apart by name, so their
 * counts move over exactly. Numbers do so where both have the same edges; where they have not, the counts between the
 * first one's edges are not in the second one's file, and no number is made up: the feature is named as different.
 */
import {
  binCount,
  FEATURE_CELL,
  FEATURE_CELLS,
  isNumeric,
  type CategoricalSchema,
  type Profile,
} from '../observe/index.js';
import type { Output } from '../registry/index.js';
import { absentProfile } from './fold-data-set.js';
import { entryOf, profileOf } from './profile-entry.js';
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
      const brought = found === undefined ? missing(profile) : alignProfile(profile, found);
      if (brought !== undefined) aligned.set(name, brought);
      else if (found !== undefined) different.push(name);
    }
    return aligned;
  };
  const features = align(reference.features, other.features, ({ schema }) => absentProfile(schema, other.rows));
  const outputs = align<Output>(reference.outputs, other.outputs, () => undefined);
  const { model, version, rows, source } = other;
  return { aligned: referenceOf({ model, version, rows, source, features, outputs }), different };
}

function alignProfile({ schema }: Profile, other: Profile): Profile | undefined {
  if (isNumeric(schema)) {
    if (!isNumeric(other.schema) || other.schema.kind !== schema.kind || other.schema.min !== schema.min)
      return undefined;
    const edges = other.schema.upper;
    const same = edges.length === schema.upper.length && edges.every((edge, bin) => edge === schema.upper[bin]);
    return same ? other : undefined;
  }
  if (isNumeric(other.schema) || other.schema.kind !== schema.kind) return undefined;
  return recount(schema, other.schema, other);
}

function recount(schema: CategoricalSchema, from: CategoricalSchema, other: Profile): Profile {
  const bins = binCount(schema);
  const place = new Map(schema.categories.map((category, index) => [category, index]));
  const aligned = profileOf({
    ...entryOf(schema.name, other),
    kind: schema.kind,
    categories: [...schema.categories],
    ...(schema.told === undefined ? {} : { told: schema.told }),
    bins: new Array<number>(bins).fill(0),
  });
  for (const [index, count] of other.bins.entries()) {
    const to = place.get(from.categories[index]);
    aligned.cells[to === undefined ? FEATURE_CELL.unseen : to < bins ? FEATURE_CELLS + to : FEATURE_CELL.other] +=
      count;
  }
  return aligned;
}
