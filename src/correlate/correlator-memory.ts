/** The memory that the correlators of several threads stand on together: zeros at first, laid out by its users. */
import { ClassTexts } from './class-texts.js';
import { IdentityRing } from './identity-ring.js';
import { VersionList } from './version-list.js';

export interface CorrelatorBounds {
  readonly maxPredictions: number;
  readonly maxEarlyGroundTruths: number;
  readonly maxVersions: number;
  /** Names of the kinds of segments that predictions are marked with. */
  readonly segments?: readonly string[];
}

export interface CorrelatorMemory {
  readonly lock: ArrayBufferLike;
  readonly predictions: ArrayBufferLike;
  readonly early: ArrayBufferLike;
  readonly settled: ArrayBufferLike;
  readonly classes: ArrayBufferLike;
  readonly versions: ArrayBufferLike;
}

export function sharedCorrelatorMemory(bounds: CorrelatorBounds): CorrelatorMemory {
  const { maxPredictions, maxEarlyGroundTruths, maxVersions, segments = [] } = bounds;
  return {
    lock: new SharedArrayBuffer(4),
    predictions: new SharedArrayBuffer(IdentityRing.bytesFor(maxPredictions, segments.length)),
    early: new SharedArrayBuffer(IdentityRing.bytesFor(maxEarlyGroundTruths)),
    settled: new SharedArrayBuffer(IdentityRing.bytesFor(maxEarlyGroundTruths)),
    classes: new SharedArrayBuffer(ClassTexts.bytesFor()),
    versions: new SharedArrayBuffer(VersionList.bytesFor(maxVersions)),
  };
}
