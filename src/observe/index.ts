/** The door of the room: observations to profiles per window. */
export { FEATURE_CELL, FEATURE_CELLS, SCORE_BINS, VERSION_CELL, VERSION_CELLS } from './cells.js';
export { type CellHolder, CellSpace } from './cell-space.js';
export { coversCycle, cycleSchema, type Derived, derivedName, derivedOf } from './derived-features.js';
export { addHash, coversSketch, DISTINCT_ERROR, hashString, registersOf, SKETCH_CELLS } from './distinct-sketch.js';
export {
  binCount,
  BOOLEAN_CATEGORIES,
  type CategoricalSchema,
  CATEGORY_BINS_MAX,
  type FeatureSchema,
  isNumeric,
  numericSchema,
  type NumericSchema,
} from './feature-schema.js';
export {
  EMBEDDING_CELL,
  EMBEDDING_HEADER,
  embeddingCells,
  EmbeddingProfile,
  type Spread,
} from './embedding-profile.js';
export { DIMENSIONS_MAX, EmbeddingSlot } from './embedding-slot.js';
export { FeatureSlot, type SlotOptions } from './feature-slot.js';
export { foldTime } from './fold-derived.js';
export { BUCKETS_PER_OCTAVE, OCTAVES } from './log-buckets.js';
export { type Gathered, Observer, type ObserverOptions, type ObserverState } from './observer.js';
export { alignProfile } from './align-profile.js';
export { traitsOf } from './output-traits.js';
export type { PackedSpan } from './packed-span.js';
export { Profile, type ProfilePlace } from './profile.js';
export { ComponentFit } from './component-fit.js';
export { type Projection, PROJECTED_FEATURES_MAX, Projector, sameProjection } from './projection.js';
export { ProjectedErrors, ProjectionBuilder, type RowValues } from './projection-builder.js';
export { principalComponents } from './principal-components.js';
export type { KeptPrediction, KeptValue } from './kept-prediction.js';
export type { SampleHalf } from './recent-sample.js';
export type { ReferencePlan, ReferencePlans } from './reference-plan.js';
export { embeddingOf, type ProfileMaps, profileOf, type ReferenceProfiles } from './reference-profiles.js';
export type { RowFrequencies } from './row-frequencies.js';
export type { RowSample } from './row-sample.js';
export type { SkewGuidance, SkewOptions } from './skew.js';
export type { SkewPair, SkewWindow, SkewWindows } from './skew-windows.js';
export type { Segment, SegmentDefinition } from './segment-group.js';
export type { Introduction, KnownModel, Principal } from './version-directory.js';
export { measured, measureText } from './text-measure.js';
export { timeOfNumber, timeOfText } from './timestamp.js';
export { VersionObserver } from './version-observer.js';
export type { VersionSchemas, VersionState } from './version-state.js';
export { VolumeHistory } from './volume-history.js';
export { WindowView } from './window-view.js';
