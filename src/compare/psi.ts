/**
 * Population stability index, PSI (of a feature: CSI, the same formula): Σ (p − q) ln(p / q), the symmetric divergence
 * of Jeffreys (1946), in nats.
 * `psi` smooths: p = (n + ½) / (N + ½B), B the bins that either side occupies, so an empty bin gives a finite number
 * that shrinks as data come in. `psiRaw` does not; with a `floor` it puts that share in place of a zero one, as most
 * scorecards do (without making the shares add to 1 again).
 * Source: S. Kullback, Information Theory and Statistics (1959); smoothing after Krichevsky and Trofimov (1981).
 * Cost: O(bins), one logarithm each, no allocation. Range: 0 to ∞; `psi` at most about ln(2N + B).
 * Error: rounding only. With no drift, smoothed or not, about (1/n + 1/m) χ²(B − 1): see `critical-values.ts`.
 */
import { occupiedByEither, total, type Counts } from './counts.js';

export function psi(current: Counts, reference: Counts): number {
  return sumOfTerms(current, reference, undefined);
}

/** What each bin adds to `psi`: not negative, summing to it. */
export function psiContributions(current: Counts, reference: Counts): Float64Array {
  const terms = new Float64Array(current.length);
  sumOfTerms(current, reference, terms);
  return terms;
}

/**
 * @param floor share that stands for a zero one; absent or 0: a bin that only one side occupies makes the index ∞.
 */
export function psiRaw(current: Counts, reference: Counts, floor = 0): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    if (current[bin] === reference[bin] && current[bin] === 0) continue;
    const p = current[bin] === 0 ? floor : current[bin] / n;
    const q = reference[bin] === 0 ? floor : reference[bin] / m;
    if (p !== q) sum += (p - q) * Math.log(p / q);
  }
  return sum;
}

function sumOfTerms(current: Counts, reference: Counts, terms: Float64Array | undefined): number {
  const n = total(current);
  const m = total(reference);
  if (n === 0 || m === 0) return 0;
  const half = occupiedByEither(current, reference) / 2;
  const perCurrent = 1 / (n + half);
  const perReference = 1 / (m + half);
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) {
    if (current[bin] === 0 && reference[bin] === 0) continue;
    const p = (current[bin] + 0.5) * perCurrent;
    const q = (reference[bin] + 0.5) * perReference;
    const term = (p - q) * Math.log(p / q);
    if (terms !== undefined) terms[bin] = term;
    sum += term;
  }
  return sum;
}
