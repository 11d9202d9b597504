import { describe, expect, it } from 'vitest';
import { operatorVerdict, type SeedNet } from '../../../bench/operator/report/verdict.ts';

const BUDGET_MSAT = 1_000_000n;

function nets(seed: number, sat: Readonly<Record<string, number>>): SeedNet[] {
  return Object.entries(sat).map(([arm, net]) => ({ seed, arm, netMsat: BigInt(net) * 1000n }));
}

const verdict = (...results: readonly SeedNet[][]) => operatorVerdict(results.flat(), BUDGET_MSAT);

describe('the verdict', () => {
  it('counts who ended highest on how many seeds, those that end alike each', () => {
    const { seeds, wins, totalsMsat, losses } = verdict(
      nets(1, { economic: 300, none: 200, other: 250 }),
      nets(2, { economic: 200, none: 200, other: 100 }),
    );
    expect(seeds).toBe(2);
    expect([...wins]).toEqual([
      ['economic', 2],
      ['none', 1],
      ['other', 0],
    ]);
    expect([...totalsMsat]).toEqual([
      ['economic', 500_000n],
      ['none', 400_000n],
      ['other', 350_000n],
    ]);
    expect(losses).toEqual([]);
  });

  it('is lost where another strategy ends higher on a seed that profits', () => {
    const { losses } = verdict(nets(7, { economic: 300, none: 200, other: 301 }));
    expect(losses).toEqual(['seed 7: other ended higher']);
  });

  it('is lost where rebalancing profits, and no rebalancing still ends higher than Ballast', () => {
    const { losses } = verdict(nets(3, { economic: 190, none: 200, other: 210 }));
    expect(losses).toEqual(['seed 3: other ended higher']);
  });

  it('allows up to the budget below no rebalancing where nothing profits', () => {
    expect(verdict(nets(1, { economic: 1000, none: 2000, other: 1500 })).losses).toEqual([]);
    expect(verdict(nets(1, { economic: 999, none: 2000, other: 500 })).losses).toEqual([
      'seed 1: 1001 sat below no rebalancing, more than the budget of 1000 sat',
    ]);
  });

  it('judges nothing that did not run', () => {
    expect(verdict(nets(1, { none: 2000, other: 500 })).losses).toEqual([]);
    expect(verdict(nets(1, { economic: 100, other: 500 })).losses).toEqual([
      'seed 1: other ended higher',
    ]);
  });
});
