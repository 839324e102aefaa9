/**
 * The door to calibration: what each statistic exceeds by chance alone, for this reference and any number of observations.
 * One object a process. Ask once a reference for its behaviour with no drift, keep that, and ask it each time:
 *
 *     const criticalValues = new CriticalValues({ falseAlarmRate: 0.001 });
 *     const noDrift = criticalValues.forBins(referenceCounts);
 *     await inTurns(noDrift.simulation(observations), pause);
 *     noDrift.criticalValue('psi', observations);
 *
 * What is simulated is divisible work; without the third line it is done in one go, and counted. References of one signature
 * share what was simulated over their bins. Signatures are kept up to `signaturesMax`, the oldest let go first; one that is
 * still held by its user goes on working. Cost and error: `simulated-limits.ts`, `no-drift-ordered-bins.ts`.
 */
import type { DivisibleWork } from '../lib/divisible-work.js';
import { Limit } from '../lib/limit.js';
import { DRIFT_STATISTICS, type DriftStatistic } from '../registry/index.js';
import { Bridges } from './bridges.js';
import type { Counts } from './counts.js';
import { kolmogorovQuantile } from './kolmogorov-distribution.js';
import { NoDriftBins } from './no-drift-bins.js';
import { NoDriftOrderedBins, type Placement } from './no-drift-ordered-bins.js';
import { noDriftShares, type NoDriftShares } from './no-drift-shares.js';
import { SimulatedLimits, type SimulationOptions } from './simulated-limits.js';
import { UNORDERED_STATISTICS } from './unordered-statistics.js';

export interface CriticalValuesOptions {
  /** Chance of exceeding the critical value with no drift at all; above 0, below 0.5. */
  readonly falseAlarmRate: number;
  /** Statistics that will be asked for; default all. */
  readonly statistics?: readonly DriftStatistic[];
  /** Simulated pairs of samples for each reference and size; default 4,000. */
  readonly replicates?: number;
  /** Different references that are remembered; default 4,096. */
  readonly signaturesMax?: number;
  readonly seed?: number;
}

export class CriticalValues {
  readonly statistics: readonly DriftStatistic[];
  /** How many signatures are remembered; its overflow counts those let go. */
  readonly limit: Limit;
  /** Units of simulation that were done in one go, because nobody had prepared them. */
  unpreparedUnits = 0;
  readonly #options: SimulationOptions;
  readonly #kolmogorovLimit: number;
  readonly #bridges: Bridges;
  readonly #remembered = new Map<string, SimulatedLimits>();

  constructor(options: CriticalValuesOptions) {
    const { falseAlarmRate, statistics = DRIFT_STATISTICS, replicates = 4_000, seed = 1 } = options;
    this.statistics = statistics;
    this.#options = { falseAlarmRate, replicates, seed, inOneGo: (work) => this.#inOneGo(work) };
    this.#kolmogorovLimit = kolmogorovQuantile(falseAlarmRate);
    this.#bridges = new Bridges(replicates, seed);
    this.limit = new Limit('critical_values', options.signaturesMax ?? 4_096);
  }

  get falseAlarmRate(): number {
    return this.#options.falseAlarmRate;
  }

  /**
   * For statistics that ignore the order of the bins.
   * @param isBrief a reference that is soon replaced: what it is like is told more coarsely, so that few are simulated
   */
  forBins(reference: Counts, isBrief = false): NoDriftBins {
    const shares = noDriftShares(reference, isBrief);
    const unordered = UNORDERED_STATISTICS.filter((statistic) => this.statistics.includes(statistic));
    return new NoDriftBins(shares, this.#simulatedFor(shares), this.falseAlarmRate, unordered);
  }

  /**
   * For Kolmogorov-Smirnov, and Wasserstein where it is known where the bins stand: they are in the order of the values.
   */
  forOrderedBins(reference: Counts, placement?: Placement): NoDriftOrderedBins {
    return new NoDriftOrderedBins(reference, placement, {
      ...this.#options,
      kolmogorovLimit: this.#kolmogorovLimit,
      bridges: this.#bridges,
    });
  }

  #inOneGo(work: DivisibleWork): void {
    for (const units of work) this.unpreparedUnits += units;
  }

  #simulatedFor(shares: NoDriftShares): SimulatedLimits {
    const known = this.#remembered.get(shares.signature);
    if (known !== undefined) return known;
    const made = new SimulatedLimits(shares, this.#options);
    if (!this.limit.take()) {
      const [oldest] = this.#remembered.keys();
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(shares.signature, made);
    return made;
  }
}
