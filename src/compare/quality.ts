/**
 * What is wrong with the values of a window that is no drift: shares of wrong values with what the reference's own share
 * tolerates at this number of them (`tolerance.ts`), and findings about the window as a whole. A finding needs enough
 * values for chance to give it at most at the false-alarm rate:
 *   absent      no prediction has the key, and the reference's own share of lacking it makes that no luck
 *   extra       the reference does not know the feature
 *   constant    one value throughout, where the reference varies: Σ qⁿ over its bins, n the values, is the chance
 *   impossible  infinite values beyond tolerance, or negative ones where the reference has none and below-range ones are
 *   unknown     most values are in categories that the reference does not have: another code list, or an identifier
 *   exploded    far more different values than the reference would have had among as many (`cardinality.ts`)
 * Cost: O(bins), no allocation but the list of findings.
 */
import { FEATURE_CELL, isNumeric, type Profile } from '../observe/index.js';
import type { QualityCheck, QualityFinding } from '../registry/index.js';
import { hasExploded } from './cardinality.js';
import type { Tolerances } from './tolerance.js';

/** Share of values in unseen categories from which they are not the exception. */
const MOSTLY = 0.5;

export interface ReferenceCheck {
  readonly check: QualityCheck;
  /** How many of the reference's values fail it. */
  readonly count: number;
}

/** The checks that apply to a feature: to be read off its reference once. */
export function checksOf(reference: Profile): ReferenceCheck[] {
  const checks = isNumeric(reference.schema) ? NUMERIC_CHECKS : CATEGORICAL_CHECKS;
  return checks.map((check) => ({ check, count: failing(reference, check) }));
}
const NUMERIC_CHECKS = ['missing', 'type_mismatch', 'out_of_range'] as const;
const CATEGORICAL_CHECKS = ['missing', 'type_mismatch', 'unseen_category'] as const;

/** Infinite values are out of range too; apart from it they make a finding and no share of their own. */
type Check = QualityCheck | 'infinite';

/** How many values of a profile fail a check. */
export function failing(profile: Profile, check: Check): number {
  switch (check) {
    case 'missing':
      return profile.missing;
    case 'type_mismatch':
      return profile.typeMismatch;
    case 'out_of_range':
      return profile.outOfRange;
    case 'unseen_category':
      return profile.cell(FEATURE_CELL.unseen);
    case 'infinite':
      return profile.cell(FEATURE_CELL.infinite);
  }
}

/** The share of a window's values that may fail a check before it is more than chance. */
export function toleratedShare(
  check: Check,
  reference: Profile,
  current: Profile,
  effectiveShare: number,
  tolerances: Tolerances,
): number {
  return tolerances.share(
    failing(reference, check),
    reference.observations,
    Math.round(current.observations * effectiveShare),
  );
}

/** Whether more of a window's values fail a check than the reference tolerates. */
export function exceedsTolerance(
  check: Check,
  reference: Profile,
  current: Profile,
  effectiveShare: number,
  tolerances: Tolerances,
): boolean {
  const count = failing(current, check);
  if (count === 0) return false;
  return count > toleratedShare(check, reference, current, effectiveShare, tolerances) * current.observations;
}

/** Whether a feature that the reference has is not sent any more, which its own share of rows without it cannot explain. */
export function isAbsent(
  reference: Profile,
  current: Profile,
  effectiveShare: number,
  falseAlarmRate: number,
): boolean {
  if (current.present > 0 || reference.present === 0) return false;
  const lacking = (reference.absent + 0.5) / (reference.observations + 1);
  return lacking ** (current.observations * effectiveShare) <= falseAlarmRate;
}

export interface QualityOptions {
  readonly tolerances: Tolerances;
  readonly falseAlarmRate: number;
  readonly minimumObservations: number;
}

/** @param referenceShares the reference's shares over its drift bins, missing values last */
export function qualityFindings(
  reference: Profile,
  referenceShares: Float64Array,
  current: Profile,
  effectiveShare: number,
  options: QualityOptions,
): QualityFinding[] {
  const { tolerances, falseAlarmRate, minimumObservations } = options;
  if (current.observations * effectiveShare < minimumObservations) return [];
  const over = (check: Check): boolean => exceedsTolerance(check, reference, current, effectiveShare, tolerances);
  if (current.present === 0) return isAbsent(reference, current, effectiveShare, falseAlarmRate) ? ['absent'] : [];
  const findings: QualityFinding[] = [];
  const values = current.present - current.empty - current.nan - current.typeMismatch;
  if (isConstant(current, values) && !isConstant(reference, reference.present)) {
    if (chanceOfOneBin(referenceShares, values * effectiveShare) <= falseAlarmRate) findings.push('constant');
  }
  if (isNumeric(reference.schema)) {
    const isNegative = current.cell(FEATURE_CELL.below) > 0 && reference.min >= 0 && current.min < 0;
    if ((isNegative && over('out_of_range')) || over('infinite')) findings.push('impossible');
  } else if (failing(current, 'unseen_category') > MOSTLY * values && over('unseen_category')) {
    findings.push('unknown');
  }
  if (hasExploded(reference, current, values * effectiveShare, falseAlarmRate)) findings.push('exploded');
  return findings;
}

/** Whether all of a profile's values are the same. Of unseen categories and of the rare ones nobody knows. */
function isConstant(profile: Profile, values: number): boolean {
  if (isNumeric(profile.schema)) return profile.finite > 0 && profile.finite >= values && profile.min === profile.max;
  let occupied = 0;
  for (const count of profile.bins) if (count > 0) occupied++;
  return occupied === 1 && profile.unseen === 0 && profile.cell(FEATURE_CELL.other) === 0;
}

function chanceOfOneBin(shares: Float64Array, values: number): number {
  const present = 1 - shares[shares.length - 1];
  let chance = 0;
  for (let bin = 0; bin + 1 < shares.length; bin++) {
    if (shares[bin] > 0) chance += (shares[bin] / present) ** values;
  }
  return chance;
}
