/** What a version is compared against besides the reference that its bins are frozen with. */
import type { ReferenceProfiles } from './reference-profiles.js';

interface Named {
  /** The `reference` label. */
  readonly name: string;
  /** What it is made from, in words. */
  readonly source: string;
  /** Whether drift against it is for alerts. */
  readonly alerts: boolean;
}

export type ReferencePlan = Named &
  (
    | { readonly kind: 'training'; readonly profiles: ReferenceProfiles }
    | { readonly kind: 'previous_version' }
    /** What came from `fromMs` up to before `toMs`. */
    | { readonly kind: 'range'; readonly fromMs: number; readonly toMs: number }
    /** What came in the time of this length before the window. */
    | { readonly kind: 'rolling'; readonly windowMs: number }
    /** What came at the time of the window one period ago. */
    | { readonly kind: 'seasonal'; readonly periodMs: number }
  );

/** All that a version is compared against. */
export interface ReferencePlans {
  /** The one that the bins are frozen with. */
  readonly primary: Pick<Named, 'name' | 'alerts'>;
  readonly others: readonly ReferencePlan[];
}
