/**
 * Wilson's score interval of a proportion: every accuracy, precision, recall and specificity here carries it.
 * (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Never leaves 0..1, and is of use from one observation on.
 * Source: E. B. Wilson (1927); recommended by Brown, Cai and DasGupta, Interval estimation for a binomial proportion (2001).
 * Cost: O(1). Error: coverage within about 2% of nominal for n ≥ 10.
 */
import { Z_95, type Estimate } from './estimate.js';

/** @param observations more than 0; need not be whole. */
export function wilson(successes: number, observations: number, z = Z_95): Estimate {
  const value = successes / observations;
  const squared = (z * z) / observations;
  const centre = (value + squared / 2) / (1 + squared);
  const half = (z / (1 + squared)) * Math.sqrt((value * (1 - value)) / observations + squared / (4 * observations));
  return {
    value,
    lower: Math.max(0, Math.min(value, centre - half)),
    upper: Math.min(1, Math.max(value, centre + half)),
  };
}
