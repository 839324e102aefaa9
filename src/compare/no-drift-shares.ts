/**
 * The shares that a bootstrap draws from: what the reference says of the distribution it came from, with the two things
 * that plain shares get wrong. (1) A bin that the reference never saw is not impossible: together the empty bins get as
 * many observations as there are bins with a single one (Good and Turing), at least one, at most one each. (2) Shares
 * that cannot be told from equal ones (χ² at most twice its degrees of freedom) are taken as equal; else the reference's
 * own noise would count as structure, and JS over 100 equal bins of a reference of 1,000 would alarm at twice its rate.
 * It also gives a signature: references alike to about 5% share one, and so one bootstrap. Numeric features binned by
 * deciles nearly all do.
 * Source: I. J. Good, The population frequencies of species (1953). Cost: O(bins log bins), allocates; once a reference.
 * Error: bins with 1 to 20 reference observations keep their noise: with 100 Zipf categories and a reference of 1,000 the
 * real false-alarm rate of PSI, JS and total variation is up to twice the promised one. A larger reference is the cure.
 */
import { occupied, total, type Counts } from './counts.js';

/** Counts below `exactBelow` stand for themselves; larger ones for their place on a grid of this ratio. */
interface CountGrid {
  readonly name: string;
  readonly exactBelow: number;
  readonly step: number;
}
const FINE: CountGrid = { name: '', exactBelow: 32, step: Math.log(1.05) };
/** Half octaves; and bins filled this well have the same limit whatever their shares, so they are taken as equal. */
const WELL_FILLED = 50;
const COARSE: CountGrid = { name: 'brief ', exactBelow: 4, step: Math.log(2) / 2 };
/** Σ 1 / expected count, over √(bins − 1), up to which limits are those of many observations: 42 expected in each of 3 equal bins, 75 in 13, 200 in 100. */
const SPARSENESS_MAX = 0.05;

export interface NoDriftShares {
  /** Adds to 1, in descending order: statistics that ignore the bins' order take it so. */
  readonly shares: Float64Array;
  readonly referenceObservations: number;
  /** The number of reference observations that a signature stands for. */
  readonly simulatedObservations: number;
  readonly occupiedBins: number;
  readonly emptyBins: number;
  /** Number of observations on both sides from which every bin is well filled; ∞ where some are empty. */
  readonly wellFilledFrom: number;
  readonly signature: string;
}

/** @param isBrief for a reference that is soon replaced: it shares the bootstrap of references alike to about 20% */
export function noDriftShares(reference: Counts, isBrief = false): NoDriftShares {
  const counts = isBrief ? COARSE : FINE;
  const observations = total(reference);
  const occupiedBins = occupied(reference);
  const emptyBins = reference.length - occupiedBins;
  const grid = Float64Array.from(reference, (count) => toGrid(count, counts))
    .sort()
    .reverse();
  if (looksEqual(reference, observations, occupiedBins))
    grid.fill(toGrid(observations / occupiedBins, counts), 0, occupiedBins);
  else if (isBrief) {
    const filled = Array.from(reference).filter((count) => count >= WELL_FILLED);
    grid.fill(toGrid(filled.reduce((sum, count) => sum + count, 0) / filled.length, counts), 0, filled.length);
  }

  const shares = Float64Array.from(grid, (place) => fromGrid(place, counts));
  let singles = 0;
  for (let bin = 0; bin < occupiedBins; bin++) if (shares[bin] === 1) singles++;
  const unseen = Math.min(emptyBins, Math.max(1, singles));
  shares.fill(unseen / emptyBins, occupiedBins);
  const sum = total(shares);
  for (let bin = 0; bin < shares.length; bin++) shares[bin] /= sum;

  return {
    shares,
    referenceObservations: observations,
    simulatedObservations: Math.round(fromGrid(toGrid(observations, counts), counts)),
    occupiedBins,
    emptyBins,
    wellFilledFrom: emptyBins > 0 ? Infinity : sparseness(shares) / SPARSENESS_MAX,
    signature: `${counts.name}${toGrid(observations, counts)}:${grid.join()}`,
  };
}

/** At one observation; n times less at n. */
function sparseness(shares: Float64Array): number {
  let sum = 0;
  for (const share of shares) sum += 1 / share;
  return sum / Math.sqrt(Math.max(1, shares.length - 1));
}

function toGrid(count: number, { exactBelow, step }: CountGrid): number {
  if (count <= 0) return 0;
  return count < exactBelow
    ? Math.max(1, Math.round(count))
    : exactBelow + Math.round(Math.log(count / exactBelow) / step);
}

function fromGrid(place: number, { exactBelow, step }: CountGrid): number {
  return place < exactBelow ? place : exactBelow * Math.exp((place - exactBelow) * step);
}

function looksEqual(reference: Counts, observations: number, bins: number): boolean {
  const expected = observations / bins;
  let chiSquare = 0;
  for (let bin = 0; bin < reference.length; bin++) {
    if (reference[bin] > 0) chiSquare += (reference[bin] - expected) ** 2 / expected;
  }
  return chiSquare <= 2 * (bins - 1);
}
