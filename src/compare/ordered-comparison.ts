/**
 * One numeric feature against its reference where the order of the values matters: Kolmogorov-Smirnov, and Wasserstein in the
 * feature's unit and in the reference's standard deviations, each with its critical value.
 */
import type { DivisibleWork } from '../lib/divisible-work.js';
import type { Profile } from '../observe/index.js';
import type { DriftStatistic } from '../registry/index.js';
import type { CriticalValues } from './critical-values.js';
import type { DriftNumbers } from './drift-numbers.js';
import type { NoDriftOrderedBins } from './no-drift-ordered-bins.js';
import { OrderedStatistics } from './ordered-statistics.js';

export const ORDERED_STATISTICS = ['ks', 'wasserstein', 'wasserstein_normalised'] as const;

export class OrderedComparison {
  /** Of the window compared last. */
  readonly numbers: readonly DriftNumbers<(typeof ORDERED_STATISTICS)[number]>[];
  readonly #statistics: OrderedStatistics;
  readonly #noDrift: NoDriftOrderedBins;
  /** 0 where the reference does not vary: it has no deviation to measure in, so nothing is a multiple of it. */
  readonly #perDeviation: number;

  constructor(reference: Profile, criticalValues: CriticalValues, statistics: readonly DriftStatistic[]) {
    this.numbers = ORDERED_STATISTICS.filter((statistic) => statistics.includes(statistic)).map((statistic) => ({
      statistic,
      value: NaN,
      criticalValue: NaN,
    }));
    this.#statistics = new OrderedStatistics(reference);
    const { counts, positions } = this.#statistics;
    const { standardDeviation } = reference;
    this.#noDrift = criticalValues.forOrderedBins(counts, { positions, standardDeviation });
    this.#perDeviation = standardDeviation > 0 ? 1 / standardDeviation : 0;
  }

  *simulation(): DivisibleWork {
    if (this.numbers.length > 0) yield* this.#noDrift.simulation();
  }

  compare(current: Profile, effectiveShare: number): void {
    if (this.numbers.length === 0) return;
    const values = current.observations - current.missing - current.typeMismatch;
    this.#statistics.compare(current, values);
    const { ks, wasserstein } = this.#statistics;
    const observations = values * effectiveShare;
    const critical = this.#noDrift.wassersteinCriticalValue(observations);
    for (const numbers of this.numbers) {
      switch (numbers.statistic) {
        case 'ks':
          numbers.value = ks;
          numbers.criticalValue = this.#noDrift.criticalValue(observations);
          break;
        case 'wasserstein':
          numbers.value = wasserstein;
          numbers.criticalValue = critical;
          break;
        case 'wasserstein_normalised':
          numbers.value = wasserstein * this.#perDeviation;
          numbers.criticalValue = this.#perDeviation === 0 ? 0 : critical * this.#perDeviation;
      }
    }
  }
}
