import { describe, expect, it } from 'vitest';
import { DecayedFlow } from '../../src/planner/decayed-flow.ts';
import { START_MS } from './htlc-stories.ts';

const DAY_MS = 86_400_000;
const amount = (msat: number, afterDays: number) => ({
  msat,
  feeMsat: msat / 100,
  atMs: START_MS + afterDays * DAY_MS,
});

describe('a sum that decays', () => {
  it('counts half of what is a half-life old', () => {
    const flow = new DecayedFlow(7 * DAY_MS);
    flow.add(amount(1000, 0));
    flow.add(amount(400, 7));
    const sums = flow.at(START_MS + 14 * DAY_MS);
    expect(sums.msat).toBeCloseTo(250 + 200, 9);
    expect(sums.squares).toBeCloseTo(1000 ** 2 / 4 + 400 ** 2 / 2, 6);
    expect(sums.feeMsat).toBeCloseTo(4.5, 9);
  });

  it('is the same in whatever order amounts come', () => {
    const amounts = [amount(1000, 3), amount(300, 1), amount(77, 9), amount(5, 2)];
    const [forth, back] = [amounts, amounts.toReversed()].map((list) => {
      const flow = new DecayedFlow(DAY_MS);
      for (const each of list) flow.add(each);
      return flow.at(START_MS + 10 * DAY_MS);
    });
    expect(forth!.msat).toBeCloseTo(back!.msat, 9);
    expect(forth!.squares).toBeCloseTo(back!.squares, 6);
  });

  it('goes on from where it stood', () => {
    const flow = new DecayedFlow(DAY_MS);
    flow.add(amount(1000, 0));
    const atMs = START_MS + DAY_MS;
    const again = new DecayedFlow(DAY_MS);
    again.add({ ...flow.at(atMs), atMs });
    // Of a sum, the squares of its single amounts.
    flow.add(amount(300, 2));
    again.add(amount(300, 2));
    expect(again.at(atMs + DAY_MS)).toEqual(flow.at(atMs + DAY_MS));
    expect(again.at(atMs + DAY_MS).msat).toBeCloseTo(550, 9);
  });

  it('is nothing at first, and does not grow where the clock goes back', () => {
    expect(new DecayedFlow(DAY_MS).at(START_MS)).toEqual({ msat: 0, squares: 0, feeMsat: 0 });
    const flow = new DecayedFlow(DAY_MS);
    flow.add(amount(1000, 5));
    expect(flow.at(START_MS).msat).toBe(1000);
  });
});
