/** A feature's slot as plain data. */
import type { FeatureKind } from '../registry/index.js';
import type { FeatureSchema } from './feature-schema.js';
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
