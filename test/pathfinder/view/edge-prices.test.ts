import { describe, expect, it } from 'vitest';
import type { DirectionPrices } from '../../../src/graph/direction-prices.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { pricingTerms } from '../../../src/pathfinder/pricing.ts';
import { type AmountView, buildAmountView } from '../../../src/pathfinder/view/amount-view.ts';
import { EdgePrices } from '../../../src/pathfinder/view/edge-prices.ts';
import type { SiblingPricing } from '../../../src/pathfinder/view/edge-terms.ts';
import { graphOf } from '../../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { movePrices, randomPrices } from '../moving-prices.ts';
import { REGIMES, randomCircle, STEEP } from '../random-circle.ts';

interface Setting {
  readonly snapshot: GraphSnapshot;
  readonly amountMsat: number;
  readonly siblings: SiblingPricing;
  readonly timeLockRiskPpb: number;
  readonly prices: DirectionPrices;
}

function viewOf({ snapshot, amountMsat, siblings, timeLockRiskPpb, prices }: Setting) {
  const pricing = pricingTerms(snapshot, {
    siblings,
    cost: { timeLockRiskPpb, reliability: prices },
  });
  const priceOf = pricing.priceOf(amountMsat);
  const limitMsat = 2 * amountMsat;
  const view = buildAmountView(snapshot, {
    amountMsat,
    limitMsat,
    siblings,
    priceOf,
    priced: true,
  });
  return { view, priceOf };
}

/** Moves prices step by step; after each step the view must be the one that would be made now. */
function follow(setting: Setting, steps: readonly number[], random: SeededRandom): AmountView {
  const { prices } = setting;
  const { view, priceOf } = viewOf(setting);
  const edges = new EdgePrices(view);
  for (const changes of steps) {
    const { version } = prices;
    movePrices(prices, changes, random);
    const changed = prices.changedSince(version);
    if (changed === 'all') throw new Error('the step is too long');
    for (const direction of changed) edges.move(direction, priceOf);
    const { snapshot, ...columns } = view;
    expect(columns).toEqual(columnsOf(viewOf(setting).view));
  }
  return view;
}

function columnsOf({ snapshot, ...columns }: AmountView): Omit<AmountView, 'snapshot'> {
  return columns;
}

const siblingsOf = (random: SeededRandom): SiblingPricing => random.pick(['any', 'named'] as const);

/** Three hubs with hundreds of leaves, each joined to two of them, of but a few different fees. */
function hubs(random: SeededRandom, discounts: boolean): GraphSnapshot {
  const sketches = Array.from({ length: 900 }, (_, i) => {
    const policy = () => ({
      feeBaseMsat: BigInt(random.pick([0, 0, 1, 1000])),
      feeRatePpm: random.pick([0, 1, 1, 100]),
      maxHtlcMsat: BigInt(random.pick([1_000_000, 2_000_000])),
      ...(discounts && random.chance(0.3)
        ? { inboundFeeRatePpm: -random.between(1, 500), inboundFeeBaseMsat: -1n }
        : {}),
    });
    const ends: [number, number] = [random.between(0, 2), 3 + (i >> 1)];
    return { id: 1 + i, ends, policy1: policy(), policy2: policy() };
  });
  return graphOf(sketches).snapshot();
}

describe('edges whose price moves', () => {
  it.each([...REGIMES, STEEP])('$name: leave a view as if it were made afresh', (regime) => {
    const seed = testSeed(71_000);
    let [discounts, edges] = [0, 0];
    for (let i = 0; i < 250; i++) {
      const random = new SeededRandom(seed + i);
      const circle = randomCircle(random, regime);
      const snapshot = circle.graph.snapshot();
      const setting = {
        snapshot,
        amountMsat: Number(circle.amountMsat),
        siblings: siblingsOf(random),
        timeLockRiskPpb: random.pick([0, 15, 100_000]),
        prices: randomPrices(snapshot, random),
      };
      const view = follow(setting, [1, 2, 10, 0, 1], random);
      edges += view.edgeCount;
      if (view.discounts) discounts++;
    }
    expect(edges).toBeGreaterThan(1000);
    expect(discounts > 0).toBe(regime.discount > 0);
  });

  it.each([
    ['without discounts', false],
    ['with discounts', true],
  ])('find their place among hundreds of others, %s', (_, discounts) => {
    const seed = testSeed(72_000);
    for (let i = 0; i < 8; i++) {
      const random = new SeededRandom(seed + i);
      const snapshot = hubs(random, discounts);
      const setting = {
        snapshot,
        amountMsat: 1_000_000,
        siblings: siblingsOf(random),
        timeLockRiskPpb: 0,
        prices: randomPrices(snapshot, random),
      };
      const view = follow(setting, [12, 12, 12, 1, 200, 12], random);
      expect(view.discounts).toBe(discounts);
      expect(view.edgeCount).toBeGreaterThan(1000);
    }
  });

  it('are left alone where the price is of a direction that no edge stands for', () => {
    const random = new SeededRandom(1);
    const snapshot = graphOf([
      { id: 1, ends: ['a', 'b'], policy1: { maxHtlcMsat: 10n }, policy2: { maxHtlcMsat: 10n } },
      { id: 2, ends: ['a', 'b'], policy1: { maxHtlcMsat: 20n }, policy2: { maxHtlcMsat: 20n } },
    ]).snapshot();
    const prices = randomPrices(snapshot, random);
    const setting = { snapshot, amountMsat: 5, timeLockRiskPpb: 0, prices };
    const { view, priceOf } = viewOf({ ...setting, siblings: 'any' });
    expect([...view.terms.direction].sort()).toEqual([2, 3]);
    const before = [...view.priceMsat];
    prices.set(0, 123_456);
    new EdgePrices(view).move(0, priceOf);
    expect([...view.priceMsat]).toEqual(before);
  });
});
