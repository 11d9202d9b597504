import { describe, expect, it } from 'vitest';
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { alternativeCircularRoutes } from '../../src/pathfinder/alternative-circular-routes.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { planCircularRoutes } from '../../src/pathfinder/plan-circular-routes.ts';
import { pricingTerms } from '../../src/pathfinder/pricing.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import { searcherFor } from '../../src/pathfinder/search-cache.ts';
import type { AmountView } from '../../src/pathfinder/view/amount-view.ts';
import { generateNetwork } from '../../src/sim/index.ts';
import { graphOf, nodeIdOf, policyOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { everyCircle, type Pricing } from './every-circle.ts';
import { levelSiblings, movePrices, randomPrices } from './moving-prices.ts';
import { type RandomCircle, REGIMES, randomCircle } from './random-circle.ts';

const GRAPHS = 120;
const FINAL_DELTA = 43;
const HEIGHT = 900_000;

/** As they are now, in an array that no search has seen. */
const frozen = (prices: DirectionPrices): Float64Array => Float64Array.from(prices.values);

function requestFor(
  circle: RandomCircle,
  { siblings, timeLockRiskPpb }: Pricing,
): Omit<CircularRouteRequest, 'cost'> & { timeLockRiskPpb: number } {
  const { self, amountMsat, outChannels, inChannels } = circle;
  return {
    self,
    amountMsat,
    siblings,
    timeLockRiskPpb,
    finalCltvDelta: FINAL_DELTA,
    blockHeight: HEIGHT,
    maxCltvBlocks: 100_000,
    ...(outChannels === undefined ? {} : { outChannels }),
    ...(inChannels === undefined ? {} : { inChannels }),
  };
}

describe('searches whose prices move', () => {
  it.each(REGIMES)('$name: find the best of all circles at each moment', (regime) => {
    const seed = testSeed(81_000);
    let [found, changed] = [0, 0];
    for (let i = 0; i < GRAPHS; i++) {
      const random = new SeededRandom(seed + i);
      const circle = randomCircle(random, regime);
      const snapshot = circle.graph.snapshot();
      const prices = randomPrices(snapshot, random);
      const siblings = random.pick(['any', 'named'] as const);
      const timeLockRiskPpb = random.pick([0, 100_000]);
      const pricing: Pricing = {
        ...{ siblings, timeLockRiskPpb },
        reliability: (direction) => prices.values[direction]!,
      };
      const { timeLockRiskPpb: risk, ...request } = requestFor(circle, pricing);
      const cost = { timeLockRiskPpb: risk, reliability: prices };
      let before: bigint | undefined;
      for (let round = 0; round < 5; round++) {
        if (round > 0) movePrices(prices, random.pick([1, 3, 12]), random);
        // One edge stands for all of a pair's channels, at the price of one of them.
        if (siblings === 'any') levelSiblings(prices, snapshot);
        const all = everyCircle(circle, { finalDelta: FINAL_DELTA, height: HEIGHT, pricing });
        const costs = all.map(({ costMsat }) => costMsat);
        const least = costs.length === 0 ? undefined : costs.reduce((a, b) => (a < b ? a : b));
        const result = findCircularRoute(snapshot, { ...request, cost });
        const fresh = { timeLockRiskPpb, reliability: frozen(prices) };
        expect(result, `graph ${seed + i}, round ${round}`).toEqual(
          findCircularRoute(snapshot, { ...request, cost: fresh }),
        );
        const costMsat = result.kind === 'route' ? BigInt(result.costMsat) : undefined;
        expect(costMsat, `graph ${seed + i}, round ${round}`).toBe(least);
        if (least !== undefined) found++;
        if (round > 0 && least !== before) changed++;
        before = least;
      }
    }
    expect(found).toBeGreaterThan(GRAPHS);
    expect(changed).toBeGreaterThan(GRAPHS / 2);
  });

  it('answer as on fresh views: one search after another, several amounts, plans and alternatives', () => {
    const seed = testSeed(82_000);
    let routes = 0;
    for (let i = 0; i < 4; i++) {
      const random = new SeededRandom(seed + i);
      const { snapshot, self } = network(seed + i);
      const prices = randomPrices(snapshot, random);
      for (let round = 0; round < 25; round++) {
        movePrices(prices, random.pick([1, 12, 12, 60]), random);
        // Large enough to matter beside fees, and on channels that are used.
        const amountMsat = random.pick([1_000_000n, 20_000_000n, 50_000_000n]);
        const siblings = random.pick(['any', 'named'] as const);
        const request = { self, amountMsat, siblings };
        const [moving, still] = [{ reliability: prices }, { reliability: frozen(prices) }];
        const result = findCircularRoute(snapshot, { ...request, cost: moving });
        expect(result).toEqual(findCircularRoute(snapshot, { ...request, cost: still }));
        if (result.kind === 'route') {
          routes++;
          for (const { channelId, from } of result.path.hops) {
            prices.set(snapshot.directionFrom(channelId, from)!, random.between(0, 200_000));
          }
        }
        if (round % 5 > 0) continue;
        const now = { reliability: frozen(prices) };
        const plan = { self, siblings, amountsMsat: [amountMsat, 5_000_000n], maxCircles: 20 };
        expect(planCircularRoutes(snapshot, { ...plan, cost: moving })).toEqual(
          planCircularRoutes(snapshot, { ...plan, cost: now }),
        );
        const several = { ...request, count: 3 };
        expect(alternativeCircularRoutes(snapshot, { ...several, cost: moving })).toEqual(
          alternativeCircularRoutes(snapshot, { ...several, cost: now }),
        );
      }
    }
    expect(routes).toBeGreaterThan(40);
  });

  it('go on in the same view after a few changes, and make another after many', () => {
    const { snapshot } = network(5);
    const prices = new DirectionPrices(2 * snapshot.channelSlots);
    const view = (): AmountView => viewFor(snapshot, prices);
    const first = view();
    for (let i = 0; i < 12; i++) prices.set(first.terms.direction[i]!, 7);
    expect(view()).toBe(first);
    expect(first.priceMsat.filter((price) => price === 7)).toHaveLength(12);
    for (let direction = 0; direction < prices.directions; direction++) prices.set(direction, 9);
    const second = view();
    expect(second).not.toBe(first);
    expect(second.priceMsat.every((price) => price === 9)).toBe(true);
    prices.set(second.terms.direction[0]!, 3);
    expect(view()).toBe(second);
  });

  it('keep apart what differs in anything but the prices of the moment', () => {
    const { snapshot } = network(6);
    const [one, other] = [1, 2].map(() => new DirectionPrices(2 * snapshot.channelSlots));
    const views = [
      viewFor(snapshot, one!),
      viewFor(snapshot, other!),
      viewFor(snapshot, one!, { amountMsat: 2_000_000 }),
      viewFor(snapshot, one!, { siblings: 'named' }),
    ];
    expect(new Set(views).size).toBe(4);
    one!.set(views[0]!.terms.direction[0]!, 5);
    expect(viewFor(snapshot, one!)).toBe(views[0]);
    expect(viewFor(snapshot, other!).priceMsat.some((price) => price > 0)).toBe(false);
    expect(viewFor(snapshot, one!, { siblings: 'named' }).priceMsat).toContain(5);
  });

  it('refuse prices that do not cover the snapshot', () => {
    const { snapshot, self } = network(6);
    const reliability = new DirectionPrices(2 * snapshot.channelSlots - 1);
    const request = { self, amountMsat: 1000n, cost: { reliability } };
    expect(() => findCircularRoute(snapshot, request)).toThrow(/reliability prices cover/);
  });
});

describe('views that are kept', () => {
  it('serve every search of a rebalance that has learnt a policy', () => {
    const { snapshot, self } = network(7);
    const prices = new DirectionPrices(2 * snapshot.channelSlots);
    const from = snapshot.nodeId(snapshot.from(0));
    const learnt = () => [
      { channelId: snapshot.channelId(0), from, policy: policyOf({ feeBaseMsat: 77n }) },
    ];
    const patched = snapshot.withPolicies(learnt());
    const view = viewFor(patched, prices);
    for (let i = 0; i < 3; i++) {
      const overlay = { policies: learnt() };
      findCircularRoute(snapshot, {
        ...{ self, amountMsat: 1_000_000n, overlay },
        cost: { timeLockRiskPpb: 0, reliability: prices },
      });
      expect(viewFor(snapshot.withPolicies(learnt()), prices)).toBe(view);
    }
    expect(viewFor(snapshot, prices)).not.toBe(view);
  });

  it('are at most 64 for a snapshot and those patched from it, the latest ones', () => {
    const snapshot = graphOf([
      { id: 1, ends: ['a', 'b'] },
      { id: 2, ends: ['a', 'b'] },
    ]).snapshot();
    const prices = new DirectionPrices(4);
    const from = nodeIdOf('a');
    const patched = snapshot.withPolicies([
      { channelId: snapshot.channelId(0), from, policy: policyOf() },
    ]);
    const [oldest, used] = [1, 2].map((amountMsat) => viewFor(patched, prices, { amountMsat }));
    for (let amountMsat = 3; amountMsat <= 64; amountMsat++) {
      viewFor(snapshot, prices, { amountMsat });
    }
    expect(viewFor(patched, prices, { amountMsat: 2 })).toBe(used);
    viewFor(snapshot, prices, { amountMsat: 65 });
    expect(viewFor(patched, prices, { amountMsat: 2 })).toBe(used);
    expect(viewFor(patched, prices, { amountMsat: 1 })).not.toBe(oldest);
  });

  it('are as many as fit into 96 MB', () => {
    const { snapshot } = wide();
    const prices = new DirectionPrices(2 * snapshot.channelSlots);
    const view = (amountMsat: number) => viewFor(snapshot, prices, { amountMsat });
    const first = view(1);
    const columns = Object.values({ ...first, ...first.terms, ...first.bounds });
    const bytes = columns.reduce<number>(
      (sum, column) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0),
      0,
    );
    const most = Math.floor(96e6 / bytes);
    expect(most).toBeLessThan(64);
    for (let amountMsat = 2; amountMsat <= most; amountMsat++) view(amountMsat);
    expect(view(1)).toBe(first);
    for (let amountMsat = 2; amountMsat <= most + 1; amountMsat++) view(amountMsat);
    expect(view(1)).not.toBe(first);
  });
});

/** A network, and its node of most channels. */
function network(seed: number) {
  const description = generateNetwork({ nodes: 150, seed }).description();
  const snapshot = NetworkGraph.fromDescription(description).graph.snapshot();
  const { offsets } = snapshot.adjacency;
  const degree = (node: number): number => offsets[node + 1]! - offsets[node]!;
  const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => node);
  const widest = nodes.reduce((most, node) => (degree(node) > degree(most) ? node : most));
  return { snapshot, self: snapshot.nodeId(widest) };
}

/** A ring of many nodes with two channels between neighbours: some 4 MB a view. */
function wide() {
  const count = 16_000;
  const sketches = Array.from({ length: 2 * count }, (_, i) => {
    const ends: [number, number] = [i % count, (i + 1) % count];
    return { id: 1 + i, ends };
  });
  return { snapshot: graphOf(sketches).snapshot() };
}

function viewFor(
  snapshot: GraphSnapshot,
  reliability: DirectionPrices,
  terms: { readonly amountMsat?: number; readonly siblings?: 'any' | 'named' } = {},
): AmountView {
  const { amountMsat = 1_000_000, siblings = 'any' } = terms;
  const cost = { timeLockRiskPpb: 0, reliability };
  const pricing = pricingTerms(snapshot, { siblings, cost });
  return searcherFor(snapshot, { amountMsat, maxFeeMsat: amountMsat, pricing }).view;
}
