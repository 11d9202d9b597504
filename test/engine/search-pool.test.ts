import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSearchPool, type SearchPool } from '../../src/engine/search-pool.ts';
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { planCircularRoutes } from '../../src/pathfinder/plan-circular-routes.ts';
import type { CircularMove, CircularPlanRequest } from '../../src/pathfinder/plan-request.ts';
import { generateNetwork } from '../../src/sim/index.ts';
import type { NodeId } from '../../src/units/ids.ts';

/** A generated network, and its node of most channels. */
function setting(seed: number): { graph: NetworkGraph; snapshot: GraphSnapshot; self: NodeId } {
  const description = generateNetwork({ nodes: 120, seed }).description();
  const { graph } = NetworkGraph.fromDescription(description);
  const snapshot = graph.snapshot();
  const { offsets } = snapshot.adjacency;
  const degree = (node: number): number => offsets[node + 1]! - offsets[node]!;
  const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => node);
  const widest = nodes.reduce((most, node) => (degree(node) > degree(most) ? node : most));
  return { graph, snapshot, self: snapshot.nodeId(widest) };
}

const { graph, snapshot, self } = setting(11);
const request: CircularPlanRequest = { self, amountsMsat: [20_000_000n, 50_000_000n] };
const gainMsat = ({ outChannel, inChannel, amountMsat }: CircularMove): number =>
  Number((BigInt(outChannel) * 7n + BigInt(inChannel) * 13n + amountMsat) % 50_000n);
const reliability = (direction: number): number => (direction * 7919) % 2003;

describe('a search pool', () => {
  let pool: SearchPool;
  beforeAll(() => {
    pool = openSearchPool(snapshot, { threads: 2 });
  });
  afterAll(() => pool.close());

  it.each<[string, Partial<CircularPlanRequest>]>([
    ['as it stands', {}],
    ['with gains', { gainMsat, minNetMsat: 0 }],
    ['with prices from a function', { cost: { reliability, timeLockRiskPpb: 0 } }],
    [
      'with prices in an array',
      {
        cost: {
          reliability: Float64Array.from({ length: 2 * snapshot.channelSlots }, (_, direction) =>
            reliability(direction),
          ),
        },
      },
    ],
    ['with a least probability', { probability: () => 0.9, minProbability: 0.5 }],
  ])('plans as one thread does: %s', async (_, terms) => {
    const plan = await pool.planCircularRoutes({ ...request, ...terms, maxCircles: 40 });
    const alone = planCircularRoutes(snapshot, { ...request, ...terms, maxCircles: 40 });
    expect(alone.circles.length).toBeGreaterThan(10);
    expect(plan.circles).toEqual(alone.circles);
    expect(plan.moves).toBe(alone.moves);
  });

  it('finds single circles', async () => {
    const asked = { self, amountMsat: 30_000_000n, maxFeePpm: 5000 };
    const found = await pool.findCircularRoute(asked);
    expect(found.kind).toBe('route');
    expect(found).toEqual(findCircularRoute(snapshot, asked));
  });

  it('goes by what prices are when it is asked, however they move later', async () => {
    const prices = new DirectionPrices(
      Float64Array.from({ length: 2 * snapshot.channelSlots }, (_, at) => reliability(at)),
    );
    const asked = { self, amountMsat: 30_000_000n, cost: { reliability: prices } };
    const plan = { ...request, maxCircles: 20, cost: { reliability: prices } };
    const answers: Promise<unknown>[] = [];
    const expected: unknown[] = [];
    const costs = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const still = { reliability: Float64Array.from(prices.values) };
      answers.push(pool.findCircularRoute(asked));
      const alone = findCircularRoute(snapshot, { ...asked, cost: still });
      expected.push(alone);
      if (round % 4 === 0) {
        answers.push(pool.planCircularRoutes(plan).then(({ circles }) => circles));
        expected.push(planCircularRoutes(snapshot, { ...plan, cost: still }).circles);
      }
      if (alone.kind === 'no_route') throw new Error(alone.message);
      costs.add(alone.costMsat);
      for (const { channelId, from } of alone.path.hops) {
        const direction = snapshot.directionFrom(channelId, from)!;
        prices.set(direction, prices.values[direction]! + 1000);
      }
      // Some rounds find the threads idle, others with questions left.
      if (round % 3 === 2) await Promise.all(answers);
    }
    expect(await Promise.all(answers)).toEqual(expected);
    expect(costs.size).toBeGreaterThan(6);
  });

  it('answers what cannot be, and refuses what makes no sense, as the functions do', async () => {
    const nobody = `02${'00'.repeat(32)}` as NodeId;
    const none = await pool.planCircularRoutes({ ...request, self: nobody });
    expect(none.refused.map(({ reason }) => reason.code)).toEqual(['unknown_node', 'unknown_node']);
    await expect(pool.findCircularRoute({ self, amountMsat: -1n })).rejects.toThrow(RangeError);
    expect(() => openSearchPool(snapshot, { threads: 0 })).toThrow(/threads must be a positive/);
  });

  it('searches a newer snapshot once it has it', async () => {
    const asked = { self, amountMsat: 30_000_000n, maxFeePpm: 5000 };
    const before = await pool.findCircularRoute(asked);
    if (before.kind === 'no_route') throw new Error(before.message);
    for (const hop of before.path.hops) graph.removeChannel(hop.channelId);
    expect(await pool.findCircularRoute(asked)).toEqual(before);
    const newer = graph.snapshot();
    pool.update(newer);
    const after = await pool.findCircularRoute(asked);
    expect(after).toEqual(findCircularRoute(newer, asked));
    expect(after).not.toEqual(before);
  });
});

it('a closed pool says so', async () => {
  const pool = openSearchPool(snapshot, { threads: 1 });
  await pool.close();
  await expect(pool.findCircularRoute({ self, amountMsat: 1n })).rejects.toThrow(/pool is closed/);
});
