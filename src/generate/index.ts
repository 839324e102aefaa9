/** The door of the generator: registry and configuration to rules, routes, dashboards and documentation. */
export type { GeneratedFile } from './generated-file.js';
export { checkGenerated, writeGenerated } from './generated-directory.js';
export { generate, GENERATORS, type GenerateKind } from './generators.js';
