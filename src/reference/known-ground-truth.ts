/**
 * Rows of a data set whose ground truth is not known (yet) say nothing of how ground truths are distributed, and one that
 * has not come is not among those that have. A file keeps how many there were; nothing is compared with them.
 */
import { FEATURE_CELL, Profile, type ReferenceProfiles } from '../observe/index.js';
import { OUTPUT_OF_ROLE } from './reference.js';

export function withKnownGroundTruth<Profiles extends ReferenceProfiles>(reference: Profiles): Profiles {
  const profile = reference.outputs.get(OUTPUT_OF_ROLE.groundTruth);
  if (profile === undefined || profile.missing === 0) return reference;
  const { schema, place } = profile;
  const cells = profile.cells.slice();
  const known = profile.present - profile.empty - profile.nan;
  cells[place.offset + FEATURE_CELL.present] = known;
  cells[place.offset + FEATURE_CELL.empty] = 0;
  cells[place.offset + FEATURE_CELL.nan] = 0;
  const outputs = new Map(reference.outputs);
  outputs.set(OUTPUT_OF_ROLE.groundTruth, new Profile(schema, cells, place, known + profile.cell(FEATURE_CELL.base)));
  return { ...reference, outputs };
}
