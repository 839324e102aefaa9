/**
 * The door to calibration: what each statistic exceeds by chance alone, for this reference and any number of observations.
 * One object a process. Ask once a reference for its behaviour with no drift, keep that, and ask it each time:
 *
 *     const criticalValues = new CriticalValues({ falseAlarmRate: 0.001 });
 *     const noDrift = criticalValues.forBins(referenceCounts);
 *     noDrift.criticalValue('psi', observations);
 *
 * References of one signature share what was simulated. Signatures are kept up to `signaturesMax`, the oldest let go
 * first; one that is still held by its user goes on working. Cost and error: `no-drift-bins.ts`, `no-drift-ordered-bins.ts`.
 */
import { Limit } from '../lib/limit.js';
import { total, type Counts } from './counts.js';
import { kolmogorovQuantile } from './kolmogorov-distribution.js';
import { NoDriftBins, SimulatedLimits, type NoDriftOptions } from './no-drift-bins.js';
import { edgesOf, kolmogorovSmirnovLimit, NoDriftOrderedBins, wassersteinLimit } from './no-drift-ordered-bins.js';
import { noDriftShares } from './no-drift-shares.js';
import { PUBLISHED_UNORDERED, type UnorderedStatistic } from './statistics.js';

/** Edges over which a bridge is simulated for a reference that is soon replaced. */
const BRIEF_EDGES_MAX = 16;

export interface CriticalValuesOptions {
  /** Chance of exceeding the critical value with no drift at all; above 0, below 0.5. */
  readonly falseAlarmRate: number;
  /** Statistics over unordered bins that will be asked for; by default those that are published. */
  readonly statistics?: readonly UnorderedStatistic[];
  /** Simulated pairs of samples for each reference and size; default 4,000. */
  readonly replicates?: number;
  /** Different references that are remembered; default 4,096. */
  readonly signaturesMax?: number;
  readonly seed?: number;
}

export class CriticalValues {
  /** How many signatures are remembered; its overflow counts those let go. */
  readonly limit: Limit;
  readonly #options: NoDriftOptions;
  readonly #kolmogorovLimit: number;
  readonly #remembered = new Map<string, SimulatedLimits | number>();

  constructor(options: CriticalValuesOptions) {
    this.#options = {
      falseAlarmRate: options.falseAlarmRate,
      statistics: options.statistics ?? PUBLISHED_UNORDERED,
      replicates: options.replicates ?? 4_000,
      seed: options.seed ?? 1,
    };
    this.#kolmogorovLimit = kolmogorovQuantile(options.falseAlarmRate);
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
    const simulated = this.#remember(`bins ${shares.signature}`, () => new SimulatedLimits(shares, this.#options));
    return new NoDriftBins(shares, simulated, this.#options.falseAlarmRate);
  }

  /**
   * For Kolmogorov-Smirnov: the bins in the order of the values.
   * @param isBrief a reference that is soon replaced: over many bins it is given Kolmogorov's own limit, which costs nothing
   * and which the bridge seen at any edges exceeds less often than promised (over 128, by a few percent of the limit)
   */
  forOrderedBins(reference: Counts, isBrief = false): NoDriftOrderedBins {
    const edges = edgesOf(reference);
    if (isBrief && edges.length > BRIEF_EDGES_MAX) {
      return new NoDriftOrderedBins(this.#kolmogorovLimit, this.#kolmogorovLimit, total(reference));
    }
    const limit = this.#remember(`edges ${edges.join()}`, () => kolmogorovSmirnovLimit(edges, this.#options));
    return new NoDriftOrderedBins(limit, this.#kolmogorovLimit, total(reference));
  }

  /**
   * Wasserstein's critical value, in the unit of `positions`, is this times √(1/n + 1/m). It is simulated at each call
   * and not remembered: keep it with the reference.
   */
  wassersteinLimit(reference: Counts, positions: Counts): number {
    return wassersteinLimit(reference, positions, this.#options);
  }

  #remember<Known extends SimulatedLimits | number>(key: string, make: () => Known): Known {
    const known = this.#remembered.get(key);
    if (known !== undefined) return known as Known;
    const made = make();
    if (!this.limit.take()) {
      const [oldest] = this.#remembered.keys();
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(key, made);
    return made;
  }
}
