/**
 * The build: three entries, ES modules with declarations, everything from `node_modules` left outside. `index` and `node`
 * are what a model service imports; `cli` is the collector and its verbs.
 */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { index: 'src/instrumentation/index.ts', node: 'src/instrumentation/node.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  // A package of ours never carries somebody else's code: what is imported is a dependency or a peer.
  deps: { skipNodeModulesBundle: true },
  dts: true,
  sourcemap: true,
  clean: true,
});
