/**
 * A crash at every instruction that matters: the same work again and again, killed each time at another commit or call
 * to the node, before it takes effect or between that and its answer.
 */
import { expect, test } from 'vitest';
import { NO_FAULTS } from './faults/fault-plan.ts';
import { type SimulationResult, simulate } from './simulate.ts';

/** Small works that differ: one or several payments, probes with clean-up, stops; some fail and try again. */
const SEEDS = [37, 67, 69, 205, 1002];

const killedAt = (seed: number, skip: number): Promise<SimulationResult> =>
  simulate({ seed, plan: { ...NO_FAULTS, kills: [{ at: {}, skip }] } });

test.each(SEEDS)('seed %i', async (seed) => {
  const whole = await simulate({ seed, plan: NO_FAULTS });
  expect(whole.violations).toEqual([]);
  expect(whole.moments).toBeGreaterThan(10);
  for (let skip = 0; skip < whole.moments; skip++) {
    const { violations } = await killedAt(seed, skip);
    expect(violations, `seed ${seed}, killed at moment ${skip}`).toEqual([]);
  }
});

/** And killed once more while the next process recovers. */
test.each(SEEDS)('seed %i, twice', async (seed) => {
  const first = { at: { port: 'node', method: 'sendToRoute', phase: 'after' }, skip: 0 } as const;
  const once = await simulate({ seed, plan: { ...NO_FAULTS, kills: [first] } });
  expect(once.tally.of('process killed after a call to the node')).toBe(1);
  for (let skip = 0; skip < 25; skip++) {
    const kills = [first, { at: {}, skip }];
    const { violations } = await simulate({ seed, plan: { ...NO_FAULTS, kills } });
    expect(violations, `seed ${seed}, killed again at moment ${skip}`).toEqual([]);
  }
});
