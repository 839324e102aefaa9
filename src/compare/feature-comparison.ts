/**
 * One feature (or output) of one version against its reference: every published drift statistic with its critical value
 * for this number of observations, and the state that says whether there is enough data to believe them. Numbers only;
 * what is too much is for rules to say.
 */
import { FEATURE_CELL, isNumeric, type Profile } from '../observe/index.js';
import type { DriftState, DriftStatistic } from '../registry/index.js';
import { type Counts, total } from './counts.js';
import type { CriticalValues } from './critical-values.js';
import { DriftBins } from './drift-bins.js';
import { jensenShannonDistance } from './jensen-shannon.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import type { NoDriftBins } from './no-drift-bins.js';
import type { NoDriftOrderedBins } from './no-drift-ordered-bins.js';
import { psi } from './psi.js';
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
  readonly #referenceCounts: Float64Array;
  readonly #noDrift: NoDriftBins;
  readonly #ordered: OrderedComparison | undefined;
  readonly #minimumObservations: number;

  constructor(reference: Profile, criticalValues: CriticalValues, minimumObservations: number) {
    this.reference = reference;
    this.#minimumObservations = minimumObservations;
    this.bins = new DriftBins(reference);
    this.#referenceCounts = new Float64Array(this.bins.names.length);
    this.currentCounts = new Float64Array(this.bins.names.length);
    this.bins.fill(reference, this.#referenceCounts);
    const count = total(this.#referenceCounts);
    this.referenceShares = this.#referenceCounts.map((inBin) => (count === 0 ? 0 : inBin / count));
    this.#noDrift = criticalValues.forBins(this.#referenceCounts);
    this.#ordered = isNumeric(reference.schema) ? new OrderedComparison(reference, criticalValues) : undefined;
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
    const observations = total(this.currentCounts) * effectiveShare;
    if (observations < this.#minimumObservations || total(this.#referenceCounts) < this.#minimumObservations) {
      return 'not_enough_data';
    }
    for (const numbers of this.numbers) {
      if (numbers.statistic === 'ks') {
        numbers.value = this.#ordered!.value(current);
        numbers.criticalValue = this.#ordered!.criticalValue(effectiveShare);
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

/** Kolmogorov-Smirnov over all of the profile's bins in order; missing values have no order and are left out. */
class OrderedComparison {
  readonly #reference: Float64Array;
  readonly #current: Float64Array;
  readonly #noDrift: NoDriftOrderedBins;

  constructor(reference: Profile, criticalValues: CriticalValues) {
    this.#reference = new Float64Array(reference.bins.length + 2);
    this.#current = new Float64Array(this.#reference.length);
    fillOrdered(reference, this.#reference);
    this.#noDrift = criticalValues.forOrderedBins(this.#reference);
  }

  value(current: Profile): number {
    fillOrdered(current, this.#current);
    return kolmogorovSmirnov(this.#current, this.#reference);
  }

  criticalValue(effectiveShare: number): number {
    return this.#noDrift.criticalValue(total(this.#current as Counts) * effectiveShare);
  }
}

function fillOrdered(profile: Profile, into: Float64Array): void {
  into[0] = profile.cell(FEATURE_CELL.below);
  into.set(profile.bins, 1);
  into[into.length - 1] = profile.cell(FEATURE_CELL.above);
}
