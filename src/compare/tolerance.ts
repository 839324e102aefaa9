/**
 * How many of n values may be wrong (missing, of another type, …) before it is more than chance, learned from the
 * reference: with c such values among m there, the number among n follows the beta-binomial of Beta(c + ½, m − c + ½), the
 * prediction that Jeffreys' prior gives. So a clean reference of 1,000 tolerates 2 of 100, one of 30,000 no more than 1,
 * and a reference with 10% its 10% and what 800 values vary by. One wrong value never alarms, whatever the reference.
 * Source: H. Jeffreys, Theory of Probability (1961); the predictive tail as in A. Gelman et al., Bayesian Data Analysis, 2.
 * Cost: up to 64 terms of the exact distribution (under 1 µs); beyond it a Pearson III with its first three moments, by the
 * Wilson-Hilferty factor, 0.1 µs. What was asked last is remembered: most checks of a version ask for the same.
 * Error: exact up to 64; beyond, within 3% of the exact count against scipy, and too high
 * rather than too low where the reference has none.
 */
import { normalQuantile } from './normal-distribution.js';

const EXACT_MAX = 64;
/** Deviations above the mean that a count is looked for exactly in. */
const EXACT_DEVIATIONS = 6;

/**
 * The least count k ≥ 1 that more than k of `observations` come to with chance at most `falseAlarmRate`.
 * @returns `observations` where nothing would be surprising: no reference, no values
 */
export function tolerableCount(
  referenceCount: number,
  referenceObservations: number,
  observations: number,
  falseAlarmRate: number,
): number {
  const n = Math.round(observations);
  if (!(referenceObservations > 0) || n <= 1) return n;
  const a = Math.max(0, referenceCount) + 0.5;
  const b = Math.max(0, referenceObservations - referenceCount) + 0.5;
  const size = a + b;
  const mean = (n * a) / size;
  const deviation = Math.sqrt((mean * (b / size) * (size + n)) / (size + 1));
  const count =
    (mean + EXACT_DEVIATIONS * deviation <= EXACT_MAX ? exactCount(a, b, n, falseAlarmRate) : undefined) ??
    pearsonCount(a, b, n, mean, deviation, normalQuantile(falseAlarmRate));
  return Math.min(n, Math.max(1, count));
}

function exactCount(a: number, b: number, n: number, rate: number): number | undefined {
  let term = Math.exp(logGamma(b + n) + logGamma(a + b) - logGamma(b) - logGamma(a + b + n));
  let beyond = 1 - term;
  for (let count = 0; count <= EXACT_MAX; count++) {
    if (beyond <= rate || count >= n) return count;
    term *= ((n - count) * (a + count)) / ((count + 1) * (b + n - count - 1));
    beyond -= term;
  }
  return undefined;
}

function pearsonCount(a: number, b: number, n: number, mean: number, deviation: number, z: number): number {
  const size = a + b;
  const skewness = (((size + 2 * n) * (b - a)) / (size + 2)) * Math.sqrt((1 + size) / (n * a * b * (n + size)));
  const sixth = skewness / 6;
  const factor = Math.abs(sixth) < 1e-6 ? z : ((1 + sixth * z - sixth * sixth) ** 3 - 1) / (3 * sixth);
  return Math.ceil(mean + deviation * factor - 0.5);
}

/** Stirling's series from 10 on, reached by the recurrence: absolute error under 1e-10. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const square = 1 / (at * at);
  const series = (1 / 12 - square * (1 / 360 - square / 1260)) / at;
  return (at - 0.5) * Math.log(at) - at + 0.9189385332046727 + series - shift;
}

const REMEMBERED = 256;

/** `tolerableCount` as a share, for a process with one false-alarm rate; remembers what it was asked last. */
export class Tolerances {
  readonly #falseAlarmRate: number;
  readonly #asked = new Float64Array(REMEMBERED * 3).fill(-1);
  readonly #answers = new Float64Array(REMEMBERED);

  constructor(falseAlarmRate: number) {
    this.#falseAlarmRate = falseAlarmRate;
  }

  share(referenceCount: number, referenceObservations: number, observations: number): number {
    if (!(observations > 0)) return 1;
    const place = Math.abs(Math.trunc(referenceCount * 31 + referenceObservations * 7 + observations)) % REMEMBERED;
    const asked = this.#asked;
    const at = place * 3;
    if (asked[at] !== referenceCount || asked[at + 1] !== referenceObservations || asked[at + 2] !== observations) {
      asked[at] = referenceCount;
      asked[at + 1] = referenceObservations;
      asked[at + 2] = observations;
      const count = tolerableCount(referenceCount, referenceObservations, observations, this.#falseAlarmRate);
      this.#answers[place] = count / Math.max(1, Math.round(observations));
    }
    return this.#answers[place];
  }
}
