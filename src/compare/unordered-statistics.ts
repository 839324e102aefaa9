/**
 * All statistics over unordered bins in one pass: PSI, Jensen-Shannon, Hellinger, total variation, L∞ and χ² with its degrees
 * of freedom. What each of them is stands in its own file; this is the same, with what they have in common computed once, and
 * what is the reference's alone kept with it. Two identities save logarithms and a pass:
 *   p ln(2p/(p+q)) + q ln(2q/(p+q)) = p ln p + q ln q − (p+q) ln((p+q)/2);   χ² = nm Σ (p−q)² / (c+r).
 * Cost: three logarithms and a square root a bin, no allocation: about 0.5 µs for 13 bins.
 * Error: rounding; agrees with the single statistics to 1e-9 of the value, distances to 1e-8 (test/contract).
 */
import { total, type Counts } from './counts.js';

export const UNORDERED_STATISTICS = ['psi', 'js', 'hellinger', 'tv', 'linf', 'chi2'] as const;
export type UnorderedStatistic = (typeof UNORDERED_STATISTICS)[number];
/** Where each stands in `values`. */
export const PLACE = Object.fromEntries(UNORDERED_STATISTICS.map((statistic, place) => [statistic, place])) as Readonly<
  Record<UnorderedStatistic, number>
>;

/** What is kept of a reference's bin: its count, share q, √q, q ln q, and ln(count + ½). */
const [COUNT, SHARE, ROOT, ENTROPY, LOG, WIDTH] = [0, 1, 2, 3, 4, 5];

export class UnorderedStatistics {
  /** Of the counts compared last, by `PLACE`. */
  readonly values = new Float64Array(UNORDERED_STATISTICS.length);
  /** Likewise: bins that either side occupies, less one. */
  degreesOfFreedom = 0;
  readonly #bins: Float64Array;
  #referenceTotal = 0;

  constructor(bins: number) {
    this.#bins = new Float64Array(bins * WIDTH);
  }

  setReference(reference: Counts): void {
    const bins = this.#bins;
    this.#referenceTotal = total(reference);
    const per = this.#referenceTotal === 0 ? 0 : 1 / this.#referenceTotal;
    for (let bin = 0, at = 0; bin < reference.length; bin++, at += WIDTH) {
      const share = reference[bin] * per;
      bins[at + COUNT] = reference[bin];
      bins[at + SHARE] = share;
      bins[at + ROOT] = Math.sqrt(share);
      bins[at + ENTROPY] = share > 0 ? share * Math.log(share) : 0;
      bins[at + LOG] = Math.log(reference[bin] + 0.5);
    }
  }

  compare(current: Counts): void {
    const bins = this.#bins;
    const m = this.#referenceTotal;
    let n = 0;
    let occupied = 0;
    for (let bin = 0, at = COUNT; bin < current.length; bin++, at += WIDTH) {
      n += current[bin];
      if (current[bin] > 0 || bins[at] > 0) occupied++;
    }
    this.degreesOfFreedom = Math.max(0, occupied - 1);
    if (n === 0 || m === 0) {
      this.values.fill(0);
      return;
    }
    const perCurrent = 1 / n;
    const perSmoothed = 1 / (n + occupied / 2);
    const perSmoothedReference = 1 / (m + occupied / 2);
    const logOfRatio = Math.log(perSmoothed / perSmoothedReference);
    let psi = 0;
    let divergence = 0;
    let squaredRoots = 0;
    let differences = 0;
    let largest = 0;
    let weighed = 0;
    for (let bin = 0, at = 0; bin < current.length; bin++, at += WIDTH) {
      const count = current[bin];
      const referenceCount = bins[at + COUNT];
      if (count === 0 && referenceCount === 0) continue;
      const p = count * perCurrent;
      const q = bins[at + SHARE];
      const difference = Math.abs(p - q);
      const both = p + q;
      const roots = Math.sqrt(p) - bins[at + ROOT];
      const smoothed = (count + 0.5) * perSmoothed - (referenceCount + 0.5) * perSmoothedReference;
      psi += smoothed * (Math.log(count + 0.5) - bins[at + LOG] + logOfRatio);
      divergence += (count > 0 ? p * Math.log(p) : 0) + bins[at + ENTROPY] - both * Math.log(both / 2);
      squaredRoots += roots * roots;
      differences += difference;
      if (difference > largest) largest = difference;
      weighed += (difference * difference) / (count + referenceCount);
    }
    const { values } = this;
    values[PLACE.psi] = psi;
    values[PLACE.js] = Math.min(1, Math.sqrt(Math.max(0, divergence) / (2 * Math.LN2)));
    values[PLACE.hellinger] = Math.min(1, Math.sqrt(squaredRoots / 2));
    values[PLACE.tv] = Math.min(1, differences / 2);
    values[PLACE.linf] = largest;
    values[PLACE.chi2] = weighed * n * m;
  }
}
