/**
 * One feature (or output) of one version against its reference: every published drift statistic with its critical value
 * for this number of observations, and the state that says whether there is enough data to believe them. Numbers only;
 * what is too much is for rules to say.
 */
import type { DivisibleWork } from '../lib/divisible-work.js';
import { isNumeric, type Profile } from '../observe/index.js';
import type { DriftState, DriftStatistic } from '../registry/index.js';
import { total } from './counts.js';
import type { CriticalValues } from './critical-values.js';
import { DriftBins } from './drift-bins.js';
import type { DriftNumbers } from './drift-numbers.js';
import type { NoDriftBins } from './no-drift-bins.js';
import { OrderedComparison } from './ordered-comparison.js';
import { checksOf, type ReferenceCheck } from './quality.js';
import { ShiftDetector } from './shift-detector.js';
import { PLACE, UNORDERED_STATISTICS, type UnorderedStatistic, UnorderedStatistics } from './unordered-statistics.js';

export interface ComparisonOptions {
  readonly minimumObservations: number;
  /** The reference is soon replaced: see `CriticalValues.forBins`. */
  readonly isBrief?: boolean;
  /** Default: those that critical values are simulated for. */
  readonly statistics?: readonly DriftStatistic[];
}

export class FeatureComparison {
  readonly reference: Profile;
  readonly bins: DriftBins;
  /** Shares of the reference by bin, in the order of `bins.names`. */
  readonly referenceShares: Float64Array;
  /** Counts of the window compared last, likewise. */
  readonly currentCounts: Float64Array;
  /** Of the window compared last; means nothing unless its state was 'ready'. */
  readonly numbers: readonly DriftNumbers[];
  /** Chance of a PSI at least that of the window compared last with no drift; NaN unless its state was 'ready'. */
  pValue = NaN;
  /** Looks at what arrives, apart from any window. */
  readonly shift: ShiftDetector;
  readonly checks: readonly ReferenceCheck[];
  readonly referenceObservations: number;
  /** Different categories or texts; NaN for what has none. */
  readonly referenceDistinct: number;
  readonly #statistics: UnorderedStatistics;
  readonly #unordered: readonly DriftNumbers<UnorderedStatistic>[];
  readonly #noDrift: NoDriftBins;
  readonly #ordered: OrderedComparison | undefined;
  readonly #minimumObservations: number;
  readonly #referenceCount: number;
  /** It has values, and bins for none of them: times, of whose age nothing was known. */
  readonly #lacksBins: boolean;

  constructor(reference: Profile, criticalValues: CriticalValues, options: ComparisonOptions) {
    const { minimumObservations, isBrief, statistics = criticalValues.statistics } = options;
    this.reference = reference;
    this.#minimumObservations = minimumObservations;
    this.#lacksBins = reference.bins.length === 0 && reference.present > reference.empty + reference.nan;
    this.bins = new DriftBins(reference);
    this.checks = checksOf(reference);
    this.referenceObservations = reference.observations;
    this.referenceDistinct = reference.distinct;
    const counts = new Float64Array(this.bins.names.length);
    this.currentCounts = new Float64Array(this.bins.names.length);
    this.bins.fill(reference, counts);
    const count = total(counts);
    this.#referenceCount = count;
    this.referenceShares = counts.map((inBin) => (count === 0 ? 0 : inBin / count));
    this.#statistics = new UnorderedStatistics(counts.length);
    this.#statistics.setReference(counts);
    this.#noDrift = criticalValues.forBins(counts, isBrief);
    this.#unordered = UNORDERED_STATISTICS.filter((statistic) => statistics.includes(statistic)).map((statistic) => ({
      statistic,
      value: NaN,
      criticalValue: NaN,
    }));
    if (isNumeric(reference.schema)) this.#ordered = new OrderedComparison(reference, criticalValues, statistics);
    this.shift = new ShiftDetector(counts, this.bins.order);
    this.numbers = [...this.#unordered, ...(this.#ordered?.numbers ?? [])];
  }

  /** Degrees of freedom of χ² in the window compared last. */
  get degreesOfFreedom(): number {
    return this.#statistics.degreesOfFreedom;
  }

  /** What `compare` will need of this window's critical values that has not been simulated yet. */
  *simulation(current: Profile, effectiveShare: number): DivisibleWork {
    const observations = counted(current) * effectiveShare;
    if (this.#stateAt(observations) !== 'ready') return;
    yield* this.#noDrift.simulation(observations);
    if (this.#ordered !== undefined) yield* this.#ordered.simulation();
  }

  /**
   * Fills `numbers` and `currentCounts`.
   * @param effectiveShare what an observation is worth in independent ones, 0 to 1: below 1 where spans are sampled
   */
  compare(current: Profile, effectiveShare: number): DriftState {
    this.bins.fill(current, this.currentCounts);
    this.pValue = NaN;
    if (this.#lacksBins && current.observations > 0) return 'no_reference';
    const observations = counted(current) * effectiveShare;
    const state = current.observations === 0 ? 'no_traffic' : this.#stateAt(observations);
    if (state !== 'ready') return state;
    this.#statistics.compare(this.currentCounts);
    const { values } = this.#statistics;
    for (const numbers of this.#unordered) {
      numbers.value = values[PLACE[numbers.statistic]];
      numbers.criticalValue = this.#noDrift.criticalValue(numbers.statistic, observations);
    }
    this.pValue = this.#noDrift.pValue('psi', values[PLACE.psi], observations);
    this.#ordered?.compare(current, effectiveShare);
    return state;
  }

  #stateAt(observations: number): DriftState {
    const least = Math.min(observations, this.#referenceCount);
    return least < this.#minimumObservations ? 'not_enough_data' : 'ready';
  }
}

/** Values that are in a bin, 'missing' among the bins: all but those of another type. */
function counted(profile: Profile): number {
  return profile.observations - profile.typeMismatch;
}
