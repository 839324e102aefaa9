/**
 * F1: the harmonic mean of precision and recall, 2tp / (2tp + fp + fn).
 * Interval: F1 = 2J / (1 + J) with J = tp / (tp + fp + fn), a proportion of the predictions that are not true negatives;
 * Wilson's interval of J, carried over. To first order it is the delta method's, and unlike that it never leaves 0..1.
 * Source: K. Takahashi et al., Confidence interval for micro-averaged F1 and macro-averaged F1 scores (2022), for the delta method.
 * Cost: O(1). Range: 0 to 1. Absent when nothing is positive and nothing was predicted so.
 */
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export function f1({ tp, fp, fn }: Confusion): Estimate | undefined {
  if (!(tp + fp + fn > 0)) return undefined;
  const overlap = wilson(tp, tp + fp + fn);
  return { value: fromOverlap(overlap.value), lower: fromOverlap(overlap.lower), upper: fromOverlap(overlap.upper) };
}

function fromOverlap(overlap: number): number {
  return (2 * overlap) / (1 + overlap);
}
