import { describe, expect, it } from 'vitest';
import { alternativeCircularRoutes } from '../../src/pathfinder/alternative-circular-routes.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { quotePath } from '../../src/pathfinder/quote-path.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { REGIMES, randomCircle } from './random-circle.ts';

const id = (value: number): ChannelId => String(value) as ChannelId;

/** From a to b there are three ways: a channel of 10 ppm, over c for 30 ppm, over d for 300 ppm. */
const threeWays = graphOf([
  { id: 1, ends: ['self', 'a'] },
  { id: 2, ends: ['self', 'b'] },
  { id: 3, ends: ['a', 'b'], policy1: { feeRatePpm: 10 } },
  { id: 4, ends: ['a', 'c'], policy1: { feeRatePpm: 20 } },
  { id: 5, ends: ['c', 'b'], policy1: { feeRatePpm: 10 } },
  { id: 6, ends: ['a', 'd'], policy1: { feeRatePpm: 200 } },
  { id: 7, ends: ['d', 'b'], policy1: { feeRatePpm: 100 } },
]).snapshot();
const request = {
  self: nodeIdOf('self'),
  amountMsat: 100_000_000n,
  outChannels: [id(1)],
  inChannels: [id(2)],
  cost: { timeLockRiskPpb: 0 },
};
const waysOf = (count: number): number[][] => {
  const result = alternativeCircularRoutes(threeWays, { ...request, count });
  if (result.kind === 'no_route') throw new Error(result.message);
  return result.routes.map(({ path }) => path.hops.map(({ channelId }) => Number(channelId)));
};

describe('alternatives', () => {
  it('begin with the best and leave its channels one after another', () => {
    expect(waysOf(1)).toEqual([[1, 3, 2]]);
    expect(waysOf(2)).toEqual([
      [1, 3, 2],
      [1, 4, 5, 2],
    ]);
    const all = [
      [1, 3, 2],
      [1, 4, 5, 2],
      [1, 6, 7, 2],
    ];
    expect(waysOf(3)).toEqual(all);
    expect(waysOf(9)).toEqual(all);
  });

  it('cost what they would cost alone, are different, and keep the limits', () => {
    const seed = testSeed(808_000);
    let several = 0;
    for (let i = 0; i < 300; i++) {
      const random = new SeededRandom(seed + i);
      const { graph, ...terms } = randomCircle(random, REGIMES[i % REGIMES.length]!);
      const { self, amountMsat, outChannels, inChannels } = terms;
      const asked = {
        self,
        amountMsat,
        ...(outChannels === undefined ? {} : { outChannels }),
        ...(inChannels === undefined ? {} : { inChannels }),
        maxFeePpm: 200_000,
        cost: { timeLockRiskPpb: 0 },
      };
      const snapshot = graph.snapshot();
      const result = alternativeCircularRoutes(snapshot, { ...asked, count: 4 });
      const best = findCircularRoute(snapshot, asked);
      expect(result.kind === 'routes', `graph ${seed + i}`).toBe(best.kind === 'route');
      if (result.kind === 'no_route' || best.kind === 'no_route') continue;
      expect(result.routes[0]).toEqual(best);
      for (const { path, quote, costMsat } of result.routes) {
        expect(quotePath(path)).toEqual(quote);
        expect(BigInt(costMsat), `graph ${seed + i}`).toBe(quote.feeMsat);
        expect(quote.feePpm).toBeLessThanOrEqual(200_000);
        expect(costMsat).toBeGreaterThanOrEqual(best.costMsat);
      }
      const names = result.routes.map(({ path }) => path.hops.map((hop) => hop.channelId).join());
      expect(new Set(names).size).toBe(names.length);
      if (names.length > 1) several++;
    }
    expect(several).toBeGreaterThan(30);
  });

  it('explain why there is none, and refuse what makes no sense', () => {
    const ask = (fields: object) =>
      alternativeCircularRoutes(threeWays, { ...request, count: 2, ...fields });
    const none = ask({ maxFeeMsat: 1n });
    expect(none.kind === 'no_route' && none.reason.code).toBe('fee_limit');
    expect(() => ask({ count: 0 })).toThrow(/count must be a positive whole number/);
    expect(() => ask({ penaltyPpm: 0 })).toThrow(/penaltyPpm must be above 0/);
  });
});
