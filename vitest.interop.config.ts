/**
 * The interoperability suite: model services in Python and Go with OpenTelemetry's own SDKs, and a real OpenTelemetry
 * Collector in between. Its first run installs and compiles those, hence the long limits; one file at a time.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    setupFiles: ['test/setup/seed.ts'],
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    allowOnly: false,
    testTimeout: 300_000,
    hookTimeout: 1_200_000,
  },
});
