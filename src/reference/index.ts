/** The door of the reference room: what a version is compared against, from a data set to a file to profiles. */
export { alignReference, type Alignment } from './align-reference.js';
export { contentHash } from './content-hash.js';
export { buildReference, type BuildOptions, type BuildProgress } from './build-reference.js';
export { foldDataSet, type FoldOptions } from './fold-data-set.js';
export { withKnownGroundTruth } from './known-ground-truth.js';
export { type Reference } from './reference.js';
export { formatReference, isReferenceFile, loadReference, parseReference, saveReference } from './reference-file.js';
