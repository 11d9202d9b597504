import { describe, expect, it } from 'vitest';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { planCircularRoutes } from '../../src/pathfinder/plan-circular-routes.ts';
import type { CircularMove, CircularPlanRequest } from '../../src/pathfinder/plan-request.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { type RandomCircle, REGIMES, randomCircle } from './random-circle.ts';

const GRAPHS = 150;
const LIMITS = { maxFeePpm: 200_000, maxCltvBlocks: 2016 };

const ownChannels = ({ graph, self }: RandomCircle): ChannelId[] => {
  const snapshot = graph.snapshot();
  const { offsets, outgoing } = snapshot.adjacency;
  const node = snapshot.nodeIndex(self)!;
  return [...outgoing.subarray(offsets[node]!, offsets[node + 1]!)].map((direction) =>
    snapshot.channelId(direction >> 1),
  );
};

/** An arbitrary worth, different for every move. */
const gainMsat = ({ outChannel, inChannel, amountMsat }: CircularMove): number =>
  Math.floor(
    (Number(amountMsat) * ((Number(outChannel) * 37 + Number(inChannel) * 11) % 97)) / 5e3,
  );

/** What the plan must come to: every move searched by itself. */
function searchedOneByOne(circle: RandomCircle, amountsMsat: readonly bigint[]) {
  const own = ownChannels(circle);
  const may = (list: readonly ChannelId[] | undefined, channel: ChannelId): boolean =>
    list === undefined || list.includes(channel);
  return amountsMsat
    .flatMap((amountMsat) =>
      own.flatMap((outChannel) => own.map((inChannel) => ({ outChannel, inChannel, amountMsat }))),
    )
    .filter(({ outChannel, inChannel }) => outChannel !== inChannel)
    .filter((move) => may(circle.outChannels, move.outChannel))
    .filter((move) => may(circle.inChannels, move.inChannel))
    .flatMap((move) => {
      const result = findCircularRoute(circle.graph.snapshot(), {
        self: circle.self,
        amountMsat: move.amountMsat,
        outChannels: [move.outChannel],
        inChannels: [move.inChannel],
        ...LIMITS,
      });
      return result.kind === 'route'
        ? [{ ...move, netMsat: gainMsat(move) - result.costMsat }]
        : [];
    })
    .sort((a, b) => b.netMsat - a.netMsat);
}

describe('a plan for a whole node', () => {
  it.each(REGIMES)('ranks all moves as searching each by itself would: $name', (regime) => {
    const seed = testSeed(515_000);
    let circles = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const circle = randomCircle(new SeededRandom(seed + i), regime);
      const amountsMsat = [circle.amountMsat, circle.amountMsat / 2n + 1n];
      const expected = searchedOneByOne(circle, amountsMsat);
      const request: CircularPlanRequest = {
        self: circle.self,
        amountsMsat,
        ...(circle.outChannels === undefined ? {} : { outChannels: circle.outChannels }),
        ...(circle.inChannels === undefined ? {} : { inChannels: circle.inChannels }),
        ...LIMITS,
        gainMsat,
      };
      const snapshot = circle.graph.snapshot();
      const all = planCircularRoutes(snapshot, { ...request, maxCircles: 10_000 });
      expect(
        all.circles.map(({ netMsat }) => netMsat),
        `graph ${seed + i}`,
      ).toEqual(expected.map(({ netMsat }) => netMsat));
      circles += all.circles.length;
      const best = planCircularRoutes(snapshot, { ...request, maxCircles: 3 });
      expect(best.circles, `graph ${seed + i}`).toEqual(all.circles.slice(0, 3));
      expect(best.searched).toBeLessThanOrEqual(all.searched);
      const worthwhile = planCircularRoutes(snapshot, { ...request, minNetMsat: 0 });
      expect(worthwhile.circles).toEqual(all.circles.filter(({ netMsat }) => netMsat >= 0));
      for (const { path, outChannel, inChannel, quote, costMsat, proven, ...rest } of all.circles) {
        expect([path.hops[0]?.channelId, path.hops.at(-1)?.channelId]).toEqual([
          outChannel,
          inChannel,
        ]);
        expect(quote.amountMsat).toBe(rest.amountMsat);
        expect(rest.netMsat).toBe(gainMsat({ outChannel, inChannel, ...rest }) - costMsat);
        expect(proven).toBe(true);
      }
    }
    expect(circles).toBeGreaterThan(GRAPHS);
  });

  const triangle = graphOf([
    { id: 1, ends: ['self', 'a'] },
    { id: 2, ends: ['a', 'b'] },
    { id: 3, ends: ['b', 'self'] },
    { id: 4, ends: ['b', 'self'] },
  ]).snapshot();
  const [self, amountsMsat] = [nodeIdOf('self'), [1_000_000n]];

  it('searches few moves where few are wanted', () => {
    const best = ({ outChannel }: CircularMove): number => (outChannel === '1' ? 1e6 : 0);
    const request = { self, amountsMsat, gainMsat: best, maxCircles: 1 };
    const plan = planCircularRoutes(triangle, request);
    expect(plan.moves).toBe(4);
    expect(plan.circles).toHaveLength(1);
    expect(plan.searched).toBeLessThan(plan.moves);
  });

  it('says which amounts cannot be planned', () => {
    const tooMuch = 10n ** 18n;
    const plan = planCircularRoutes(triangle, { self, amountsMsat: [1000n, tooMuch] });
    expect(plan.refused.map(({ amountMsat, reason }) => [amountMsat, reason.code])).toEqual([
      [tooMuch, 'amount_out_of_range'],
    ]);
    expect(plan.circles.length).toBeGreaterThan(0);
    const nobody = planCircularRoutes(triangle, { self: nodeIdOf('nobody'), amountsMsat });
    expect(nobody.refused[0]?.reason.code).toBe('unknown_node');
  });

  it('refuses what makes no sense', () => {
    const plan = (fields: Partial<CircularPlanRequest>) => () =>
      planCircularRoutes(triangle, { self, amountsMsat, ...fields });
    expect(plan({ maxCircles: 0 })).toThrow(/maxCircles must be a positive whole number/);
    expect(plan({ gainMsat: () => Number.NaN })).toThrow(/gainMsat returned NaN/);
    expect(plan({ amountsMsat: [-1n] })).toThrow(/amountMsat must be positive/);
  });
});
