/**
 * One feature (or output) of one version against its reference: every published drift statistic with its critical value
 * for this number of observations, and the state that says whether there is enough data to believe them. Numbers only;
 * what is too much is for rules to say.
 */
import { FEATURE_CELL, isNumeric, type Profile } from '../observe/index.js';
import type { DriftState, DriftStatistic } from '../registry/index.js';
import { total } from './counts.js';
import type { CriticalValues } from './critical-values.js';
import { DriftBins } from './drift-bins.js';
import { jensenShannonDistance } from './jensen-shannon.js';
import type { NoDriftBins } from './no-drift-bins.js';
import type { NoDriftOrderedBins } from './no-drift-ordered-bins.js';
import { psi } from './psi.js';
import { checksOf, type ReferenceCheck } from './quality.js';
import { ShiftDetector } from './shift-detector.js';

export interface DriftNumbers {
  readonly statistic: DriftStatistic;
  value: number;
  /** NaN: the statistic is not defined for this feature. */
  criticalValue: number;
}

export class FeatureComparison {
  readonly reference: Profile;
  readonly bins: DriftBins;
  /** Shares of the reference by bin, in the order of `bins.names`. */
  readonly referenceShares: Float64Array;
  /** Counts of the window compared last, likewise. */
  readonly currentCounts: Float64Array;
  /** Of the window compared last; empty unless its state was 'ready'. */
  readonly numbers: readonly DriftNumbers[];
  /** Chance of a PSI at least that of the window compared last with no drift; NaN unless its state was 'ready'. */
  pValue = NaN;
  /** Looks at what arrives, apart from any window. */
  readonly shift: ShiftDetector;
  readonly checks: readonly ReferenceCheck[];
  readonly referenceObservations: number;
  /** Different categories or texts; NaN for what has none. */
  readonly referenceDistinct: number;
  readonly #referenceCounts: Float64Array;
  readonly #noDrift: NoDriftBins;
  readonly #ordered: OrderedComparison | undefined;
  readonly #minimumObservations: number;

  /** @param isBrief the reference is soon replaced: see `CriticalValues.forOrderedBins` */
  constructor(reference: Profile, criticalValues: CriticalValues, minimumObservations: number, isBrief = false) {
    this.reference = reference;
    this.#minimumObservations = minimumObservations;
    this.bins = new DriftBins(reference);
    this.checks = checksOf(reference);
    this.referenceObservations = reference.observations;
    this.referenceDistinct = reference.distinct;
    this.#referenceCounts = new Float64Array(this.bins.names.length);
    this.currentCounts = new Float64Array(this.bins.names.length);
    this.bins.fill(reference, this.#referenceCounts);
    const count = total(this.#referenceCounts);
    this.referenceShares = this.#referenceCounts.map((inBin) => (count === 0 ? 0 : inBin / count));
    this.#noDrift = criticalValues.forBins(this.#referenceCounts, isBrief);
    this.#ordered = isNumeric(reference.schema) ? new OrderedComparison(reference, criticalValues, isBrief) : undefined;
    this.shift = new ShiftDetector(this.#referenceCounts, this.bins.order);
    const statistics: DriftStatistic[] = this.#ordered === undefined ? ['psi', 'js'] : ['psi', 'js', 'ks'];
    this.numbers = statistics.map((statistic) => ({ statistic, value: NaN, criticalValue: NaN }));
  }

  /**
   * Fills `numbers` and `currentCounts`.
   * @param effectiveShare what an observation is worth in independent ones, 0 to 1: below 1 where spans are sampled
   */
  compare(current: Profile, effectiveShare: number): DriftState {
    this.bins.fill(current, this.currentCounts);
    this.pValue = NaN;
    if (current.observations === 0) return 'no_traffic';
    const count = total(this.currentCounts);
    const observations = count * effectiveShare;
    if (observations < this.#minimumObservations || total(this.#referenceCounts) < this.#minimumObservations) {
      return 'not_enough_data';
    }
    for (const numbers of this.numbers) {
      if (numbers.statistic === 'ks') {
        const present = count - this.currentCounts[this.currentCounts.length - 1];
        numbers.value = this.#ordered!.value(current, present);
        numbers.criticalValue = this.#ordered!.criticalValue(present * effectiveShare);
        continue;
      }
      const statistic = numbers.statistic === 'psi' ? psi : jensenShannonDistance;
      numbers.value = statistic(this.currentCounts, this.#referenceCounts);
      numbers.criticalValue = this.#noDrift.criticalValue(numbers.statistic, observations);
      if (numbers.statistic === 'psi') this.pValue = this.#noDrift.pValue('psi', numbers.value, observations);
    }
    return 'ready';
  }
}

/**
 * Kolmogorov-Smirnov over all of the profile's bins in order; missing values have no order and are left out. It is
 * `kolmogorovSmirnov` on the bins where they stand: there are ten times as many as any other statistic looks at.
 */
class OrderedComparison {
  /** Shares of the reference: below, the bins, above. */
  readonly #shares: Float64Array;
  readonly #noDrift: NoDriftOrderedBins;

  constructor(reference: Profile, criticalValues: CriticalValues, isBrief: boolean) {
    const { bins } = reference;
    const counts = new Float64Array(bins.length + 2);
    counts[0] = reference.cell(FEATURE_CELL.below);
    counts.set(bins, 1);
    counts[bins.length + 1] = reference.cell(FEATURE_CELL.above);
    this.#noDrift = criticalValues.forOrderedBins(counts, isBrief);
    const count = total(counts);
    const perReference = count === 0 ? 0 : 1 / count;
    this.#shares = counts.map((inBin) => inBin * perReference);
  }

  /** @param count of the values that are not missing */
  value(current: Profile, count: number): number {
    if (count === 0) return 0;
    const shares = this.#shares;
    const { bins } = current;
    const perCurrent = 1 / count;
    let difference = current.cell(FEATURE_CELL.below) * perCurrent - shares[0];
    let largest = Math.abs(difference);
    for (let bin = 0; bin < bins.length; bin++) {
      difference += bins[bin] * perCurrent - shares[bin + 1];
      const size = difference < 0 ? -difference : difference;
      if (size > largest) largest = size;
    }
    return Math.min(1, largest);
  }

  criticalValue(observations: number): number {
    return this.#noDrift.criticalValue(observations);
  }
}
