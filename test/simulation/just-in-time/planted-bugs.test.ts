/** The witness sees what it is there for: each promise is broken on purpose, and one of the seeds says so. */
import { expect, test } from 'vitest';
import type { PlantedBug } from './planted.ts';
import { simulateJustInTime } from './simulate.ts';

const SEEDS = 20;
const MOST_MS = 900_000;

test.each<[PlantedBug, RegExp]>([
  ['answers twice', /answered twice/],
  ['never answers after a cut', /had no answer after/],
  ['answers the chain', /offered from the chain/],
  ['ignores the cap', /rebalances cost \d+ msat, and \d+ were allowed/],
])(
  '%s: caught',
  async (bug, accusation) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violations } = await simulateJustInTime({ seed, bug });
      if (!violations.some((violation) => accusation.test(violation))) continue;
      // The same seed without the bug breaks no promise.
      expect((await simulateJustInTime({ seed })).violations).toEqual([]);
      return;
    }
    expect.fail(`no seed up to ${SEEDS} shows it`);
  },
  MOST_MS,
);
