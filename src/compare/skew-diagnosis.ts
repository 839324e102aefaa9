/**
 * What the mismatched rows of a feature have in common, by name: another unit, a constant difference, another feature's
 * values, those that the entity had before, or none at all. A name is given only where it explains nine in ten of the
 * mismatched rows, and where chance does not: how much of it chance explains is measured on the same values put together
 * wrongly (row i with one drawn by lot, the same lot every time),
 * and by Chernoff's bound n·KL(explained ‖ chance) that much agreement must be rarer than e^-25 among unrelated columns.
 * So neither a constant, nor two flags that are mostly 0, nor independent noise is given a name; and a change that only some
 * of the rows went through is named too, for rows that agree are not asked.
 * Cost: O(mismatched rows) a feature and hypothesis; for other features' values 32 rows of each, at most `PAIRS_MAX` pairs.
 */
import { OUTCOME } from '../interpret/index.js';
import { seededRandom } from '../lib/random.js';
import type { SkewDiagnosisName } from '../registry/index.js';
import { agrees, type FeatureSkew, isNumber, type SkewedFeature } from './skew.js';
import { AFFINE, SCALES, SHIFTS, type UnitChange } from './skew-units.js';

export interface SkewDiagnosis {
  readonly name: SkewDiagnosisName;
  /** The change of unit where it is a known one; the other feature; else empty. */
  readonly detail: string;
  /** `scaled`: online / offline; `shifted`: online − offline; else the share of the mismatched rows that it explains. */
  readonly value: number;
  /** Interquartile range of the factor or the offset over the mismatched rows, where it was read off them. */
  readonly spread?: number;
}

/** Mismatched rows below which nothing is said. */
const MISMATCHES_MIN = 20;
const EXPLAINED_MIN = 0.9;
/** Of (explained − chance) / (1 − chance). */
const BEYOND_CHANCE_MIN = 0.9;
const LOG_CHANCE_MAX = 25;
/** A factor or an offset is the same where it differs by this share: values may have been rounded. */
const SAME = 1e-3;
/** Rounding of arithmetic, relative. */
const EPSILON = 1e-9;
const PAIRS_MAX = 10_000;
const GLANCE_ROWS = 32;
const GLANCE_MIN = 0.6;
/** Rows that are put together wrongly, for each row. */
const LOTS = 3;
const SEED = 1;

type Fits = (onlineRow: number, offlineRow: number) => boolean;

/** One diagnosis for each feature, or none. `skews` are the same features'. */
export function diagnoseSkew(
  features: readonly SkewedFeature[],
  skews: readonly FeatureSkew[],
): (SkewDiagnosis | undefined)[] {
  const taken = takenFrom(features, skews);
  return features.map((feature, index) => {
    const { mismatches } = skews[index];
    if (mismatches.length < MISMATCHES_MIN) return undefined;
    const other = taken.get(index);
    const from = (name: SkewDiagnosisName): SkewDiagnosis | undefined =>
      other && { name, detail: features[other.index].name, value: other.explained };
    if (other !== undefined && taken.get(other.index)?.index === index) return from('swapped');
    const missing = missingSide(feature, mismatches);
    if (missing !== undefined) return from('renamed') ?? renamedTo(features, taken, index) ?? missing;
    return stale(feature, mismatches) ?? unitChange(feature, mismatches) ?? from('renamed');
  });
}

interface Taken {
  readonly index: number;
  readonly explained: number;
}

/** By feature: the one whose offline values its online values are. */
function takenFrom(features: readonly SkewedFeature[], skews: readonly FeatureSkew[]): Map<number, Taken> {
  const found = new Map<number, Taken>();
  const asking = features.flatMap((_, index) => (skews[index].mismatches.length < MISMATCHES_MIN ? [] : index));
  if (asking.length * features.length > PAIRS_MAX) return found;
  for (const index of asking) {
    const { mismatches } = skews[index];
    const { online, tolerance } = features[index];
    for (const [candidate, { offline }] of features.entries()) {
      if (candidate === index) continue;
      const fits: Fits = (a, b) => agrees(online, a, offline, b, tolerance);
      const glance = mismatches.subarray(0, GLANCE_ROWS);
      if (count(glance, fits) < GLANCE_MIN * glance.length) continue;
      const explained = explains(mismatches, fits);
      if (explained > (found.get(index)?.explained ?? 0)) found.set(index, { index: candidate, explained });
    }
  }
  return found;
}

/** For a feature that only the offline side has: the one that the online side has in its stead. */
function renamedTo(
  features: readonly SkewedFeature[],
  taken: ReadonlyMap<number, Taken>,
  index: number,
): SkewDiagnosis | undefined {
  for (const [by, { index: of, explained }] of taken) {
    if (of === index) return { name: 'renamed', detail: features[by].name, value: explained };
  }
  return undefined;
}

function missingSide({ online, offline }: SkewedFeature, rows: Int32Array): SkewDiagnosis | undefined {
  let [noOnline, noOffline] = [0, 0];
  for (const row of rows) {
    if (online.kinds[row] === OUTCOME.none) noOnline++;
    else if (offline.kinds[row] === OUTCOME.none) noOffline++;
  }
  const enough = EXPLAINED_MIN * rows.length;
  if (noOnline >= enough) return { name: 'missing_online', detail: '', value: noOnline / rows.length };
  if (noOffline >= enough) return { name: 'missing_offline', detail: '', value: noOffline / rows.length };
  return undefined;
}

/** Before a change of unit is asked for: a counter whose old value is served differs by a constant too. */
function stale({ online, previous, tolerance }: SkewedFeature, rows: Int32Array): SkewDiagnosis | undefined {
  if (previous === undefined) return undefined;
  const explained = explains(rows, (a, b) => agrees(online, a, previous, b, tolerance));
  return explained > 0 ? { name: 'stale', detail: '', value: explained } : undefined;
}

function unitChange({ online, offline }: SkewedFeature, rows: Int32Array): SkewDiagnosis | undefined {
  const numeric = rows.filter((row) => isNumber(online.kinds[row]) && isNumber(offline.kinds[row]));
  if (numeric.length < EXPLAINED_MIN * rows.length) return undefined;
  const [x, y] = [online.values, offline.values];
  const is = (a: number, b: number, { factor, offset }: UnitChange): boolean => {
    const expected = factor * y[b] + offset;
    return Math.abs(x[a] - expected) <= SAME * Math.max(Math.abs(x[a]), Math.abs(expected));
  };
  const [factor, factorSpread] = middle(numeric, (row) => x[row] / y[row]);
  const factorTolerance = Math.min(SAME * Math.abs(factor), Math.abs(factor - 1) / 10);
  const scaled = explains(rows, (a, b) => Math.abs(x[a] / y[b] - factor) <= factorTolerance);
  const [offset, offsetSpread] = middle(numeric, (row) => x[row] - y[row]);
  const shifted = explains(
    rows,
    (a, b) =>
      Math.abs(x[a] - y[b] - offset) <=
      Math.max(SAME * Math.abs(offset), EPSILON * Math.max(Math.abs(x[a]), Math.abs(y[b]))),
  );
  if (scaled > 0 && scaled >= shifted) {
    const known = SCALES.find((scale) => Math.abs(factor / scale.factor - 1) <= SAME);
    return { name: 'scaled', detail: known?.name ?? '', value: factor, spread: factorSpread };
  }
  if (shifted > 0) {
    const known = SHIFTS.find((shift) => Math.abs(offset / shift.offset - 1) <= SAME);
    return { name: 'shifted', detail: known?.name ?? '', value: offset, spread: offsetSpread };
  }
  const affine = AFFINE.find((change) => explains(rows, (a, b) => is(a, b, change)) > 0);
  return affine && { name: 'scaled', detail: affine.name, value: affine.factor };
}

/** The share of the rows that a hypothesis explains; 0 where it does not explain them, or no better than chance would. */
function explains(rows: Int32Array, fits: Fits): number {
  const n = rows.length;
  const explained = count(rows, fits) / n;
  if (explained < EXPLAINED_MIN) return 0;
  const chance = Math.max(countByLot(rows, fits) / (LOTS * n), 1 / n);
  if (explained - chance < BEYOND_CHANCE_MIN * (1 - chance)) return 0;
  const against = explained === 1 ? 0 : (1 - explained) * Math.log((1 - explained) / (1 - chance));
  return n * (explained * Math.log(explained / chance) + against) >= LOG_CHANCE_MAX ? explained : 0;
}

function count(rows: Int32Array, fits: Fits): number {
  let fitting = 0;
  for (const row of rows) if (fits(row, row)) fitting++;
  return fitting;
}

function countByLot(rows: Int32Array, fits: Fits): number {
  const random = seededRandom(SEED);
  let fitting = 0;
  for (let lot = 0; lot < LOTS; lot++) {
    for (const row of rows) if (fits(row, rows[Math.floor(random.next() * rows.length)])) fitting++;
  }
  return fitting;
}

/** Median and interquartile range of what is finite. */
function middle(rows: Int32Array, of: (row: number) => number): [median: number, spread: number] {
  const sorted = Float64Array.from(rows, of).filter(Number.isFinite).sort();
  if (sorted.length === 0) return [NaN, NaN];
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  return [at(0.5), at(0.75) - at(0.25)];
}
