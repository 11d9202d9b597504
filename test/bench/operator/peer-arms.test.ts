/** The rules of the other tools, on a circle whose figures are known. */
import { describe, expect, it } from 'vitest';
import type { OperatorArm } from '../../../bench/operator/arm.ts';
import { rebalanceLndArm } from '../../../bench/operator/arms/rebalance-lnd.ts';
import { regolancerArm } from '../../../bench/operator/arms/regolancer.ts';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import { inProcessNode } from '../../../src/sim/in-process-node.ts';
import { SimulatedNetwork } from '../../../src/sim/network.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';

const CAPACITY_SAT = 10_000_000n;
const HOUR_MS = 3_600_000;

interface Circle {
  /** What our channel to the target's peer asks, and to the source's. */
  readonly targetPpm: number;
  readonly sourcePpm?: number;
  /** What the way between the two peers asks. */
  readonly wayPpm: number;
  /** What the way can carry, sat. */
  readonly waySat?: bigint;
  /** Ours of the target channel, sat. */
  readonly targetSat?: bigint;
}

/** Us - Ann - Bob - us: Ann's channel is ours for nine parts of ten, Bob's for `targetSat`. */
async function tended(arm: OperatorArm, circle: Circle) {
  const { targetPpm, sourcePpm = 0, wayPpm, waySat = 9_000_000n, targetSat = 400_000n } = circle;
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ seed: 1, clock });
  const [us, ann, bob] = [network.addNode(), network.addNode(), network.addNode()];
  const fee = (feeRatePpm: number) => ({ feeBaseMsat: 0n, feeRatePpm, timeLockDelta: 40 });
  const open = (
    ends: readonly [typeof us, typeof us],
    oursSat: bigint,
    fees: readonly [number, number],
  ) =>
    network.openChannel({
      node1: ends[0],
      node2: ends[1],
      capacitySat: CAPACITY_SAT,
      balance1Msat: oursSat * 1000n,
      policy1: fee(fees[0]),
      policy2: fee(fees[1]),
    });
  const out = open([us, ann], 9_000_000n, [sourcePpm, 0]);
  open([ann, bob], waySat, [wayPpm, 0]);
  const back = open([us, bob], targetSat, [targetPpm, 0]);
  const stop = new AbortController();
  const done = arm.tend({
    node: inProcessNode(network, us),
    self: us,
    graph: NetworkGraph.fromDescription(network.description()).graph,
    clock,
    random: new SeededRandom(1),
    signal: stop.signal,
  });
  await clock.advance(HOUR_MS);
  stop.abort();
  const figures = await done;
  const balanceSat = (channelId: typeof out): bigint =>
    network.balances(channelId).balance1Msat / 1000n;
  return { figures, source: balanceSat(out), target: balanceSat(back) };
}

describe("rebalance-lnd's rules", () => {
  it('fill a channel to a million sat beside its reserve, and then leave it', async () => {
    const { figures, target } = await tended(rebalanceLndArm(), { targetPpm: 500, wayPpm: 100 });
    // And beside what the commitment transaction costs, which the node's own figure leaves out.
    const filledSat = target - CAPACITY_SAT / 100n;
    expect(filledSat).toBeGreaterThanOrEqual(1_000_000n);
    expect(filledSat).toBeLessThan(1_002_000n);
    expect(figures.settled).toBe(1);
    expect(figures.movedMsat).toBe((target - 400_000n) * 1000n);
    expect(figures.feesMsat).toBe(figures.movedMsat / 10_000n);
  });

  it('pay no more than the target asks, less what the source asks', async () => {
    const dear = await tended(rebalanceLndArm(), { targetPpm: 500, wayPpm: 501 });
    expect(dear.figures.attempts).toBe(0);
    const missed = { targetPpm: 500, wayPpm: 300, sourcePpm: 201 };
    expect((await tended(rebalanceLndArm(), missed)).figures.attempts).toBe(0);
    const kept = { targetPpm: 500, wayPpm: 300, sourcePpm: 199 };
    expect((await tended(rebalanceLndArm(), kept)).figures.settled).toBe(1);
  });

  it('leave a pair out that has failed, and so end', async () => {
    const { figures } = await tended(rebalanceLndArm(), {
      targetPpm: 500,
      wayPpm: 100,
      waySat: 300_000n,
    });
    expect(figures.settled).toBe(0);
    // Once in each run of the hour's six or seven, unless lnd believes no more that it could pass.
    expect(figures.attempts).toBeGreaterThan(0);
    expect(figures.attempts).toBeLessThanOrEqual(7);
  });
});

describe("regolancer's rules", () => {
  it('move the amount again and again until one side has its share', async () => {
    const { figures, source, target } = await tended(regolancerArm(), {
      targetPpm: 1000,
      wayPpm: 100,
    });
    // The source is one while less than 40 % is Ann's: from 1,000,000 sat on, six times.
    expect(figures.settled).toBe(6);
    expect(target).toBe(3_400_000n);
    expect(source).toBe(9_000_000n - 6n * 500_050n);
  });

  it('pay no more than a part of what the target asks, less what the source asks', async () => {
    const at = (circle: Circle) => tended(regolancerArm(), circle);
    expect((await at({ targetPpm: 1000, wayPpm: 401 })).figures.attempts).toBe(0);
    expect((await at({ targetPpm: 1000, wayPpm: 399 })).figures.settled).toBeGreaterThan(0);
    const missed = { targetPpm: 1000, wayPpm: 300, sourcePpm: 101 };
    expect((await at(missed)).figures.attempts).toBe(0);
    const ratio = await tended(regolancerArm({ econRatio: 1, lostProfit: false }), {
      targetPpm: 1000,
      wayPpm: 999,
      sourcePpm: 500,
    });
    expect(ratio.figures.settled).toBeGreaterThan(0);
  });

  it('probe for less where the way back lacks the balance', async () => {
    const { figures } = await tended(regolancerArm(), {
      targetPpm: 1000,
      wayPpm: 100,
      waySat: 500_000n,
    });
    // A hundredth of the channel is the reserve: 400,000 sat can pass.
    expect(figures.movedMsat).toBeGreaterThan(250_000_000n);
    expect(figures.movedMsat).toBeLessThanOrEqual(400_000_000n);
  });
});
