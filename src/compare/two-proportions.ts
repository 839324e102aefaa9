/**
 * Two shares compared: their difference with Newcombe's interval, and the chance of such a difference with no change by
 * the pooled z test. For missing rates, error rates and the like, where counts are 5 or more (below: `fisher-exact.ts`).
 * Source: R. G. Newcombe, Interval estimation for the difference between independent proportions (1998), method 10.
 * Cost: O(1). Range: −1 to 1. Error: coverage of the interval is within about 1% of nominal from 10 observations on.
 */
import { normalQuantile, normalTail } from './normal-distribution.js';
import { wilson } from './performance/wilson.js';

export interface ProportionDifference {
  /** Current share minus reference share. */
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/** @returns undefined when either side has no observations. */
export function twoProportions(
  successes: number,
  observations: number,
  referenceSuccesses: number,
  referenceObservations: number,
  confidence = 0.95,
): ProportionDifference | undefined {
  if (!(observations > 0 && referenceObservations > 0)) return undefined;
  const normal = normalQuantile((1 - confidence) / 2);
  const current = wilson(successes, observations, normal);
  const reference = wilson(referenceSuccesses, referenceObservations, normal);
  const difference = current.value - reference.value;
  const pooled = (successes + referenceSuccesses) / (observations + referenceObservations);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / observations + 1 / referenceObservations));
  const z = deviation > 0 ? difference / deviation : 0;
  return {
    difference,
    lower: difference - Math.hypot(current.value - current.lower, reference.upper - reference.value),
    upper: difference + Math.hypot(current.upper - current.value, reference.value - reference.lower),
    z,
    p: Math.min(1, 2 * normalTail(Math.abs(z))),
  };
}
