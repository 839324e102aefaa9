/** The door of the room: ground truth joined to its prediction. */
export {
  Correlator,
  type CorrelatorCounts,
  type CorrelatorOptions,
  type CorrelatorState,
  type Registration,
} from './correlator.js';
export { type CorrelatorBounds, type CorrelatorMemory, sharedCorrelatorMemory } from './correlator-memory.js';
export { ArrivedGroundTruth, JoinedPair, type TextPlace, WaitingPrediction } from './joined-pair.js';
export { SkewJoiner, type SkewJoinerOptions, type SkewJoinerState } from './skew-joiner.js';
export { type SkewBounds, type SkewRow } from './skew-rows.js';
export { SkewSampling } from './skew-sampling.js';
