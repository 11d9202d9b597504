/** The seeds of `npm test`; `npm run simulate:just-in-time` runs as many as are wanted. BALLAST_TEST_SEED starts elsewhere. */
import { expect, test } from 'vitest';
import { testSeed } from '../../seeded-random.ts';
import { HOLD_MS } from './chaos.ts';
import { runJustInTimeSeeds, tableOf } from './run-seeds.ts';

const SEEDS = 60;
/** Some twenty seconds on a machine of one's own. */
const MOST_MS = 900_000;

test(
  'no forward is answered twice or never, and what they cost stays within the cap',
  async () => {
    const startedNs = process.hrtime.bigint();
    const result = await runJustInTimeSeeds({ first: testSeed(1), count: SEEDS });
    const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
    process.stdout.write(`${tableOf(result, seconds)}\n`);
    expect(result.failures).toEqual([]);
    // All of it must occur often, or the test has tested nothing.
    const { offers, repeated, onChainOffers, held, saved, lost, attacks } = result.sums;
    expect(Math.min(...result.disturbances.values())).toBeGreaterThan(SEEDS);
    expect(Math.min(offers, repeated, onChainOffers, held, saved, attacks)).toBeGreaterThan(SEEDS);
    expect(lost).toBeGreaterThan(0);
    expect(result.longestMs).toBeLessThanOrEqual(HOLD_MS + 30);
  },
  MOST_MS,
);
