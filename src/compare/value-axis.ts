/**
 * Where the counts of a numeric profile stand on the axis of its values, for Wasserstein's distance. The mass of a wide bin
 * stands at its mean by the reference's quantile sketch; that of the others at the same part of each one's width, the part with
 * which the reference's mean comes out exactly: at the upper ends for a discrete feature, about in the middle for a continuous
 * one. What lies beyond the bins stands at its mean: that follows from the
 * window's exact sum where one side has any, and with the sum of squares where both have (their excesses are then taken for
 * tails whose mean square is 1.7 times the squared mean: 1.57 is half a normal distribution, 2 an exponential one).
 * Cost: two passes over the bins, only of windows with values beyond them; allocates with the reference alone.
 */
import { FEATURE_CELL, isNumeric, type Profile } from '../observe/index.js';

const SQUARE_OF_EXCESS = 1.7;
/** Four buckets of the sketch at the bin's far end. */
const WIDE = 0.25;
/** Of a sum, as a share of it. */
const ROUNDING = 1e-9;

export class ValueAxis {
  /** Of what lies below, the bins, and what lies above: ascending. */
  readonly positions: Float64Array;
  readonly #min: number;
  readonly #max: number;

  constructor(reference: Profile) {
    const { schema } = reference;
    const { min, upper } = isNumeric(schema) ? schema : { min: 0, upper: new Float64Array(0) };
    this.#min = min;
    this.#max = upper.length === 0 ? min : upper[upper.length - 1];
    this.positions = Float64Array.of(min, ...placesOfBins(reference, min, upper), this.#max);
    const { below, above } = this.#excesses(reference);
    this.positions[0] -= below;
    this.positions[this.positions.length - 1] += above;
  }

  /** Σ over what a window has beyond the bins of the way to where the reference's stands. */
  wayFromBeyond(current: Profile): number {
    const below = current.cell(FEATURE_CELL.below);
    const above = current.cell(FEATURE_CELL.above);
    if (below === 0 && above === 0) return 0;
    const { positions } = this;
    const excess = this.#excesses(current);
    return (
      below * Math.abs(this.#min - excess.below - positions[0]) +
      above * Math.abs(this.#max + excess.above - positions[positions.length - 1])
    );
  }

  /** How far on average a profile's values below the bins, and those above, lie from them. */
  #excesses(profile: Profile): { readonly below: number; readonly above: number } {
    const counted = profile.cell(FEATURE_CELL.below) + profile.cell(FEATURE_CELL.above);
    if (counted === 0 || profile.finite === 0) return { below: 0, above: 0 };
    const { mean, finite, bins, min, max } = profile;
    const { positions } = this;
    const spread = profile.standardDeviation;
    // About the mean, so that nothing is lost where values are large and spread little.
    const [low, high] = [this.#min - mean, this.#max - mean];
    let inside = 0;
    let sum = 0;
    let squares = spread > 0 ? spread * spread * (finite - 1) : 0;
    for (let bin = 0; bin < bins.length; bin++) {
      const from = positions[bin + 1] - mean;
      inside += bins[bin];
      sum -= bins[bin] * from;
      squares -= bins[bin] * from * from;
    }
    // Infinite values are counted too, and have no place: they stand where the finite ones do.
    const share = Math.max(0, finite - inside) / counted;
    const below = profile.cell(FEATURE_CELL.below) * share;
    const above = profile.cell(FEATURE_CELL.above) * share;
    /** above × its excess − below × its excess, and the same of the squares. */
    const net = sum - above * high - below * low;
    const most = { below: Math.max(0, this.#min - min), above: Math.max(0, max - this.#max) };
    if (below === 0 || above === 0) {
      return { below: clamped(-net / below, 0, most.below), above: clamped(net / above, 0, most.above) };
    }
    const rest = squares - above * high * high - below * low * low - 2 * high * net;
    const a = SQUARE_OF_EXCESS * below * (1 + below / above);
    const b = 2 * below * (high - low) + (2 * SQUARE_OF_EXCESS * net * below) / above;
    const c = (SQUARE_OF_EXCESS * net * net) / above - rest;
    const root = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
    const excess = clamped(root, 0, most.below);
    return { below: excess, above: clamped((net + below * excess) / above, 0, most.above) };
  }
}

/**
 * How far below their upper ends the values of a reference stand is known in all: its counts times the ends, less its sum. Where
 * the sketch is finer than a bin it says how much of that is the bin's; the others share the rest by their widths.
 */
function placesOfBins(reference: Profile, min: number, upper: Float64Array): Float64Array {
  const { bins, finite, mean } = reference;
  const places = Float64Array.from(upper);
  const width = (bin: number): number => upper[bin] - (bin === 0 ? min : upper[bin - 1]);
  let slack = reference.cell(FEATURE_CELL.below) * min + reference.cell(FEATURE_CELL.above) * upper[upper.length - 1];
  for (let bin = 0; bin < bins.length; bin++) slack += bins[bin] * upper[bin];
  const scale = Math.abs(slack);
  if (finite > 0) slack -= mean * finite;
  if (!(slack > scale * ROUNDING)) return places;
  const means = meansBySketch(reference, min, upper);
  let widths = 0;
  for (let bin = 0; bin < bins.length; bin++) {
    if (means[bin] === means[bin]) {
      places[bin] = means[bin];
      slack -= bins[bin] * (upper[bin] - means[bin]);
    } else widths += bins[bin] * width(bin);
  }
  const part = widths > 0 ? clamped(slack / widths, 0, 1) : 0.5;
  for (let bin = 0; bin < bins.length; bin++) if (!(means[bin] === means[bin])) places[bin] -= part * width(bin);
  return places;
}

/** Means of bins that are several buckets of the sketch wide; NaN for the others. */
function meansBySketch(reference: Profile, min: number, upper: Float64Array): Float64Array {
  const sums = new Float64Array(upper.length);
  const counts = new Float64Array(upper.length);
  reference.forEachBucket((nearEnd, midpoint, count) => {
    if (nearEnd < min || nearEnd > upper[upper.length - 1]) return;
    const bin = upper.findIndex((end) => nearEnd <= end);
    const lower = bin === 0 ? min : upper[bin - 1];
    sums[bin] += count * clamped(midpoint, lower, upper[bin]);
    counts[bin] += count;
  });
  return sums.map((sum, bin) => {
    const lower = bin === 0 ? min : upper[bin - 1];
    const isWide = upper[bin] - lower > WIDE * Math.max(Math.abs(lower), Math.abs(upper[bin]));
    return isWide && counts[bin] > 0 ? sum / counts[bin] : NaN;
  });
}

/** NaN (nothing to divide by) is the least. */
function clamped(value: number, least: number, most: number): number {
  return value > least ? Math.min(value, most) : least;
}
