/**
 * Unit, contract, golden and end-to-end tests. The interoperability suite needs Python and Go and has a file of its own
 * (`vitest.interop.config.ts`), and so has the cross-check with peers (`vitest-peers.config.ts`). No retries: a test that sometimes fails is a fault.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/peers/**'],
    setupFiles: ['test/setup/seed.ts'],
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    allowOnly: false,
    // Starting a real Prometheus and waiting for its rules takes seconds, on a busy machine tens of them.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reportsDirectory: 'coverage' },
  },
});
