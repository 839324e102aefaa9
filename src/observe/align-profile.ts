/**
 * A profile brought to another schema of the same feature. Categories are told apart by name, so their counts move over
 * exactly. Numbers do so where both have the same edges; where they have not, the counts between the one's edges are not in
 * the other, and no number is made up.
 */
import { FEATURE_CELL, FEATURE_CELLS } from './cells.js';
import { binCount, type CategoricalSchema, type FeatureSchema, isNumeric } from './feature-schema.js';
import { Profile } from './profile.js';

/** @returns undefined where the two do not compare */
export function alignProfile(schema: FeatureSchema, other: Profile): Profile | undefined {
  if (other.schema === schema) return other;
  if (other.schema.kind !== schema.kind) return undefined;
  if (!isNumeric(schema)) return isNumeric(other.schema) ? undefined : recount(schema, other.schema, other);
  if (!isNumeric(other.schema) || other.schema.min !== schema.min) return undefined;
  const edges = other.schema.upper;
  const same = edges.length === schema.upper.length && edges.every((edge, bin) => edge === schema.upper[bin]);
  return same ? other : undefined;
}

function recount(schema: CategoricalSchema, from: CategoricalSchema, other: Profile): Profile {
  const placeOf = new Map(schema.categories.map((category, index) => [category, index]));
  const told = binCount(schema);
  const cells = new Float64Array(FEATURE_CELLS + told);
  for (let cell = 0; cell < FEATURE_CELLS; cell++) cells[cell] = other.cell(cell);
  for (const [index, count] of other.bins.entries()) {
    const to = placeOf.get(from.categories[index]);
    const rare = to === undefined ? FEATURE_CELL.unseen : FEATURE_CELL.other;
    cells[to !== undefined && to < told ? FEATURE_CELLS + to : rare] += count;
  }
  return new Profile(schema, cells, { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined }, other.expected);
}
