/** The door of the room: ground truth joined to its prediction. */
export {
  Correlator,
  type CorrelatorOptions,
  type CorrelatorState,
  JoinedPair,
  type Registration,
  WaitingPrediction,
} from './correlator.js';
