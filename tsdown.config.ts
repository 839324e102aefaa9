/**
 * The build: four entries, ES modules with declarations, everything from `node_modules` left outside. `index` and `node`
 * are what a model service imports; `cli` is the collector and its verbs, `worker` a thread of it.
 */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/instrumentation/index.ts',
    node: 'src/instrumentation/node.ts',
    cli: 'src/cli/main.ts',
    worker: 'src/ingest/worker-thread.ts',
  },
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
