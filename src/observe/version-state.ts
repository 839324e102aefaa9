/** What a version observer is made from, and what it is as plain data. */
import type { JoinedPair } from '../correlate/index.js';
import type { RecordDecoder } from '../decode/index.js';
import type { OutcomeCode, Prediction } from '../interpret/index.js';
import type { Limit } from '../lib/limit.js';
import type { FeatureKind, Task } from '../registry/index.js';
import type { EmbeddingSlotState } from './embedding-slot.js';
import type { EmbeddingDimensions } from './version-embeddings.js';
import type { FeatureSchema } from './feature-schema.js';
import type { FoldRuns } from './fold-runs.js';
import type { PaneRingsState } from './pane-rings.js';
import type { Reconstruction } from './projection.js';
import type { RecentSample, SampleHalf } from './recent-sample.js';
import type { ReconstructionState } from './reconstruction-fold.js';
import type { VersionReferencesOptions, VersionReferencesState } from './version-references.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import type { FeatureSlotState } from './slot-state.js';
import type { VersionSlotsState } from './version-slots.js';
import type { VersionTotalsState } from './version-totals.js';

/** How features and outputs are folded, without what they are compared with. */
export interface VersionSchemas {
  readonly features: readonly FeatureSchema[];
  /** Of predictions themselves. */
  readonly outputs: readonly FeatureSchema[];
  readonly embeddings: readonly EmbeddingDimensions[];
  /** Absent: its features are not looked at together. */
  readonly reconstruction?: Reconstruction;
}

/** An observer that what it has observed can be taken from. */
export interface Gatherer {
  readonly model: string;
  readonly version: string;
  take(): VersionState | undefined;
  adopt(schemas: VersionSchemas): void;
}

export interface MultivariateOptions {
  /** The share of the variance that the principal components of the first predictions keep. */
  readonly variance: number;
}

export interface VersionOptions {
  readonly model: string;
  readonly version: string;
  readonly windowsMs: readonly number[];
  readonly provisionalSize: number;
  readonly maxFeatures: number;
  /** Absent: none are looked at. */
  readonly maxEmbeddings?: number;
  readonly maxCategories: number;
  readonly maxCells: number;
  readonly featureLimit: Limit;
  /** Of features whose kind is not left to their first values. */
  readonly kinds?: ReadonlyMap<string, FeatureKind>;
  readonly task?: Task;
  readonly positive?: OutcomeCode;
  /** How features are looked at together; absent: they are not. */
  readonly multivariate?: MultivariateOptions;
  readonly reference?: ReferenceProfiles;
  /** What it is compared against besides; absent: nothing. */
  readonly references?: Omit<VersionReferencesOptions, 'profilesOf'>;
  /** Called instead of making a reference when the first predictions have come: they are for another observer. */
  readonly onFirstPredictions?: (observer: Gatherer) => void;
  /** Whether it is looked at how often the same inputs come. */
  readonly samplesRows?: boolean;
  /** Keeps some of what is observed. */
  readonly sample?: RecentSample;
}

/** A part of a version's predictions, as plain data. */
export interface SegmentState {
  /** Of its definition. */
  readonly name: string;
  readonly value: string;
  /** Of joined pairs whose value another thread knows: its hash, and `value` is empty. */
  readonly stranger?: number;
  readonly state: VersionState;
}

/** What a version's observer passes on to: its segments. */
export interface VersionParts {
  observe(prediction: Prediction, featureNames: readonly string[], decoder: RecordDecoder, runs: FoldRuns): void;
  mark(prediction: Prediction, marks: Int32Array, runs: FoldRuns): void;
  marksOf(prediction: Prediction, decoder: RecordDecoder): readonly Int32Array[];
  observeJoined(pair: JoinedPair): void;
  /** Brings them to the version's time and bins. No prediction may wait to be folded. */
  bringUp(): void;
  save(): readonly SegmentState[];
  restore(saved: readonly SegmentState[]): void;
  take(): readonly SegmentState[];
  absorb(taken: readonly SegmentState[]): void;
}

/** A version as plain data. */
export interface VersionState extends VersionSlotsState, VersionTotalsState {
  readonly model: string;
  readonly version: string;
  readonly reference: ReferenceProfiles | undefined;
  /** Absent: in state from before there were any. */
  readonly references?: VersionReferencesState;
  readonly task: Task | undefined;
  readonly rings: PaneRingsState;
  /** Absent: its features are not looked at together. */
  readonly reconstruction?: ReconstructionState;
  /** Absent in states from before there were any. */
  readonly embeddings?: readonly EmbeddingSlotState[];
  /** Absent: there are none, or the state was saved before there could be any. */
  readonly segments?: readonly SegmentState[];
  readonly sample?: readonly SampleHalf[];
}

/** For an observer that has references and schemas of its own. */
export function withoutReferences({ features, outputs, ...rest }: VersionState): VersionState {
  const bare = (slot: FeatureSlotState): FeatureSlotState => ({ ...slot, schema: undefined });
  return {
    ...rest,
    reference: undefined,
    references: undefined,
    features: features.map(bare),
    outputs: outputs.map(bare),
  };
}
