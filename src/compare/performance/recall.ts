/**
 * Recall (sensitivity, true-positive rate): of what is positive, the share that was predicted so, tp / (tp + fn), with
 * Wilson's interval. Cost: O(1). Range: 0 to 1. Absent when nothing is positive.
 */
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export function recall({ tp, fn }: Confusion): Estimate | undefined {
  return tp + fn > 0 ? wilson(tp, tp + fn) : undefined;
}
