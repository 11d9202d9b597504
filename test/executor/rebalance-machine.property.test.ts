/** Whatever node, store and network do, and in whatever order: the rules about money hold, and the run ends. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { OUT, OUT_2, terms } from './circle-network.ts';
import { RandomWorld } from './random-world.ts';

test('random worlds', () => {
  const outcomes = new Map<string, number>();
  let kills = 0;
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => {
      const random = new SeededRandom(seed);
      const world = new RandomWorld(
        terms({
          outChannels: random.pick([[OUT], [OUT, OUT_2]]),
          minAmountMsat: random.pick([1_000_000_000n, 200_000_000n]),
          maxFeePpm: random.pick([90, 150, 1000]),
          maxAttempts: random.pick([1, 3, 12]),
          maxCltvBlocks: random.pick([90, 150, 2016]),
          arrival: random.pick(['report', 'strict'] as const),
        }),
        random,
      );
      world.run();
      kills += world.kills;
      const kind = world.machine.report!.outcome.kind;
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    }),
    { seed: testSeed(20260203), numRuns: 3000 },
  );
  // The worlds are of no use if they do not reach the ends that matter.
  const reached = [...outcomes.keys()];
  for (const kind of ['settled', 'in_flight', 'aborted', 'deadline', 'refused', 'node_error']) {
    expect(reached).toContain(kind);
  }
  for (const kind of [
    'no_route',
    'fee_limit',
    'attempts_exhausted',
    'store_error',
    'unsteerable',
    'interrupted',
  ]) {
    expect(reached).toContain(kind);
  }
  expect(reached).not.toContain('internal_error');
  expect(kills).toBeGreaterThan(300);
});
