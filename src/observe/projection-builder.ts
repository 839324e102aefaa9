/**
 * Makes a reference's projection, and what its reconstruction error is with no drift at all. Of the rows, a seeded half
 * makes the components, and the other half, which they do not know, is projected: on their own rows they would err less
 * than on any that come later. Memory: 8 bytes for each feature of each row that is held out.
 */
import { VALUE } from '../decode/index.js';
import { type Random, seededRandom } from '../lib/random.js';
import { RECONSTRUCTION_ERROR } from '../registry/index.js';
import { CellSpace } from './cell-space.js';
import { ComponentFit } from './component-fit.js';
import { numericSchema, type NumericSchema } from './feature-schema.js';
import { FeatureSlot } from './feature-slot.js';
import type { KeptValue } from './kept-prediction.js';
import { Profile } from './profile.js';
import { projectable, ProjectedValues, type Projection, Projector } from './projection.js';

/** Of either half, and twice as many as features: components of fewer rows are those of chance. */
const ROWS_MIN = 50;
const NO_BYTES = new DataView(new ArrayBuffer(0));

export interface ProjectionOptions {
  /** The share of the variance that the components keep. */
  readonly variance: number;
  readonly seed: number;
}

/** Of one row, by number of the feature. */
export type RowValues = (feature: number) => KeptValue | undefined;

export class ProjectionBuilder {
  /** The features whose values are asked for. */
  readonly names: readonly string[];
  readonly #options: ProjectionOptions;
  readonly #random: Random;
  readonly #fit: ComponentFit;
  readonly #values: readonly ProjectedValues[];
  readonly #row: Float64Array;
  readonly #heldOut: Float64Array[] = [];
  readonly #weights: number[] = [];

  constructor(features: ReadonlyMap<string, Profile>, options: ProjectionOptions) {
    const projected = projectable(features);
    this.names = projected.map(({ name }) => name);
    this.#values = projected.map((feature) => new ProjectedValues(feature, features.get(feature.name)!.schema));
    this.#fit = new ComponentFit(projected);
    this.#row = new Float64Array(projected.length);
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /** A row that has none of the features says nothing of how they hang together. */
  add(valueOf: RowValues, weight = 1): void {
    const row = this.#row;
    if (!readRow(this.#values, valueOf, row)) return;
    if (this.#random.next() < 0.5) this.#fit.add(row, weight);
    else {
      this.#heldOut.push(row.slice());
      this.#weights.push(weight);
    }
  }

  /** Undefined: there are too few rows, or fewer than two features that vary. */
  build(): { readonly projection: Projection; readonly profile: Profile } | undefined {
    const enough = Math.max(ROWS_MIN, 2 * this.names.length);
    if (this.#fit.rows < enough || this.#weights.length < ROWS_MIN) return undefined;
    const fitted = this.#fit.projection(this.#options.variance);
    if (fitted === undefined) return undefined;
    const { projection, places } = fitted;
    const projector = new Projector(projection);
    const { size, residual } = projector;
    const scales = projection.features.map(({ deviation }, at) => this.#values[places[at]].deviation / deviation);
    const residuals = new Float64Array(size);
    const row = new Float64Array(size);
    const errors = Float64Array.from(this.#heldOut, (held, index) => {
      for (let at = 0; at < size; at++) row[at] = held[places[at]] * scales[at];
      const error = projector.error(row, 0);
      for (let at = 0; at < size; at++) residuals[at] += this.#weights[index] * residual[at] ** 2;
      return error;
    });
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    return {
      projection: { ...projection, residuals: Array.from(residuals, (sum) => sum / total) },
      profile: errorProfile(numericSchema(RECONSTRUCTION_ERROR, 'numeric', errors), errors, this.#weights),
    };
  }
}

/** The errors of another data set's rows. */
export class ProjectedErrors {
  readonly names: readonly string[];
  readonly #projector: Projector;
  readonly #values: readonly ProjectedValues[];
  readonly #row: Float64Array;
  readonly #errors: number[] = [];

  constructor(projection: Projection, features: ReadonlyMap<string, Profile>) {
    this.names = projection.features.map(({ name }) => name);
    this.#projector = new Projector(projection);
    this.#values = projection.features.map(
      (feature) => new ProjectedValues(feature, features.get(feature.name)?.schema),
    );
    this.#row = new Float64Array(projection.features.length);
  }

  add(valueOf: RowValues): void {
    if (readRow(this.#values, valueOf, this.#row)) this.#errors.push(this.#projector.error(this.#row, 0));
  }

  profile(schema: NumericSchema): Profile {
    return errorProfile(schema, this.#errors, undefined);
  }
}

/** @returns false where the row has none of the features */
function readRow(values: readonly ProjectedValues[], valueOf: RowValues, row: Float64Array): boolean {
  let found = false;
  for (let at = 0; at < values.length; at++) {
    const z = values[at].ofValue(valueOf(at));
    row[at] = z ?? 0;
    found ||= z !== undefined;
  }
  return found;
}

function errorProfile(
  schema: NumericSchema,
  errors: ArrayLike<number>,
  weights: readonly number[] | undefined,
): Profile {
  const space = new CellSpace(Infinity);
  const slot = new FeatureSlot(schema.name, space.allocateHeader(), space, { maxCategories: 0, provisionalSize: 0 });
  slot.freeze(schema);
  const pane = { cells: new Float64Array(0) };
  space.widen(pane);
  let expected = 0;
  for (let at = 0; at < errors.length; at++) {
    const weight = weights?.[at] ?? 1;
    expected += weight;
    slot.add(pane, VALUE.double, errors[at], NO_BYTES, 0, 0, weight, 0);
  }
  const { offset, binsOffset, pages } = slot;
  return new Profile(schema, pane.cells, { offset, binsOffset, pages }, expected);
}
