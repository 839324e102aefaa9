/** The cross-check against statistics of others. Its first run installs them, hence the long limit; it needs Python. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/peers/*.test.ts'],
    setupFiles: ['test/setup/seed.ts'],
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    allowOnly: false,
    testTimeout: 60_000,
    hookTimeout: 1_200_000,
  },
});
