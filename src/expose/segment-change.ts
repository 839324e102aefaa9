/**
 * Whether a part of the sample has drifted within the window: the earlier half of its rows against the later one. A segment
 * that nobody configured has no reference, and differs from the model's by nature; what it was before is what it can be held
 * against. Numbers by Kolmogorov and Smirnov's two-sample test, exact at these sizes; categories by χ², rare ones together.
 */
import { chiSquare, kolmogorovSmirnovTwoSample } from '../compare/index.js';
import type { KeptPrediction, KeptValue } from '../observe/index.js';
import type { DriftState } from '../registry/index.js';
import type { Row } from './weighted-rows.js';

/** Rows of a half below which nothing is said. */
const HALF_MIN = 20;
/** Of both halves together: rarer categories share a bin, or the χ² law does not hold. */
const CATEGORY_MIN = 10;

export interface Change {
  readonly state: Extract<DriftState, 'ready' | 'not_enough_data'>;
  readonly earlier: number;
  readonly later: number;
  readonly statistic?: 'ks' | 'chi_square';
  readonly value?: number;
  /** Chance of at least this with no drift. */
  readonly pValue?: number;
}

export function changeWithin(
  rows: readonly Row[],
  of: (row: KeptPrediction) => KeptValue | undefined,
  isNumeric: boolean,
): Change {
  const values = rows
    .map(({ row }) => row)
    .sort((a, b) => a.timeMs - b.timeMs)
    .map((row) => of(row) ?? null)
    .filter((value) => !isNumeric || typeof value === 'number');
  const half = Math.floor(values.length / 2);
  const [earlier, later] = [values.slice(0, half), values.slice(half)];
  const sizes = { earlier: earlier.length, later: later.length };
  if (half < HALF_MIN) return { state: 'not_enough_data', ...sizes };
  if (isNumeric) {
    const { statistic: value, p } = kolmogorovSmirnovTwoSample(later as number[], earlier as number[]);
    return { state: 'ready', ...sizes, statistic: 'ks', value, pValue: p };
  }
  const bins = binsOf(values);
  const { statistic: value, p } = chiSquare(counted(later, bins), counted(earlier, bins));
  return { state: 'ready', ...sizes, statistic: 'chi_square', value, pValue: p };
}

/** By category, its bin; 0 is for all that are rare. */
function binsOf(values: readonly KeptValue[]): Map<KeptValue, number> {
  const counts = new Map<KeptValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].filter(([, count]) => count >= CATEGORY_MIN);
  return new Map(frequent.map(([value], index) => [value, index + 1]));
}

function counted(values: readonly KeptValue[], bins: ReadonlyMap<KeptValue, number>): Float64Array {
  const counts = new Float64Array(bins.size + 1);
  for (const value of values) counts[bins.get(value) ?? 0]++;
  return counts;
}
