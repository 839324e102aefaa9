/**
 * What features are called and what they are, held against another such list: a version's against its reference's, or
 * against the version's before it. A feature that is gone and one that is new are one that was renamed where both are of one
 * kind and their values cannot be told apart: Kolmogorov-Smirnov over the sketches of numbers, total variation over
 * categories, each below what chance gives in one of a hundred pairs (or below 0.02, for with enough values everything can
 * be told apart). Pairs are taken closest first; constants, all that lacks a sketch,
 * and categories that no reference has told are never matched.
 * Cost: O(features), and for each gone × new pair O(buckets), about 10 µs; at most `PAIRS_MAX` of them.
 */
import { createHash } from 'node:crypto';
import { BUCKETS_PER_OCTAVE, isNumeric, OCTAVES, type Profile } from '../observe/index.js';
import type { FeatureKind, SchemaChange } from '../registry/index.js';
import { kolmogorovSmirnovCriticalValue } from './critical-value-closed-form.js';

export interface SchemaFeature {
  readonly name: string;
  readonly kind: FeatureKind;
  readonly profile: Profile;
  /** Whether its values are mostly not of its kind. */
  readonly isRetyped: boolean;
  /** Whether it has values in categories that are not among its own. */
  readonly isExtended: boolean;
}

export interface SchemaDifference {
  readonly change: SchemaChange;
  readonly feature: string;
  /** What a renamed feature was called. */
  readonly before?: string;
}

const PAIRS_MAX = 2_500;
const RENAME_FALSE_ALARM_RATE = 0.01;
/** Distributions nearer than this are the same for this purpose, whatever the number of values. */
const NEAR = 0.02;
const RENAME_OBSERVATIONS_MIN = 100;
const FINGERPRINT_DIGITS = 16;

/** @param withCategories whether the categories are part of it: those of a built reference are, found ones depend on luck */
export function schemaFingerprint(features: Iterable<SchemaFeature>, withCategories: boolean): string {
  const lines = Array.from(features, ({ name, kind, profile, isRetyped }) => {
    const { schema } = profile;
    const categories = withCategories && !isNumeric(schema) ? schema.categories.toSorted() : [];
    return JSON.stringify([name, isRetyped ? '' : kind, categories]);
  });
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, FINGERPRINT_DIGITS);
}

/** The features that a reference has values of, but for what is derived from another one. */
export function schemaOfReference(profiles: ReadonlyMap<string, Profile>): Map<string, SchemaFeature> {
  const features = new Map<string, SchemaFeature>();
  for (const [name, profile] of profiles) {
    if (profile.present === 0 || profile.schema.of !== undefined) continue;
    features.set(name, { name, kind: profile.schema.kind, profile, isRetyped: false, isExtended: false });
  }
  return features;
}

export function schemaDifferences(
  before: ReadonlyMap<string, SchemaFeature>,
  now: ReadonlyMap<string, SchemaFeature>,
): SchemaDifference[] {
  const differences: SchemaDifference[] = [];
  const gone = [...before.values()].filter(({ name }) => !now.has(name));
  const come = [...now.values()].filter(({ name }) => !before.has(name));
  for (const { own, other } of renamed(gone, come)) {
    differences.push({ change: 'renamed', feature: own.name, before: other.name });
    gone.splice(gone.indexOf(other), 1);
    come.splice(come.indexOf(own), 1);
  }
  for (const { name } of gone) differences.push({ change: 'removed', feature: name });
  for (const { name } of come) differences.push({ change: 'added', feature: name });
  for (const [name, feature] of now) {
    const other = before.get(name);
    if (other === undefined) continue;
    // What was so before is no change: two versions may both differ from the reference that they share.
    if (feature.kind !== other.kind || feature.isRetyped !== other.isRetyped) {
      differences.push({ change: 'retyped', feature: name });
    } else if ((feature.isExtended && !other.isExtended) || hasMoreCategories(feature, other)) {
      differences.push({ change: 'extended', feature: name });
    }
  }
  return differences;
}

function hasMoreCategories({ profile: own }: SchemaFeature, { profile: other }: SchemaFeature): boolean {
  if (own.schema === other.schema || isNumeric(own.schema) || isNumeric(other.schema)) return false;
  const known = new Set(other.schema.categories);
  const { bins } = own;
  return own.schema.categories.some((category, bin) => bins[bin] > 0 && !known.has(category));
}

interface Pair {
  readonly own: SchemaFeature;
  readonly other: SchemaFeature;
  readonly distance: number;
}

function renamed(gone: readonly SchemaFeature[], come: readonly SchemaFeature[]): Pair[] {
  if (gone.length * come.length > PAIRS_MAX) return [];
  const pairs = gone
    .flatMap((other) => come.map((own) => ({ own, other, distance: distanceBetween(own, other) })))
    .filter(({ distance }) => distance < 1)
    .sort((a, b) => a.distance - b.distance);
  const taken = new Set<SchemaFeature>();
  return pairs.filter(({ own, other }) => {
    if (taken.has(own) || taken.has(other)) return false;
    taken.add(own).add(other);
    return true;
  });
}

/** 1: they are not the same. */
function distanceBetween(own: SchemaFeature, other: SchemaFeature): number {
  if (own.kind !== other.kind || own.isRetyped) return 1;
  const [a, b] = [own.profile, other.profile];
  const [n, m] = [valuesOf(a), valuesOf(b)];
  if (Math.min(n, m) < RENAME_OBSERVATIONS_MIN) return 1;
  const distance = isNumeric(a.schema) ? sketchDistance(a, b) : categoryDistance(a, b);
  return distance < Math.max(NEAR, kolmogorovSmirnovCriticalValue(RENAME_FALSE_ALARM_RATE, n, m)) ? distance : 1;
}

function valuesOf(profile: Profile): number {
  return isNumeric(profile.schema) ? profile.finite : profile.bins.reduce((sum, count) => sum + count, 0);
}

/** Kolmogorov-Smirnov over the sketches' buckets, from the lowest negative to the highest positive octave. */
function sketchDistance(a: Profile, b: Profile): number {
  const [pagesOfA, pagesOfB] = [a.place.pages, b.place.pages];
  if (pagesOfA === undefined || pagesOfB === undefined || a.min === a.max || b.min === b.max) return 1;
  let difference = 0;
  let largest = 0;
  for (let step = 0; step < OCTAVES; step++) {
    const isNegative = step < OCTAVES / 2;
    const octave = isNegative ? OCTAVES - 1 - step : step - OCTAVES / 2;
    for (let index = 0; index < BUCKETS_PER_OCTAVE; index++) {
      const bucket = isNegative ? BUCKETS_PER_OCTAVE - 1 - index : index;
      difference += at(a, pagesOfA[octave], bucket) / a.finite - at(b, pagesOfB[octave], bucket) / b.finite;
      largest = Math.max(largest, Math.abs(difference));
    }
  }
  return largest;
}

function at({ cells }: Profile, page: number, bucket: number): number {
  return page < 0 ? 0 : (cells[page + bucket] ?? 0);
}

function categoryDistance(a: Profile, b: Profile): number {
  if (isNumeric(a.schema) || isNumeric(b.schema)) return 1;
  const [n, m] = [valuesOf(a), valuesOf(b)];
  const shares = new Map<string, number>();
  a.schema.categories.forEach((category, bin) => shares.set(category, (a.bins[bin] ?? 0) / n));
  b.schema.categories.forEach((category, bin) => {
    shares.set(category, (shares.get(category) ?? 0) - (b.bins[bin] ?? 0) / m);
  });
  if (shares.size < 2) return 1;
  let sum = 0;
  for (const difference of shares.values()) sum += Math.abs(difference);
  return sum / 2;
}
