/** The same work again and again, each time with one fault at another call to the node, or at another commit. */
import { expect, test } from 'vitest';
import { type ExactFault, NO_FAULTS } from './faults/fault-plan.ts';
import { type SimulationResult, simulate } from './simulate.ts';

const SEEDS = [37, 69, 205, 1002];

const withFault = (seed: number, exactly: ExactFault): Promise<SimulationResult> =>
  simulate({ seed, plan: { ...NO_FAULTS, exactly } });

const faultless = (seed: number): Promise<SimulationResult> => simulate({ seed, plan: NO_FAULTS });

test.each(SEEDS)('contact lost at every call of seed %i', async (seed) => {
  const { calls } = await faultless(seed);
  expect(calls).toBeGreaterThan(10);
  for (const fate of ['lost_before', 'lost_during', 'lost_after', 'late'] as const) {
    for (let number = 0; number < calls; number++) {
      const { violations } = await withFault(seed, { port: 'node', number, fate });
      expect(violations, `${fate} at call ${number} of seed ${seed}`).toEqual([]);
    }
  }
});

test.each(SEEDS)('a refusal of every commit of seed %i', async (seed) => {
  const { commits } = await faultless(seed);
  expect(commits).toBeGreaterThan(5);
  for (const fate of ['refused', 'refused_yet_written'] as const) {
    for (let number = 0; number < commits; number++) {
      const { violations } = await withFault(seed, { port: 'store', number, fate });
      expect(violations, `${fate} at commit ${number} of seed ${seed}`).toEqual([]);
    }
  }
});
