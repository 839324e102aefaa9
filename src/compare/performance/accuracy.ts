/**
 * Accuracy: the share of predictions that were right, (tp + tn) / n, with Wilson's interval. With 99% negatives, always
 * saying no has 0.99: read it beside recall. Cost: O(1). Range: 0 to 1. Absent without observations.
 */
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { wilson } from './wilson.js';

export function accuracy({ tp, fp, tn, fn }: Confusion): Estimate | undefined {
  const observations = tp + fp + tn + fn;
  return observations > 0 ? wilson(tp + tn, observations) : undefined;
}
