import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // The machine may be shared and slow; no test may fail because the clock was.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

export default config;
