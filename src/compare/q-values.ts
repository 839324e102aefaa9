/**
 * Benjamini-Hochberg q-values: over many tests at once (the features of one model), the least rate of false discoveries
 * at which this one would be among the discoveries. Alerting on q ≤ 0.05 lets at most 5% of alerts be false on average.
 * Source: Y. Benjamini and Y. Hochberg (1995); adjusted values as R's p.adjust(method = "BH").
 * Holds for independent and for positively dependent tests. Cost: O(n log n), allocates. Range: p to 1.
 */
import type { Counts } from './counts.js';

export function qValues(pValues: Counts): Float64Array {
  const count = pValues.length;
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Float64Array(count);
  let least = 1;
  for (let rank = count; rank >= 1; rank--) {
    const index = order[rank - 1];
    least = Math.min(least, (pValues[index] * count) / rank);
    adjusted[index] = least;
  }
  return adjusted;
}
