/**
 * The bins that drift statistics are computed on, as unions of a profile's own: for a numeric feature the reference's
 * deciles and the two outer bins; for a categorical one each category with at least `SHARE_MIN` of the reference, the
 * others together, and the unseen ones. 'Missing' is a bin of both. Frozen with the reference.
 */
import { FEATURE_CELL, type FeatureSchema, isNumeric, type Profile } from '../observe/index.js';
import { BIN } from '../registry/index.js';
import { total } from './counts.js';

const DECILES = 10;
/** Rarer categories share a bin: alone they would have under five observations in a window of a thousand. */
const SHARE_MIN = 0.005;
const NUMBER_FORMAT = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false });

export class DriftBins {
  /** Values of the `bin` label. */
  readonly names: readonly string[];
  /** Places in `names` in the order of the values, missing ones last; undefined: the bins have no order. */
  readonly order: readonly number[] | undefined;
  readonly #schema: FeatureSchema;
  /** For each of the profile's bins, the place in `names`. */
  readonly #place: Int32Array;

  constructor(reference: Profile) {
    this.#schema = reference.schema;
    const bins = reference.bins;
    this.#place = new Int32Array(bins.length);
    this.names = isNumeric(reference.schema)
      ? [...this.#placeDeciles(bins, reference.schema.min, reference.schema.upper), BIN.below, BIN.above, BIN.missing]
      : [...this.#placeCategories(bins, reference.schema.categories), BIN.other, BIN.unseen, BIN.missing];
    const last = this.names.length - 1;
    this.order = isNumeric(reference.schema)
      ? [last - 2, ...Array.from({ length: last - 2 }, (_, decile) => decile), last - 1, last]
      : undefined;
  }

  /** Adds a profile of the reference's schema up into `into`, one number for each name. */
  fill(profile: Profile, into: Float64Array): void {
    into.fill(0);
    const bins = profile.bins;
    for (let bin = 0; bin < bins.length; bin++) into[this.#place[bin]] += bins[bin];
    const last = this.names.length - 1;
    if (isNumeric(this.#schema)) {
      into[last - 2] = profile.cell(FEATURE_CELL.below);
      into[last - 1] = profile.cell(FEATURE_CELL.above);
    } else {
      into[last - 2] += profile.cell(FEATURE_CELL.other);
      into[last - 1] = profile.unseen;
    }
    into[last] = profile.missing;
  }

  #placeDeciles(bins: Float64Array, min: number, upper: Float64Array): string[] {
    const names: string[] = [];
    const count = total(bins);
    let before = 0;
    let decile = -1;
    let from = min;
    for (let bin = 0; bin < bins.length; bin++) {
      const current = count === 0 ? 0 : Math.min(DECILES - 1, Math.floor(((before + bins[bin] / 2) / count) * DECILES));
      before += bins[bin];
      if (current !== decile) {
        decile = current;
        names.push('');
        from = bin === 0 ? min : upper[bin - 1];
      }
      this.#place[bin] = names.length - 1;
      const bracket = names.length === 1 ? '[' : '(';
      const rank = String(names.length).padStart(2, '0');
      names[names.length - 1] = `${rank} ${bracket}${NUMBER_FORMAT.format(from)}, ${NUMBER_FORMAT.format(upper[bin])}]`;
    }
    return names;
  }

  #placeCategories(bins: Float64Array, categories: readonly string[]): string[] {
    const count = total(bins);
    const names: string[] = [];
    for (let bin = 0; bin < bins.length; bin++) {
      if (bins[bin] >= count * SHARE_MIN) {
        this.#place[bin] = names.length;
        names.push(categories[bin]);
      } else this.#place[bin] = -1;
    }
    for (let bin = 0; bin < bins.length; bin++) if (this.#place[bin] === -1) this.#place[bin] = names.length;
    return names;
  }
}
