export { Correlator, type CorrelatorOptions, JoinedPair, type Registration } from './correlator.js';
