/**
 * Balanced accuracy: the mean of recall and specificity. Chance is 0.5 whatever the classes' shares.
 * Interval: the two Wilson intervals combined by the method of variance estimates recovery (MOVER).
 * Source: G. Y. Zou and A. Donner, Construction of confidence limits about effect measures (2008).
 * Cost: O(1). Range: 0 to 1. Absent when either class is.
 */
import type { Confusion } from './confusion.js';
import type { Estimate } from './estimate.js';
import { recall } from './recall.js';
import { specificity } from './specificity.js';

export function balancedAccuracy(confusion: Confusion): Estimate | undefined {
  const positive = recall(confusion);
  const negative = specificity(confusion);
  if (positive === undefined || negative === undefined) return undefined;
  const value = (positive.value + negative.value) / 2;
  return {
    value,
    lower: value - Math.hypot(positive.value - positive.lower, negative.value - negative.lower) / 2,
    upper: value + Math.hypot(positive.upper - positive.value, negative.upper - negative.value) / 2,
  };
}
