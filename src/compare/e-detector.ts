/**
 * An anytime-valid detector of change in bin counts. A critical value holds for one look; a window is looked at again and
 * again, and 1,440 looks a day at 0.001 are 1.4 false alarms a day. This one is fed disjoint batches (each observation
 * once) and gives a number, `evidence`, with a promise: with no drift, the mean number of batches until evidence first
 * reaches x is at least x. So a threshold is a mean time between false alarms: at one batch a minute, 43,200 is a month.
 * Each bet k (`e-detector-bets.ts`) is an e-value L_k of a batch: its mean is at most 1 with no drift. The detectors
 *   Shiryaev-Roberts M_k ← L_k (M_k + 1)      CUSUM M_k ← L_k max(M_k, 1)
 * restart the bet at every batch, by sum or by maximum; evidence is their mean over the bets. CUSUM is never larger, and so
 * slower by a little and calmer in between.
 * Source: J. Shin, A. Ramdas and A. Rinaldo, E-detectors: a nonparametric framework for sequential change detection (2023).
 * Cost: one exponential a bet and batch, no allocation: about 4 µs a batch of any size over 13 ordered bins; 8 bytes a bet.
 * Holds for observations that are independent of one another given the distribution, and needs no other assumption; bursts of
 * copies of one observation break it. Range of evidence: 0 to `most`.
 */
import { betsAgainst, type Bet } from './e-detector-bets.js';
import type { Counts } from './counts.js';

export interface EDetectorOptions {
  /** Whether the bins stand in the order of the values. */
  readonly ordered: boolean;
  /** Default 'shiryaev-roberts'. */
  readonly form?: 'shiryaev-roberts' | 'cusum';
  /** Chance that the bounds put on the reference's own distribution hold; default 0.99. */
  readonly referenceConfidence?: number;
  /** Shift on the probit scale (for a normal feature: in its standard deviations) that does not matter; default 0. */
  readonly tolerated?: number;
  /** Where evidence stops growing, so that it is soon gone when a change is undone; default 1e300. */
  readonly most?: number;
}

export class EDetector {
  readonly #bets: readonly Bet[];
  readonly #cumulative: boolean;
  readonly #most: number;
  readonly #below: Float64Array;
  #capitals: Float64Array;

  constructor(reference: Counts, options: EDetectorOptions) {
    const { ordered, referenceConfidence = 0.99, tolerated = 0, most = 1e300 } = options;
    this.#bets = betsAgainst(reference, ordered, referenceConfidence, tolerated);
    this.#most = most;
    this.#cumulative = options.form === 'cusum';
    this.#below = new Float64Array(reference.length + 1);
    this.#capitals = new Float64Array(this.#bets.length);
  }

  /** Takes in a batch of counts over the reference's bins, none of them counted before. @returns the evidence. */
  observe(batch: Counts): number {
    const below = this.#below;
    for (let bin = 0; bin < batch.length; bin++) below[bin + 1] = below[bin] + batch[bin];
    const observations = below[batch.length];
    for (let index = 0; index < this.#bets.length; index++) {
      const { from, to, inside, outside } = this.#bets[index];
      const within = below[to] - below[from];
      const likelihoodRatio = Math.exp(within * inside + (observations - within) * outside);
      const capital = this.#capitals[index];
      const staked = this.#cumulative ? Math.max(capital, 1) : capital + 1;
      this.#capitals[index] = Math.min(this.#most, likelihoodRatio * staked);
    }
    return this.evidence;
  }

  get evidence(): number {
    let sum = 0;
    for (const capital of this.#capitals) sum += capital / this.#capitals.length;
    return Math.min(this.#most, sum);
  }

  /** After an alarm has been dealt with: forgets what was seen. */
  reset(): void {
    this.#capitals.fill(0);
  }

  /** What to keep across a restart; fits a detector of the same reference and options. */
  save(): Float64Array {
    return this.#capitals.slice();
  }

  /** @returns whether the state fitted; one that does not (another reference) is left aside. */
  restore(saved: Float64Array): boolean {
    if (saved.length !== this.#capitals.length) return false;
    this.#capitals = saved.slice();
    return true;
  }
}
