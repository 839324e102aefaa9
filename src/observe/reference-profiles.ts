/** What a version is compared against: a frozen profile for each feature and output, and where they came from. */
import type { Output, ReferenceKind } from '../registry/index.js';
import type { Profile } from './profile.js';

export interface ReferenceProfiles {
  readonly kind: ReferenceKind;
  /** What the user calls it: a file's model and version, or the version it was taken from. */
  readonly name: string;
  /** Content hash, hexadecimal; empty for a reference that was not built from a file. */
  readonly hash: string;
  readonly features: ReadonlyMap<string, Profile>;
  readonly outputs: ReadonlyMap<Output, Profile>;
}
