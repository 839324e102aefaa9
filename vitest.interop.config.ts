/**
 * The interoperability suite: model services in Python and Go with OpenTelemetry's own SDKs, and a real OpenTelemetry
 * Collector in between. Its first run installs and compiles those, hence the long limits; one file at a time.
 *
 * The Collector is compiled from its Go modules: without Go its tests are left out here, where they are gathered, and
 * the run says so.
 */
import { defineConfig } from 'vitest/config';
import { findCommand } from './scripts/test-tools.mjs';

const hasGo = findCommand(['go']) !== undefined;
if (!hasGo) console.warn('interop: the OpenTelemetry Collector is left out, go is not on the PATH');

export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    exclude: hasGo ? [] : ['test/interop/collector.test.ts'],
    setupFiles: ['test/setup/seed.ts'],
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    allowOnly: false,
    testTimeout: 300_000,
    hookTimeout: 1_200_000,
  },
});
