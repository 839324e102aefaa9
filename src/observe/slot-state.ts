/** What a feature's slot is made with, and what it is as plain data. */
import type { FeatureKind } from '../registry/index.js';
import type { Derived } from './derived-features.js';
import type { FeatureSchema } from './feature-schema.js';
import type { FeatureSlot } from './feature-slot.js';
import type { ProvisionalBufferState } from './provisional-buffer.js';

/** How it arrives; what comes only as histograms, or is computed here, is never absent from a prediction. */
export type ComesBy = 'predictions' | 'histograms' | 'projection' | undefined;

/** A slot as plain data. */
export interface FeatureSlotState {
  readonly name: string;
  readonly offset: number;
  readonly binsOffset: number;
  readonly kind: FeatureKind | undefined;
  readonly schema: FeatureSchema | undefined;
  readonly pages: Int32Array;
  readonly shift: number;
  readonly buffer: ProvisionalBufferState | undefined;
  readonly categories: readonly string[] | undefined;
  readonly comesBy?: ComesBy;
  readonly distinctOffset?: number;
  readonly of?: string;
}

export interface SlotOptions {
  /** Categories with a bin of their own where the first values make the bins. */
  readonly maxCategories: number;
  /** Values to keep until the provisional reference is made; 0: the feature stays without bins. */
  readonly provisionalSize: number;
  /** Gives the slot of what is derived from a feature; undefined: there is no room for it. Absent: nothing is derived. */
  readonly derive?: (base: string, derived: Derived) => FeatureSlot | undefined;
}
