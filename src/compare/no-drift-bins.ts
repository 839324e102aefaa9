/**
 * How statistics that ignore the order of bins behave with no drift against one reference: critical values and p-values
 * for any number of current observations. Closed form where every bin is well filled; else a seeded parametric
 * bootstrap: both sides drawn from the reference's shares, 4,000 times, at a few sizes (a grid of ratio 1.5; the limit
 * that statistics have in common takes n and m out, so between two sizes it is interpolated in log n).
 * The same reference and seed give the same numbers, in whatever order they are asked for.
 * Cost: about 0.2 µs once known. A size met for the first time, 4,000 draws of 2 × bins binomials: about 25 ms for 13 bins
 * and 100 ms for 100, and a number of observations lies between two sizes; shared by all references of one signature.
 * `isKnown` says beforehand, so that a single thread can spread what is new over its turns.
 * Error: measured real false-alarm rates are about within a tenth of the promised 0.05; at 0.001 a third either way is one
 * standard deviation of the simulation itself; `no-drift-shares.ts` says where it is worse.
 */
import { seededRandom } from '../lib/random.js';
import { chiSquareQuantile, chiSquareTail } from './chi-square-distribution.js';
import { drawMultinomial } from './multinomial.js';
import type { NoDriftShares } from './no-drift-shares.js';
import { NO_DRIFT_LIMITS, STATISTICS, type NoDriftLimit, type UnorderedStatistic } from './statistics.js';
import { meanExcess, tailQuantile } from './tail-quantile.js';

const SIZE_RATIO = Math.log(1.5);
/** Sizes below this are simulated as they are. */
const SIZE_GRID_FROM = 32;
/** From here on the current side's noise is nothing against the reference's. */
const SIZE_MAX_PER_REFERENCE = 64;
/** Σ 1 / expected count, over √(bins − 1), up to which the closed form is good: 42 expected in each of 3 equal bins, 75 in 13, 200 in 100. */
const SPARSENESS_MAX = 0.05;

export interface NoDriftOptions {
  readonly falseAlarmRate: number;
  readonly replicates: number;
  readonly seed: number;
  readonly statistics: readonly UnorderedStatistic[];
}

/** The simulated limits of one signature, by number of current observations. */
export class SimulatedLimits {
  readonly #noDrift: NoDriftShares;
  readonly #options: NoDriftOptions;
  readonly #bySize = new Map<number, Float64Array>();

  constructor(noDrift: NoDriftShares, options: NoDriftOptions) {
    this.#noDrift = noDrift;
    this.#options = options;
  }

  /** At most about 60 sizes are ever asked for: the grid ends at `SIZE_MAX_PER_REFERENCE`. */
  limitValue(statistic: UnorderedStatistic, observations: number): number {
    return this.#interpolated(this.#options.statistics.indexOf(statistic), observations);
  }

  /** Mean way past the limit of what exceeds it. */
  excess(statistic: UnorderedStatistic, observations: number): number {
    const { statistics } = this.#options;
    return this.#interpolated(statistics.length + statistics.indexOf(statistic), observations);
  }

  #interpolated(place: number, observations: number): number {
    const size = this.#size(observations);
    if (size <= SIZE_GRID_FROM) return this.#simulated(Math.max(1, Math.round(size)))[place];
    const position = gridPosition(size);
    const below = Math.floor(position);
    const lower = this.#simulated(gridSize(below))[place];
    const upper = this.#simulated(gridSize(below + 1))[place];
    return lower + (upper - lower) * (position - below);
  }

  isKnown(observations: number): boolean {
    const size = this.#size(observations);
    if (size <= SIZE_GRID_FROM) return this.#bySize.has(Math.max(1, Math.round(size)));
    const below = Math.floor(gridPosition(size));
    return this.#bySize.has(gridSize(below)) && this.#bySize.has(gridSize(below + 1));
  }

  #size(observations: number): number {
    return Math.min(observations, SIZE_MAX_PER_REFERENCE * this.#noDrift.simulatedObservations);
  }

  #simulated(observations: number): Float64Array {
    let limits = this.#bySize.get(observations);
    if (limits === undefined) {
      limits = simulateLimits(this.#noDrift, observations, this.#options);
      this.#bySize.set(observations, limits);
    }
    return limits;
  }
}

export class NoDriftBins {
  readonly #simulated: SimulatedLimits;
  readonly #falseAlarmRate: number;
  readonly #referenceObservations: number;
  readonly #degreesOfFreedom: number;
  readonly #closedLimit: number;
  readonly #closedFrom: number;

  constructor(noDrift: NoDriftShares, simulated: SimulatedLimits, falseAlarmRate: number) {
    this.#simulated = simulated;
    this.#falseAlarmRate = falseAlarmRate;
    this.#referenceObservations = noDrift.referenceObservations;
    this.#degreesOfFreedom = noDrift.occupiedBins - 1 + (noDrift.emptyBins > 0 ? 1 : 0);
    this.#closedLimit = chiSquareQuantile(falseAlarmRate, this.#degreesOfFreedom);
    let sum = 0;
    for (const share of noDrift.shares) sum += 1 / share;
    this.#closedFrom =
      noDrift.emptyBins > 0 ? Infinity : sum / (SPARSENESS_MAX * Math.sqrt(Math.max(1, noDrift.occupiedBins - 1)));
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
    const limit: NoDriftLimit = NO_DRIFT_LIMITS[statistic];
    const inLimit = limit.toLimit(value, per);
    const critical = this.#limitValue(statistic, observations);
    const relative = inLimit / critical;
    if (relative > 1 && critical > 0 && !this.#closedFormHolds(statistic, observations)) {
      return this.#falseAlarmRate * Math.exp((critical - inLimit) / this.#simulated.excess(statistic, observations));
    }
    return limit.chiSquare
      ? chiSquareTail(relative * this.#closedLimit, this.#degreesOfFreedom)
      : Math.pow(this.#falseAlarmRate, relative);
  }

  /** Whether the critical value and p-value for this number of observations cost nothing more: see the head. */
  isKnown(statistic: UnorderedStatistic, observations: number): boolean {
    return (
      !(observations > 0 && this.#referenceObservations > 0) ||
      this.#degreesOfFreedom === 0 ||
      this.#closedFormHolds(statistic, observations) ||
      this.#simulated.isKnown(observations)
    );
  }

  #limitValue(statistic: UnorderedStatistic, observations: number): number {
    if (this.#degreesOfFreedom === 0) return 0;
    return this.#closedFormHolds(statistic, observations)
      ? this.#closedLimit
      : this.#simulated.limitValue(statistic, observations);
  }

  #closedFormHolds(statistic: UnorderedStatistic, observations: number): boolean {
    return (
      NO_DRIFT_LIMITS[statistic].chiSquare && Math.min(observations, this.#referenceObservations) >= this.#closedFrom
    );
  }
}

function gridPosition(size: number): number {
  return Math.log(size / SIZE_GRID_FROM) / SIZE_RATIO;
}

function gridSize(place: number): number {
  return Math.round(SIZE_GRID_FROM * Math.exp(place * SIZE_RATIO));
}

/** For each statistic, the quantile of its limit among the replicates; then for each, the mean excess over it. */
function simulateLimits(noDrift: NoDriftShares, observations: number, options: NoDriftOptions): Float64Array {
  const { statistics, replicates, falseAlarmRate } = options;
  const { shares } = noDrift;
  const referenceObservations = Math.max(1, noDrift.simulatedObservations);
  const per = 1 / observations + 1 / referenceObservations;
  const random = seededRandom(options.seed ^ fingerprint(`${noDrift.signature}/${observations}`));
  const current = new Float64Array(shares.length);
  const reference = new Float64Array(shares.length);
  const samples = statistics.map(() => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawMultinomial(random, observations, shares, current);
    drawMultinomial(random, referenceObservations, shares, reference);
    for (let place = 0; place < statistics.length; place++) {
      const name = statistics[place];
      samples[place][replicate] = NO_DRIFT_LIMITS[name].toLimit(STATISTICS[name].compute(current, reference), per);
    }
  }
  const limits = samples.map((sample) => tailQuantile(sample, falseAlarmRate));
  return Float64Array.from([...limits, ...samples.map((sample) => meanExcess(sample, falseAlarmRate))]);
}

/** FNV-1a, 32 bits. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
