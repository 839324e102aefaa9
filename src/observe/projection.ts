/**
 * What all features of a model together are held against: the principal components of the reference. A row is projected on
 * them and back, and what is lost of it (the reconstruction error, the Euclidean length of the residual) is small where the
 * features still hang together as they did, whatever each of them does alone (as NannyML's data reconstruction: Jackson and
 * Mudholkar's residual, "Control procedures for residuals associated with principal component analysis", Technometrics
 * 21, 1979).
 *
 * A feature becomes a number: a text its length, a truth value 0 or 1, a category its share of the reference. All are in
 * standard deviations from the reference's mean, and a missing value is the mean.
 */
import { FEATURE_CELL } from './cells.js';
import { type FeatureSchema, isNumeric } from './feature-schema.js';
import type { KeptValue } from './kept-prediction.js';
import type { Profile } from './profile.js';

/** Those that come first in the reference: a row costs as many steps as features times components. */
export const PROJECTED_FEATURES_MAX = 100;
/** Standard deviations: an absurd value does not drown those of all others. */
const STANDARDISED_MAX = 1e6;
/** Of the row's squared length: what is below is rounding. */
const ROUNDING = 1e-24;

/** As plain data. */
export interface ProjectedFeature {
  readonly name: string;
  readonly kind: FeatureSchema['kind'];
  readonly mean: number;
  readonly deviation: number;
  /** Of categories: the share of each that has a bin, then that of one of the others. */
  readonly shares?: readonly number[];
}

/** As plain data. */
export interface Projection {
  readonly features: readonly ProjectedFeature[];
  /** Unit vectors over the features. */
  readonly components: readonly (readonly number[])[];
  /** The share of the variance that the components keep. */
  readonly kept: number;
  /** Mean squared residual of each feature in the reference, on rows that the components were not made from. */
  readonly residuals: readonly number[];
}

/** How all features are looked at together, and the bins of what comes of it. */
export interface Reconstruction {
  readonly projection: Projection;
  readonly schema: FeatureSchema;
}

/** How a reference's features become numbers, not standardised yet: those that vary. */
export function projectable(features: ReadonlyMap<string, Profile>): ProjectedFeature[] {
  const found: ProjectedFeature[] = [];
  for (const [name, profile] of features) {
    if (found.length === PROJECTED_FEATURES_MAX) break;
    // An age needs the time of its event, and what is derived says nothing that its base does not say.
    if (profile.schema.kind === 'timestamp' || profile.schema.of !== undefined) continue;
    const feature = isNumeric(profile.schema) ? ofNumbers(name, profile) : ofCategories(name, profile);
    if (feature.deviation > 0) found.push(feature);
  }
  return found;
}

function ofNumbers(name: string, { schema, mean, standardDeviation: deviation }: Profile): ProjectedFeature {
  return { name, kind: schema.kind, mean, deviation };
}

function ofCategories(name: string, profile: Profile): ProjectedFeature {
  const { schema } = profile;
  const counts = [...profile.bins, profile.cell(FEATURE_CELL.other)];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const told = counts.length - 1;
  const untold = isNumeric(schema) ? 0 : schema.categories.length - told;
  const shares = counts.map((count, at) => (at < told ? count : count / Math.max(1, untold)) / Math.max(1, total));
  const numbers = schema.kind === 'boolean' ? [0, 1, 0] : shares;
  const mean = counts.reduce((sum, count, at) => sum + (count / Math.max(1, total)) * numbers[at], 0);
  const squares = counts.reduce((sum, count, at) => sum + (count / Math.max(1, total)) * (numbers[at] - mean) ** 2, 0);
  const coded = schema.kind === 'boolean' ? {} : { shares };
  return { name, kind: schema.kind, mean, deviation: Math.sqrt(squares), ...coded };
}

/** A value of one feature as standard deviations from the mean. */
export class ProjectedValues {
  readonly kind: FeatureSchema['kind'];
  readonly deviation: number;
  readonly #mean: number;
  readonly #scale: number;
  readonly #shares: readonly number[];
  readonly #places: ReadonlyMap<string, number>;

  /** @param schema of the feature in the reference that the projection was made from; absent: categories go by number */
  constructor({ kind, mean, deviation, shares = [] }: ProjectedFeature, schema?: FeatureSchema) {
    this.kind = kind;
    this.deviation = deviation;
    this.#mean = mean;
    this.#scale = 1 / deviation;
    this.#shares = shares;
    const categories = schema === undefined || isNumeric(schema) ? [] : schema.categories;
    this.#places = new Map(categories.map((category, at) => [category, at]));
  }

  /** Of what is no finite number: 0, the mean. */
  ofNumber(x: number): number {
    const z = (x - this.#mean) * this.#scale;
    if (z - z !== 0) return 0;
    return z > STANDARDISED_MAX ? STANDARDISED_MAX : z < -STANDARDISED_MAX ? -STANDARDISED_MAX : z;
  }

  /** @param place among the reference's categories; below 0: it has none of that name */
  ofCategory(place: number): number {
    const shares = this.#shares;
    return this.ofNumber(place < 0 ? 0 : shares[Math.min(place, shares.length - 1)]);
  }

  /** Undefined: missing, or of another kind. */
  ofValue(value: KeptValue | undefined): number | undefined {
    if (value === null || value === undefined || value === '') return undefined;
    switch (this.kind) {
      case 'numeric':
        return typeof value === 'number' && Number.isFinite(value) ? this.ofNumber(value) : undefined;
      case 'text':
        return typeof value === 'string' ? this.ofNumber(Buffer.byteLength(value)) : undefined;
      case 'boolean':
        return typeof value === 'boolean' ? this.ofNumber(Number(value)) : undefined;
      case 'timestamp':
        return undefined;
      case 'categorical':
        return typeof value === 'string' ? this.ofCategory(this.#places.get(value) ?? -1) : undefined;
    }
  }
}

/** Projects rows: two times components times features steps each. */
export class Projector {
  readonly size: number;
  /** Of the row projected last: what is left of each feature. */
  readonly residual: Float64Array;
  readonly #components: Float64Array;

  constructor({ features, components }: Pick<Projection, 'features' | 'components'>) {
    this.size = features.length;
    this.residual = new Float64Array(this.size);
    this.#components = Float64Array.from(components.flat());
  }

  /** @returns the reconstruction error of the row that begins at `from`, standardised */
  error(rows: Float64Array, from: number): number {
    const { size, residual } = this;
    const components = this.#components;
    let length = 0;
    for (let at = 0; at < size; at++) {
      const z = rows[from + at];
      residual[at] = z;
      length += z * z;
    }
    for (let component = 0; component < components.length; component += size) {
      let along = 0;
      for (let at = 0; at < size; at++) along += components[component + at] * rows[from + at];
      for (let at = 0; at < size; at++) residual[at] -= along * components[component + at];
    }
    let squared = 0;
    for (let at = 0; at < size; at++) squared += residual[at] * residual[at];
    return squared <= length * ROUNDING ? 0 : Math.sqrt(squared);
  }
}

/** Whether errors of the two are of the same thing. */
export function sameProjection(one: Projection | undefined, other: Projection | undefined): boolean {
  if (one === other || one === undefined || other === undefined) return one === other;
  const names = ({ features }: Projection): string => JSON.stringify(features);
  return names(one) === names(other) && JSON.stringify(one.components) === JSON.stringify(other.components);
}
