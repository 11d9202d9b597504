import { describe, expect, it } from 'vitest';
import { usableMsat } from '../../../../bench/frontier/world/balance-history.ts';
import { drawnBalances, uniformShare } from '../../../../bench/frontier/world/drawn-balances.ts';
import { World } from '../../../../bench/frontier/world/world.ts';
import { SeededRandom } from '../../../../src/sim/random.ts';
import { testSeed } from '../../../seeded-random.ts';
import { handMadeRecipe, type RecipeParts } from './hand-made-recipe.ts';

const STEPS = 500;

/** Ten channels between eleven nodes in a row, of 1,000,000 sat each. */
function recipe(more: Partial<RecipeParts> = {}) {
  const channels = Array.from({ length: 10 }, (_, i) => ({
    id: 100 + i,
    ends: [i + 1, i + 2] as const,
    capacitySat: 1_000_000n,
  }));
  return handMadeRecipe({ channels, ...more });
}

describe('a world', () => {
  it('keeps what the two sides of a channel can send in sum, whatever happens', () => {
    const random = new SeededRandom(testSeed(4));
    const usable = usableMsat(new Float64Array(10).fill(1_000_000));
    expect([...new Set(usable)]).toEqual([980_000_000]);
    const balances = drawnBalances({
      usableMsat: usable,
      draw: uniformShare,
      steps: STEPS,
      random,
    });
    expect(balances.eventStep.length).toBeGreaterThan(3);
    const world = new World({ ...recipe(), balances });
    let moved = 0;
    for (let step = 0; step < STEPS; step++) {
      world.advanceTo(step);
      const direction = random.below(20);
      const amount = random.below(300_000_000);
      if (world.sendableMsat(direction) >= amount) {
        const before = world.sendableMsat(direction);
        world.move(direction, amount);
        expect(world.sendableMsat(direction)).toBe(before - amount);
        moved++;
      }
      for (let slot = 0; slot < 10; slot++) {
        const [forth, back] = [world.sendableMsat(2 * slot), world.sendableMsat(2 * slot + 1)];
        expect(forth).toBeGreaterThanOrEqual(0);
        expect(back).toBeGreaterThanOrEqual(0);
        expect(forth + back).toBe(980_000_000);
      }
    }
    expect(moved).toBeGreaterThan(100);
  });

  it('lets no payment pass that is not there', () => {
    const world = new World(recipe({ shares: new Map([[0, 5000]]) }));
    expect(() => world.move(0, 5001)).toThrow('direction 0 lacks 1 msat');
    world.move(0, 5000);
    expect(world.sendableMsat(0)).toBe(0);
    expect(world.sendableMsat(1)).toBe(980_000_000);
  });

  it('takes payments back without taking back what happened by itself', () => {
    const world = new World(
      recipe({
        shares: new Map([[0, 400_000_000]]),
        events: [{ step: 2, slot: 0, shareMsat: 300_000_000, renews: false }],
      }),
    );
    world.move(0, 100_000_000);
    world.advanceTo(2);
    // 100,000,000 fewer than by itself.
    expect(world.sendableMsat(0)).toBe(200_000_000);
    world.forgetPayments();
    expect(world.sendableMsat(0)).toBe(300_000_000);
  });

  it('forgets payments over a channel that is filled anew, and never exceeds a channel', () => {
    const event = { step: 1, slot: 0, shareMsat: 50_000_000 };
    const before = new Map([[0, 400_000_000]]);
    const drifting = new World(recipe({ shares: before, events: [{ ...event, renews: false }] }));
    const renewing = new World(recipe({ shares: before, events: [{ ...event, renews: true }] }));
    for (const world of [drifting, renewing]) {
      world.move(0, 100_000_000);
      world.advanceTo(1);
    }
    expect(drifting.sendableMsat(0)).toBe(0);
    expect(renewing.sendableMsat(0)).toBe(50_000_000);
  });

  it('does not go back in time', () => {
    const world = new World(recipe());
    world.advanceTo(3);
    expect(() => world.advanceTo(2)).toThrow('step 2 is past');
  });

  it('is the same for every arm that it is made for', () => {
    const shared = recipe();
    const first = new World(shared);
    first.advanceTo(5);
    first.move(0, 1000);
    const second = new World(shared);
    second.advanceTo(5);
    expect(second.sendableMsat(0)).toBe(first.sendableMsat(0) + 1000);
  });
});
