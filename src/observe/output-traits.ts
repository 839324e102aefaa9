/** How outputs differ: some a prediction has itself, others are found out about it, and come when they come. */
import type { Output } from '../registry/index.js';

export interface OutputTraits {
  /** Every prediction that did not fail should have it: where one has not, it is absent. Else it is never absent. */
  readonly isExpected: boolean;
  /** Counted with the weight of its prediction; else each counts as one. */
  readonly isWeighted: boolean;
  /** Bins are made from its own first values, not from those of the first predictions. */
  readonly hasOwnPace: boolean;
}

const OF_PREDICTION: OutputTraits = { isExpected: true, isWeighted: true, hasOwnPace: false };

export const OUTPUT_TRAITS: Readonly<Record<Output, OutputTraits>> = {
  value: OF_PREDICTION,
  score: OF_PREDICTION,
  reconstruction_error: { isExpected: false, isWeighted: true, hasOwnPace: false },
  ground_truth: { isExpected: false, isWeighted: false, hasOwnPace: true },
};

/** @param isOutput false: features are as what a prediction has itself, but that a failed one has them too */
export function traitsOf(name: string, isOutput: boolean): OutputTraits {
  return isOutput ? OUTPUT_TRAITS[name as Output] : OF_PREDICTION;
}
