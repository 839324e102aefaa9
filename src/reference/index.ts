/** The door of the room: the profile compared against. */
export { buildReference, type BuildOptions, type BuildResult, foldDataSet } from './reference-builder.js';
export { loadReference, type Reference, type ReferenceContent, saveReference } from './reference-file.js';
