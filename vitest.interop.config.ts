import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import { TallyReporter } from './test/interop/tally-reporter.ts';
import config from './vitest.config.ts';

/** The interop suites at their full size, and their figures added up. */
const interop: ViteUserConfig = mergeConfig(config, {
  test: {
    reporters: ['default', new TallyReporter()],
    env: { BALLAST_INTEROP: 'full' },
    testTimeout: 1_200_000,
  },
});
interop.test!.include = ['test/interop/**/*.test.ts'];

export default interop;
