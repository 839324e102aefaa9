/**
 * What is wrong with the vectors of a window that is no drift: shares of those that are none (another type or number of
 * dimensions) or not finite, with what the reference's own share tolerates at this number of them (`tolerance.ts`), and:
 *   collapsed   all vectors are the same, zero or not, where those of the reference are not: the encoder gives its answer to
 *               nothing, or none
 * Vectors count as the same where their variance is lost in the rounding of the sums. Cost: O(dimensions).
 */
import type { EmbeddingProfile } from '../observe/index.js';
import type { EmbeddingCheck } from '../registry/index.js';
import type { QualityOptions } from './quality.js';

/** Of the mean squared length: what rounding leaves of the variance of equal vectors, with room. */
const ROUNDING = 1e-9;

/** How many of a profile's vectors fail a check. */
export function failingVectors(profile: EmbeddingProfile, check: EmbeddingCheck): number {
  return profile.cell(check === 'type_mismatch' ? 'typeMismatch' : 'nonFinite');
}

/** The share of a window's vectors that may fail a check before it is more than chance. */
export function toleratedVectors(
  check: EmbeddingCheck,
  current: EmbeddingProfile,
  reference: EmbeddingProfile,
  effectiveShare: number,
  { tolerances }: QualityOptions,
): number {
  const present = Math.round(current.cell('present') * effectiveShare);
  return tolerances.share(failingVectors(reference, check), reference.cell('present'), present);
}

export function hasCollapsed(
  current: EmbeddingProfile,
  reference: EmbeddingProfile | undefined,
  effectiveShare: number,
  { minimumObservations }: QualityOptions,
): boolean {
  if (current.vectors * effectiveShare < Math.max(2, minimumObservations) || !isOneVector(current)) return false;
  return reference === undefined || !isOneVector(reference);
}

function isOneVector(profile: EmbeddingProfile): boolean {
  return profile.spread.trace <= (ROUNDING * profile.cell('squaredLength')) / profile.vectors;
}
