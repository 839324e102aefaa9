/**
 * Training-serving skew of one feature: the value that the model was served (online) beside the value that training would
 * have computed (offline) of the same prediction or entity. Two numbers agree where they differ by at most `tolerance` of
 * the larger one; categories where they are the same; a value that only one side has is a mismatch, and one that neither has
 * is no row. Drift of the marginals cannot see any of this: a permuted column has the same distribution.
 * Size of a difference: |x − y| / max(|x|, |y|), 0 to 2, over the mismatched rows whose values are numbers.
 * Cost: O(rows), and a sort of the differences. The share's interval is Wilson's.
 */
import { OUTCOME } from '../interpret/index.js';
import { type Estimate } from './performance/estimate.js';
import { wilson } from './performance/wilson.js';

/** One side's values, as outcome codes: a missing one, NaN and the empty text are `OUTCOME.none`. */
export interface SkewColumn {
  readonly kinds: Uint8Array;
  readonly values: Float64Array;
}

/** Row i of both sides is of the same prediction or entity. */
export interface SkewedFeature {
  readonly name: string;
  /** Relative difference up to which two of its numbers are the same. */
  readonly tolerance: number;
  readonly online: SkewColumn;
  readonly offline: SkewColumn;
  /** What the entity had offline before; absent: no row has any. */
  readonly previous?: SkewColumn;
}

export interface FeatureSkew {
  /** Rows in which at least one side has a value. */
  readonly rows: number;
  /** Undefined where there are no rows. */
  readonly mismatched: Estimate | undefined;
  /** Which rows they are. */
  readonly mismatches: Int32Array;
  /** Relative differences of the mismatched numbers, ascending. */
  readonly differences: Float64Array;
}

export function featureSkew({ online, offline, tolerance }: SkewedFeature): FeatureSkew {
  const mismatches = new Int32Array(online.kinds.length);
  const differences = new Float64Array(online.kinds.length);
  let [rows, mismatched, numbers] = [0, 0, 0];
  for (let row = 0; row < online.kinds.length; row++) {
    if (online.kinds[row] === OUTCOME.none && offline.kinds[row] === OUTCOME.none) continue;
    rows++;
    if (agrees(online, row, offline, row, tolerance)) continue;
    mismatches[mismatched++] = row;
    if (isNumber(online.kinds[row]) && isNumber(offline.kinds[row])) {
      differences[numbers++] = relativeDifference(online.values[row], offline.values[row]);
    }
  }
  return {
    rows,
    mismatched: rows === 0 ? undefined : wilson(mismatched, rows),
    mismatches: mismatches.slice(0, mismatched),
    differences: differences.slice(0, numbers).sort(),
  };
}

/** A flag may be a bool on one side and 0 or 1 on the other. */
export function isNumber(kind: number): boolean {
  return kind === OUTCOME.number || kind === OUTCOME.bool;
}

/** Whether a value of one column and one of another are the same; false where either is missing. */
export function agrees(a: SkewColumn, rowOfA: number, b: SkewColumn, rowOfB: number, tolerance: number): boolean {
  const [kindA, kindB] = [a.kinds[rowOfA], b.kinds[rowOfB]];
  if (kindA === OUTCOME.none || kindB === OUTCOME.none) return false;
  const [x, y] = [a.values[rowOfA], b.values[rowOfB]];
  if (isNumber(kindA) && isNumber(kindB)) return x === y || relativeDifference(x, y) <= tolerance;
  return kindA === kindB && x === y;
}

function relativeDifference(x: number, y: number): number {
  const scale = Math.max(Math.abs(x), Math.abs(y));
  // Of an infinity and anything else there is no more than all of it.
  return Number.isFinite(scale) ? Math.abs(x - y) / scale : 1;
}
