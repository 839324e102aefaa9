/** Content hashes of references. One that was built from no file has its own taken once: what it says does not change. */
import type { ReferenceProfiles } from '../observe/index.js';
import { contentHash } from '../reference/index.js';

const taken = new WeakMap<ReferenceProfiles, string>();

export async function hashOf(profiles: ReferenceProfiles, pause: () => Promise<void>): Promise<string> {
  if (profiles.hash !== '') return profiles.hash;
  let hash = taken.get(profiles);
  if (hash === undefined) {
    hash = await contentHash(profiles, pause);
    taken.set(profiles, hash);
  }
  return hash;
}
