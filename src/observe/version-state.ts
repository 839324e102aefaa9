/** What a version observer is made from, and what it is as plain data. */
import type { OutcomeCode } from '../interpret/index.js';
import type { Limit } from '../lib/limit.js';
import type { Task } from '../registry/index.js';
import type { FeatureSchema } from './feature-schema.js';
import type { HistogramState } from './histogram.js';
import type { LatencyHistogramState } from './latency-histogram.js';
import type { PaneRingsState } from './pane-rings.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import type { VersionSlotsState } from './version-slots.js';

/** How features and outputs are folded, without what they are compared with. */
export interface VersionSchemas {
  readonly features: readonly FeatureSchema[];
  readonly outputs: readonly FeatureSchema[];
}

/** An observer that what it has observed can be taken from. */
export interface Gatherer {
  readonly model: string;
  readonly version: string;
  take(): VersionState | undefined;
  adopt(schemas: VersionSchemas): void;
}

export interface VersionOptions {
  readonly model: string;
  readonly version: string;
  readonly windowsMs: readonly number[];
  readonly provisionalSize: number;
  readonly maxFeatures: number;
  readonly maxCategories: number;
  readonly maxCells: number;
  readonly featureLimit: Limit;
  readonly task?: Task;
  readonly positive?: OutcomeCode;
  readonly reference?: ReferenceProfiles;
  /** Called instead of making a reference when the first predictions have come: they are for another observer. */
  readonly onFirstPredictions?: (observer: Gatherer) => void;
}

/** A version as plain data. */
export interface VersionState extends VersionSlotsState {
  readonly model: string;
  readonly version: string;
  readonly reference: ReferenceProfiles | undefined;
  readonly task: Task | undefined;
  readonly rings: PaneRingsState;
  /** Latency, batch sizes, delay of ground truth. */
  readonly histograms: readonly [LatencyHistogramState, HistogramState, HistogramState];
  readonly predictionsByRole: readonly (readonly [string, number])[];
  readonly errorsByType: readonly (readonly [string, number])[];
  readonly droppedAttributes: number;
  readonly overflowObservations: number;
  readonly lastTimeMs: number;
  readonly sinceStart: number;
}
