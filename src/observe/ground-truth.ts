/**
 * The ground truth of a joined pair, folded as an output of its prediction: in the pane of the prediction, and by its version.
 * It comes later than the prediction, or earlier; so it has bins of its own pace, and one that has not come is not missing
 * (coverage says how many have).
 */
import type { JoinedPair } from '../correlate/index.js';
import { VALUE } from '../decode/index.js';
import { OUTCOME } from '../interpret/index.js';
import type { CellHolder } from './cell-space.js';
import type { FeatureSlot } from './feature-slot.js';

/** By kind of outcome; one that is empty or NaN has none, and says nothing. */
const TYPES: Readonly<Record<number, number | undefined>> = {
  [OUTCOME.bool]: VALUE.bool,
  [OUTCOME.number]: VALUE.double,
  [OUTCOME.text]: VALUE.string,
};

/** Weighs one, as in performance: whether a pair joins has nothing to do with how its prediction was sampled. */
const WEIGHT = 1;

export function foldGroundTruth(slot: FeatureSlot, pane: CellHolder, pair: JoinedPair): void {
  const { actualKind, actual, text, predictionTimeMs } = pair;
  const type = TYPES[actualKind];
  // A class may have been let go of while it waited.
  if (type === undefined || (type === VALUE.string && text.start === text.end)) return;
  slot.add(pane, type, actual, text.view, text.start, text.end, WEIGHT, predictionTimeMs);
}
