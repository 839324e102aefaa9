/**
 * What the e-detector bets on: that the share of a set of bins has risen above, or fallen below, what the reference allows.
 * The sets are each bin, and, where bins have an order, everything up to each edge; the sizes are shifts of 0.1, 0.3 and 0.9
 * on the probit scale (the share's own normal deviate), so that 0.3 is what a shift of a normal feature by 0.3 σ does.
 * Each bet is a likelihood ratio of two binomials, (q/u)^c ((1−q)/(1−u))^(n−c), u the highest (lowest) share that the
 * reference allows: its mean is at most 1 for every share within the bounds, so not knowing the reference's distribution
 * exactly costs power and never the promise. `tolerated` widens the bounds by a shift on the probit scale that does not
 * matter: no amount of data makes evidence of less.
 * Bounds: Wilson's, at a level split over all sets (Bonferroni), so they hold together with chance `referenceConfidence`.
 * Cost: bets = sets × 2 sides × 3 sizes: 150 for 13 ordered bins, 600 for 100 unordered ones; once a reference.
 */
import { total, type Counts } from './counts.js';
import { normalQuantile, normalTail } from './normal-distribution.js';
import { wilson } from './performance/wilson.js';

const SHIFTS = [0.1, 0.3, 0.9] as const;

export interface Bet {
  /** First and one past the last bin of the set. */
  readonly from: number;
  readonly to: number;
  /** Log-likelihood ratio of one observation in the set, and of one outside. */
  readonly inside: number;
  readonly outside: number;
}

export function betsAgainst(
  reference: Counts,
  ordered: boolean,
  referenceConfidence: number,
  tolerated: number,
): Bet[] {
  const observations = total(reference);
  if (!(observations > 0) || reference.length < 2) return [];
  const sets: { from: number; to: number; count: number }[] = [];
  for (let bin = 0; bin < reference.length; bin++) sets.push({ from: bin, to: bin + 1, count: reference[bin] });
  // The first half-line is the first bin, the last one's complement the last bin.
  for (let bin = 1, below = reference[0]; ordered && bin < reference.length - 2; bin++) {
    below += reference[bin];
    sets.push({ from: 0, to: bin + 1, count: below });
  }
  const z = normalQuantile((1 - referenceConfidence) / (2 * sets.length));
  return sets.flatMap(({ from, to, count }) => {
    const bounds = wilson(count, observations, z);
    const upper = shiftedShare(bounds.upper, tolerated);
    const lower = shiftedShare(bounds.lower, -tolerated);
    return SHIFTS.flatMap((shift) => [
      ...bet(from, to, upper, shiftedShare(upper, shift)),
      ...bet(from, to, lower, shiftedShare(lower, -shift)),
    ]);
  });
}

function shiftedShare(share: number, shift: number): number {
  if (!(share > 0 && share < 1)) return share;
  return normalTail(normalQuantile(share) - shift);
}

/** No bet where there is nothing to win: a share that can fall no lower, or rise no higher. */
function bet(from: number, to: number, share: number, shifted: number): Bet[] {
  if (!(share > 0 && share < 1 && shifted > 0 && shifted < 1)) return [];
  return [{ from, to, inside: Math.log(shifted / share), outside: Math.log((1 - shifted) / (1 - share)) }];
}
