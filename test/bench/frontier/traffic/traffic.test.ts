import { describe, expect, it } from 'vitest';
import {
  type PaymentGraph,
  paymentGraph,
} from '../../../../bench/frontier/traffic/payment-graph.ts';
import { Tastes } from '../../../../bench/frontier/traffic/tastes.ts';
import { Traffic } from '../../../../bench/frontier/traffic/traffic.ts';
import { usableMsat } from '../../../../bench/frontier/world/balance-history.ts';
import type { GraphSnapshot } from '../../../../src/graph/snapshot.ts';
import { SeededRandom } from '../../../../src/sim/random.ts';
import { type ChannelSketch, graphOf } from '../../../graph/make-graph.ts';

const AMOUNT_MSAT = 50_000_000;

/** The shares of all channels before the first payment: half and half unless given. */
function trafficOn(
  channels: readonly ChannelSketch[],
  shares: ReadonlyMap<number, number> = new Map(),
): { traffic: Traffic; graph: PaymentGraph; snapshot: GraphSnapshot; usable: Float64Array } {
  const snapshot = graphOf(channels).snapshot();
  const graph = paymentGraph(snapshot);
  const usable = usableMsat(snapshot.columns.capacitySat);
  const random = new SeededRandom('traffic');
  const traffic = new Traffic({
    graph,
    usableMsat: usable,
    shareMsat: usable.map((sum, slot) => Math.floor(sum * (shares.get(slot) ?? 0.5))),
    tastes: new Tastes(snapshot, random.fork('tastes')),
    random: random.fork('lots'),
  });
  return { traffic, graph, snapshot, usable };
}

/** Nodes are numbered in the order in which channels name them: 0 -> 1 -> 3 is cheap, 0 -> 2 -> 3 dear. */
const DIAMOND: readonly ChannelSketch[] = [
  { id: 100, ends: [1, 2] },
  { id: 101, ends: [1, 3], policy2: null },
  { id: 102, ends: [2, 4] },
  { id: 103, ends: [3, 4], policy1: { feeRatePpm: 90_000 } },
];
const WISH = { sender: 0, receiver: 3, amountMsat: AMOUNT_MSAT };

const changes = (traffic: Traffic, usable: Float64Array): number[] =>
  Array.from(traffic.shareMsat, (share, slot) => share - Math.floor(usable[slot]! / 2));

describe('traffic', () => {
  it('takes the cheapest way', () => {
    const { traffic, usable } = trafficOn(DIAMOND);
    expect(traffic.pay(WISH)).toBe(true);
    expect(changes(traffic, usable)).toEqual([-AMOUNT_MSAT, 0, -AMOUNT_MSAT, 0]);
    expect([...traffic.changed]).toEqual([0, 2]);
  });

  it('tries the next one where a channel lacks the balance', () => {
    const { traffic } = trafficOn(DIAMOND, new Map([[2, 0]]));
    const before = traffic.shareMsat.slice();
    expect(traffic.pay(WISH)).toBe(true);
    const moved = Array.from(traffic.shareMsat, (share, slot) => share - before[slot]!);
    expect(moved).toEqual([0, -AMOUNT_MSAT, 0, -AMOUNT_MSAT]);
    expect(traffic).toMatchObject({ settled: 1, failed: 0 });
  });

  it('moves nothing where no way has the balance', () => {
    const { traffic } = trafficOn(
      DIAMOND,
      new Map([
        [2, 0],
        [3, 0],
      ]),
    );
    const before = traffic.shareMsat.slice();
    expect(traffic.pay(WISH)).toBe(false);
    expect(traffic.shareMsat).toEqual(before);
    expect(traffic).toMatchObject({ settled: 0, failed: 1 });
  });

  it('knows the balances of the sender', () => {
    const { traffic } = trafficOn(DIAMOND, new Map([[0, 0]]));
    const before = traffic.shareMsat.slice();
    expect(traffic.pay(WISH)).toBe(true);
    expect(traffic.shareMsat[1]! - before[1]!).toBe(-AMOUNT_MSAT);
  });

  it('uses parallel channels as nodes please', () => {
    const { traffic, usable } = trafficOn([
      ...DIAMOND.slice(0, 1),
      { id: 104, ends: [2, 4] },
      { id: 105, ends: [2, 4] },
    ]);
    // Nodes 1, 2, 4 of the sketch have the numbers 0, 1, 2 here.
    for (let i = 0; i < 40; i++) traffic.pay({ sender: 0, receiver: 2, amountMsat: AMOUNT_MSAT });
    const [, second, third] = changes(traffic, usable);
    expect(second! + third!).toBe(-40 * AMOUNT_MSAT);
    expect(Math.min(-second!, -third!)).toBeGreaterThan(5 * AMOUNT_MSAT);
  });

  it('leaves out what is disabled, too small, or without a policy', () => {
    for (const policy1 of [{ disabled: true }, { maxHtlcMsat: 1000n }, null]) {
      const { traffic } = trafficOn([...DIAMOND.slice(0, 1), { id: 102, ends: [2, 4], policy1 }]);
      expect(traffic.pay({ ...WISH, receiver: 2 })).toBe(false);
    }
  });
});
