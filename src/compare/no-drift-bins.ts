/**
 * How statistics that ignore the order of bins behave with no drift against one reference: critical values and p-values for any
 * number of current observations. Closed form where every bin is well filled and the limit is χ²; else simulated
 * (`simulated-limits.ts`), shared by all references of one signature.
 * Cost: about 0.1 µs once known. `simulation` says and does beforehand what is not, in slices, so that a single thread can
 * spread it over its turns; a critical value that was not prepared so is simulated when it is asked for.
 * Error: measured real false-alarm rates are about within a tenth of the promised 0.05; at 0.001 a third either way is one
 * standard deviation of the simulation itself; `no-drift-shares.ts` says where it is worse.
 */
import type { DivisibleWork } from '../lib/divisible-work.js';
import { chiSquareQuantile, chiSquareTail } from './chi-square-distribution.js';
import type { NoDriftShares } from './no-drift-shares.js';
import type { SimulatedLimits } from './simulated-limits.js';
import { NO_DRIFT_LIMITS, STATISTICS } from './statistics.js';
import { PLACE, type UnorderedStatistic } from './unordered-statistics.js';

export class NoDriftBins {
  readonly #simulated: SimulatedLimits;
  readonly #falseAlarmRate: number;
  readonly #referenceObservations: number;
  readonly #degreesOfFreedom: number;
  readonly #closedLimit: number;
  readonly #closedFrom: number;
  readonly #isClosed: boolean;

  /** @param statistics that will be asked for */
  constructor(
    noDrift: NoDriftShares,
    simulated: SimulatedLimits,
    falseAlarmRate: number,
    statistics: readonly UnorderedStatistic[],
  ) {
    this.#simulated = simulated;
    this.#falseAlarmRate = falseAlarmRate;
    this.#referenceObservations = noDrift.referenceObservations;
    this.#degreesOfFreedom = noDrift.occupiedBins - 1 + (noDrift.emptyBins > 0 ? 1 : 0);
    this.#closedLimit = chiSquareQuantile(falseAlarmRate, this.#degreesOfFreedom);
    this.#closedFrom = noDrift.wellFilledFrom;
    this.#isClosed = statistics.every((statistic) => NO_DRIFT_LIMITS[statistic].chiSquare);
  }

  /** What `statistic` exceeds with chance `falseAlarmRate`; ∞ without observations on both sides. */
  criticalValue(statistic: UnorderedStatistic, observations: number): number {
    const per = 1 / observations + 1 / this.#referenceObservations;
    if (!Number.isFinite(per)) return Infinity;
    const value = NO_DRIFT_LIMITS[statistic].fromLimit(this.#limitValue(statistic, observations), per);
    return Math.min(STATISTICS[statistic].most, value);
  }

  /**
   * Chance of at least `value` with no drift. It equals `falseAlarmRate` at the critical value, and below it has the shape
   * of the limit: χ², or for distances without one, a tail exponential in the square. Beyond it, where bins are sparse, the
   * tail is exponential with the simulated mean excess: a χ² is too light there, and over 100 features erred five times as
   * often as q-values say.
   */
  pValue(statistic: UnorderedStatistic, value: number, observations: number): number {
    const per = 1 / observations + 1 / this.#referenceObservations;
    if (!Number.isFinite(per) || value <= 0) return 1;
    const limit = NO_DRIFT_LIMITS[statistic];
    const inLimit = limit.toLimit(value, per);
    const critical = this.#limitValue(statistic, observations);
    const relative = inLimit / critical;
    if (relative > 1 && critical > 0 && !this.#closedFormHolds(statistic, observations)) {
      return (
        this.#falseAlarmRate * Math.exp((critical - inLimit) / this.#simulated.excess(PLACE[statistic], observations))
      );
    }
    return limit.chiSquare
      ? chiSquareTail(relative * this.#closedLimit, this.#degreesOfFreedom)
      : Math.pow(this.#falseAlarmRate, relative);
  }

  /** What critical values and p-values for this number of observations need that is not known yet. */
  *simulation(observations: number): DivisibleWork {
    if (!this.isKnown(observations)) yield* this.#simulated.simulation(observations);
  }

  isKnown(observations: number): boolean {
    return (
      !(observations > 0 && this.#referenceObservations > 0) ||
      this.#degreesOfFreedom === 0 ||
      (this.#isClosed && this.#isWellFilled(observations)) ||
      this.#simulated.isKnown(observations)
    );
  }

  #limitValue(statistic: UnorderedStatistic, observations: number): number {
    if (this.#degreesOfFreedom === 0) return 0;
    return this.#closedFormHolds(statistic, observations)
      ? this.#closedLimit
      : this.#simulated.limitValue(PLACE[statistic], observations);
  }

  #closedFormHolds(statistic: UnorderedStatistic, observations: number): boolean {
    return NO_DRIFT_LIMITS[statistic].chiSquare && this.#isWellFilled(observations);
  }

  #isWellFilled(observations: number): boolean {
    return Math.min(observations, this.#referenceObservations) >= this.#closedFrom;
  }
}
