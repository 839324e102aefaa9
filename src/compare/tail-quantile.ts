/**
 * A far quantile of a simulated sample, and how far on average the values beyond it lie. Where the sample has 50 values beyond
 * the quantile, it is the empirical one. Further out, the top 5% are taken for exponential above their start: quantile =
 * start + mean excess · ln(0.05 / tail). The limits used here (χ², squares of distances) have such tails, a little lighter, so
 * the result errs to the high side by 1% to 2%.
 * Source: the peaks-over-threshold estimate with shape 0 (J. Pickands, 1975); C. A. R. Hoare, Algorithm 65: FIND (1961).
 * Cost: O(n), no sort. Error of the promised tail at 0.001 with 4,000 values: about ±35% (one standard deviation), half of what
 * the empirical quantile has.
 */
const TAIL_SHARE = 0.05;
const ENOUGH_BEYOND = 50;

export interface Tail {
  readonly quantile: number;
  /** Of the values beyond the quantile, or of the last 5% if that is more, over where they start. */
  readonly meanExcess: number;
}

/** Reorders `sample`. */
export function upperTail(sample: Float64Array, tail: number): Tail {
  const size = sample.length;
  const first = size - Math.max(1, Math.floor(Math.max(tail, TAIL_SHARE) * size));
  const start = select(sample, first, 0);
  let excess = 0;
  for (let index = first + 1; index < size; index++) excess += sample[index] - start;
  const meanExcess = excess / (size - first - 1 || 1);
  if (tail >= TAIL_SHARE) return { quantile: start, meanExcess };
  const isEmpirical = tail * size >= ENOUGH_BEYOND;
  const quantile = isEmpirical
    ? select(sample, size - Math.floor(tail * size), first)
    : start + meanExcess * Math.log(TAIL_SHARE / tail);
  return { quantile, meanExcess };
}

/** The value that would stand at `index` if `values` were sorted; those beyond it are at least as large then. */
function select(values: Float64Array, index: number, from: number): number {
  let low = from;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[index];
    let left = low;
    let right = high;
    do {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left <= right) {
        const kept = values[left];
        values[left++] = values[right];
        values[right--] = kept;
      }
    } while (left <= right);
    if (right < index) low = left;
    if (left > index) high = right;
  }
  return values[index];
}
