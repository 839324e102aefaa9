/**
 * Specificity (true-negative rate): of what is negative, the share that was predicted so, tn / (tn + fp), with Wilson's
 * interval. Cost: O(1). Range: 0 to 1. Absent when nothing is negative.
 */
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export function specificity({ tn, fp }: Confusion): Estimate | undefined {
  return tn + fp > 0 ? wilson(tn, tn + fp) : undefined;
}
