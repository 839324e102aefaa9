/**
 * Precision: of what was predicted positive, the share that was, tp / (tp + fp), with Wilson's interval.
 * Cost: O(1). Range: 0 to 1. Absent when nothing was predicted positive.
 */
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export function precision({ tp, fp }: Confusion): Estimate | undefined {
  return tp + fp > 0 ? wilson(tp, tp + fp) : undefined;
}
