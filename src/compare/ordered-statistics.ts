/**
 * Kolmogorov-Smirnov and Wasserstein-1 of a numeric profile in one pass over its bins where they stand: there are ten times as
 * many as any other statistic looks at. What they are stands in their own files; missing values have no order and are left out.
 * Wasserstein's distance is never less than that of the means, which are known exactly and which any way of moving the one
 * to the other has to cover: so a shift comes out exactly, however few bins it crowds.
 * Cost: about 1 µs for 128 bins, no allocation.
 * Error of Wasserstein against raw values, over 128 quantile bins (test/compare/wasserstein-of-profile.test.ts): shifts by up to
 * 3 σ to 0.1 σ, multiples of a positive feature to 1%, a normal feature spread up to tenfold about its mean to 5%; heavier tails on
 * both sides spread beyond all bins to a third. A discrete feature's new values between old ones count as the next old one.
 */
import { FEATURE_CELL, type Profile } from '../observe/index.js';
import { total, type Counts } from './counts.js';
import { ValueAxis } from './value-axis.js';

export class OrderedStatistics {
  /** Of the window compared last. */
  ks = 0;
  wasserstein = 0;
  /** Of the reference: below, the bins, above. */
  readonly counts: Float64Array;
  readonly positions: Float64Array;
  readonly #axis: ValueAxis;
  readonly #mean: number;
  /** For each of `counts` the reference's share, and the way from there to the next. */
  readonly #sharesAndGaps: Float64Array;

  constructor(reference: Profile) {
    const { bins } = reference;
    this.counts = new Float64Array(bins.length + 2);
    this.counts[0] = reference.cell(FEATURE_CELL.below);
    this.counts.set(bins, 1);
    this.counts[bins.length + 1] = reference.cell(FEATURE_CELL.above);
    this.#axis = new ValueAxis(reference);
    this.#mean = reference.mean;
    this.positions = this.#axis.positions;
    this.#sharesAndGaps = sharesAndGaps(this.counts, this.positions);
  }

  /** @param count of the values that are not missing */
  compare(current: Profile, count: number): void {
    if (count === 0) {
      this.ks = this.wasserstein = 0;
      return;
    }
    const shares = this.#sharesAndGaps;
    const { bins } = current;
    const per = 1 / count;
    let difference = current.cell(FEATURE_CELL.below) * per - shares[0];
    let largest = Math.abs(difference);
    let way = largest * shares[1];
    for (let bin = 0, at = 2; bin < bins.length; bin++, at += 2) {
      difference += bins[bin] * per - shares[at];
      const size = Math.abs(difference);
      if (size > largest) largest = size;
      way += size * shares[at + 1];
    }
    this.ks = Math.min(1, largest);
    way += this.#axis.wayFromBeyond(current) * per;
    const betweenMeans = Math.abs(current.mean - this.#mean);
    this.wasserstein = betweenMeans > way ? betweenMeans : way;
  }
}

function sharesAndGaps(counts: Counts, positions: Counts): Float64Array {
  const count = total(counts);
  const pairs = new Float64Array(counts.length * 2);
  for (let bin = 0; bin < counts.length; bin++) {
    pairs[bin * 2] = count === 0 ? 0 : counts[bin] / count;
    pairs[bin * 2 + 1] = bin + 1 < counts.length ? positions[bin + 1] - positions[bin] : 0;
  }
  return pairs;
}
