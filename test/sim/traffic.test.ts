import { describe, expect, test } from 'vitest';
import { mineOnClock } from '../../src/sim/block-arrivals.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import { addRoutingNode } from '../../src/sim/routing-node.ts';
import { Traffic, type TrafficOptions, type TrafficTally } from '../../src/sim/traffic.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { forwardingFeeMsat } from '../../src/units/fee.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

const DAY_MS = 86_400_000;
const POLICY = { feeBaseMsat: 0n, feeRatePpm: 50, timeLockDelta: 40, minHtlcMsat: 1n };

interface World {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly ours: NodeId;
}

function world(
  options: { seed?: number; nodes?: number; feeRatePpm?: number; share?: number } = {},
): World {
  const seed = options.seed ?? 1;
  const clock = new VirtualClock();
  const network = generateNetwork({ nodes: options.nodes ?? 100, seed, clock });
  const policy = { ...POLICY, feeRatePpm: options.feeRatePpm ?? POLICY.feeRatePpm };
  const terms = {
    seed,
    channels: 15,
    capacitySat: 8_000_000n,
    policy,
    peerPolicy: POLICY,
    share: options.share ?? 0.5,
  };
  return { clock, network, ours: addRoutingNode(network, terms) };
}

async function run(
  { clock, network, ours }: World,
  options: Partial<TrafficOptions> & { readonly days?: number },
): Promise<TrafficTally> {
  const stop = new AbortController();
  const traffic = new Traffic(network, {
    seed: 1,
    paymentsPerDay: 3000,
    bystanders: [ours],
    ...options,
  });
  const running = traffic.run(stop.signal);
  await clock.advance((options.days ?? 1) * DAY_MS);
  stop.abort();
  await running;
  return traffic.tally;
}

function balancesOf({ network, ours }: World): Map<ChannelId, bigint> {
  return new Map(
    network
      .node(ours)
      .listChannels()
      .map(({ channelId }) => {
        const { node1, balance1Msat, balance2Msat } = network.balances(channelId);
        return [channelId, node1 === ours ? balance1Msat : balance2Msat];
      }),
  );
}

const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((a, b) => a + b, 0n);

describe('a day of traffic', () => {
  test('leaves the ledger, the forwarding history and the fees in exact agreement', async () => {
    const there = world();
    const { network, ours } = there;
    const before = balancesOf(there);
    const totalMsat = network.totalMsat();
    const tally = await run(there, {});
    expect(tally.payments).toBe(tally.settled + tally.failed);
    expect(tally.settled / tally.payments).toBeGreaterThan(0.7);
    expect(tally.attempts).toBeGreaterThan(tally.settled);
    expect(network.pendingHtlcs()).toEqual([]);
    expect(network.totalMsat()).toBe(totalMsat);

    const history = network.node(ours).forwardingHistory();
    expect(history.length).toBeGreaterThan(100);
    const after = balancesOf(there);
    for (const [channelId, balanceMsat] of after) {
      const inMsat = total(
        history.filter((f) => f.channelIn === channelId).map((f) => f.amountInMsat),
      );
      const outMsat = total(
        history.filter((f) => f.channelOut === channelId).map((f) => f.amountOutMsat),
      );
      expect(balanceMsat).toBe(before.get(channelId)! + inMsat - outMsat);
    }
    const feesMsat = total(history.map((forward) => forward.feeMsat));
    expect(feesMsat).toBeGreaterThan(0n);
    expect(total(after.values()) - total(before.values())).toBe(feesMsat);
    for (const forward of history) {
      const inbound = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };
      const amountOutMsat = forward.amountOutMsat;
      expect(forward.feeMsat).toBe(forwardingFeeMsat({ outbound: POLICY, inbound, amountOutMsat }));
    }
    const times = history.map(({ timestampNs }) => timestampNs);
    expect(new Set(times).size).toBe(times.length);
    const circuits = history.map((f) => `${f.channelIn}/${f.incomingHtlcId}`);
    expect(new Set(circuits).size).toBe(circuits.length);
  });

  test('of which everybody who forwards has a share: what payers pay is what forwarders keep', async () => {
    const there = world();
    const { network } = there;
    const tally = await run(there, { paymentsPerDay: 1500 });
    const keptMsat = total(
      network
        .nodeIds()
        .flatMap((nodeId) => network.node(nodeId).forwardingHistory())
        .map(({ feeMsat }) => feeMsat),
    );
    expect(tally.feesMsat).toBeGreaterThan(0n);
    expect(keptMsat).toBe(tally.feesMsat);
  });

  test('is the same for one seed, down to every forward; another seed gives another', async () => {
    const history = async (seed: number) => {
      const there = world();
      const tally = await run(there, { seed, paymentsPerDay: 1000 });
      return { tally, forwards: there.network.node(there.ours).forwardingHistory() };
    };
    const first = await history(3);
    expect(await history(3)).toEqual(first);
    expect(await history(4)).not.toEqual(first);
  });

  test('meets the same demand whatever a node asks, and sends it elsewhere where that is dear', async () => {
    const cheap = world({ feeRatePpm: 10 });
    const dear = world({ feeRatePpm: 5000 });
    const [withCheap, withDear] = [await run(cheap, {}), await run(dear, {})];
    expect(withDear.payments).toBe(withCheap.payments);
    const forwards = ({ network, ours }: World): number =>
      network.node(ours).forwardingHistory().length;
    expect(forwards(dear)).toBeLessThan(forwards(cheap) / 2);
  });

  test('has HTLCs of many payments under way at once where nodes take their time', async () => {
    const there = world();
    const { network, clock } = there;
    for (const nodeId of network.nodeIds()) network.setDelay(nodeId, 20_000);
    const stop = new AbortController();
    const traffic = new Traffic(network, { seed: 1, paymentsPerDay: 20_000 });
    void traffic.run(stop.signal);
    await clock.advance(DAY_MS / 24);
    const hashes = new Set(network.pendingHtlcs().map(({ paymentHash }) => paymentHash));
    expect(hashes.size).toBeGreaterThan(5);
    stop.abort();
    await clock.advance(DAY_MS / 24);
    expect(network.pendingHtlcs()).toEqual([]);
    const { payments, settled, failed } = traffic.tally;
    expect(payments).toBe(settled + failed);
  });
});

describe('payers', () => {
  /** from - left - to, and dearer from - right - to. */
  function twoWays(): {
    network: SimulatedNetwork;
    clock: VirtualClock;
    ids: NodeId[];
    channels: ChannelId[];
  } {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ seed: 1, clock });
    const ids = ['from', 'left', 'right', 'to'].map((alias) => network.addNode({ alias }));
    const [from, left, right, to] = ids as [NodeId, NodeId, NodeId, NodeId];
    const open = (node1: NodeId, node2: NodeId, feeRatePpm: number): ChannelId =>
      network.openChannel({
        node1,
        node2,
        capacitySat: 10_000_000n,
        policy1: { feeBaseMsat: 0n, feeRatePpm, timeLockDelta: 40 },
      });
    const channels = [
      open(from, left, 0),
      open(left, to, 100),
      open(from, right, 0),
      open(right, to, 900),
    ];
    return { network, clock, ids, channels };
  }

  test('take the cheapest way, and another when that fails, for an hour', async () => {
    const { network, clock, ids, channels } = twoWays();
    const [from, left, right, to] = ids as [NodeId, NodeId, NodeId, NodeId];
    const flows = [{ from, to, paymentsPerDay: 24 * 20, medianSat: 100 }];
    const traffic = new Traffic(network, { seed: 1, paymentsPerDay: 0, flows, refillsPerHour: 0 });
    const stop = new AbortController();
    void traffic.run(stop.signal);
    const HOUR_MS = DAY_MS / 24;
    const forwards = (nodeId: NodeId): number => network.node(nodeId).forwardingHistory().length;
    await clock.advance(2 * HOUR_MS);
    expect(forwards(left)).toBeGreaterThan(10);
    expect(forwards(right)).toBe(0);
    const before = traffic.tally;
    network.setLinkUp(channels[1]!, false);
    await clock.advance(0.9 * HOUR_MS);
    const during = traffic.tally;
    expect(during.failed).toBe(0);
    // One attempt is lost; the others know.
    expect(during.attempts - during.payments).toBe(before.attempts - before.payments + 1);
    expect(forwards(right)).toBe(during.payments - before.payments);
    network.setLinkUp(channels[1]!, true);
    const used = forwards(left);
    await clock.advance(2 * HOUR_MS);
    expect(forwards(left)).toBeGreaterThan(used + 5);
    stop.abort();
  });

  test('give up where no way is left, and pay no more than their limit', async () => {
    const { network, clock, ids, channels } = twoWays();
    const [from, , , to] = ids as [NodeId, NodeId, NodeId, NodeId];
    const flows = [{ from, to, paymentsPerDay: 200, medianSat: 1_000_000 }];
    const terms = { seed: 1, paymentsPerDay: 0, flows, refillsPerHour: 0, spread: 0 };
    const traffic = new Traffic(network, { ...terms, mostFeePpm: 500 });
    const stop = new AbortController();
    void traffic.run(stop.signal);
    await clock.advance(DAY_MS / 4);
    // The cheaper way takes four, then both of its channels lean to one side.
    expect(traffic.tally).toMatchObject({ settled: 4 });
    expect(traffic.tally.failed).toBeGreaterThan(20);
    expect(network.node(ids[2]!).forwardingHistory()).toEqual([]);
    // A rebalance would bring it back to life.
    network.shiftBalance({ channelId: channels[0]!, from: ids[1]!, amountMsat: 4_000_000_000n });
    network.shiftBalance({ channelId: channels[1]!, from: to, amountMsat: 4_000_000_000n });
    await clock.advance(DAY_MS / 4);
    expect(traffic.tally.settled).toBe(8);
    stop.abort();
  });

  test('reckon with changed policies, and with channels that open and close', async () => {
    const { network, clock, ids, channels } = twoWays();
    const [from, left, right, to] = ids as [NodeId, NodeId, NodeId, NodeId];
    const flows = [{ from, to, paymentsPerDay: 480, medianSat: 100 }];
    const traffic = new Traffic(network, { seed: 1, paymentsPerDay: 0, flows, refillsPerHour: 0 });
    const stop = new AbortController();
    void traffic.run(stop.signal);
    const forwards = (nodeId: NodeId): number => network.node(nodeId).forwardingHistory().length;
    await clock.advance(DAY_MS / 24);
    network.updatePolicy({ channelId: channels[1]!, from: left, policy: { feeRatePpm: 2000 } });
    await clock.advance(DAY_MS / 24);
    expect(forwards(right)).toBeGreaterThan(5);
    network.removeChannel(channels[3]!);
    const [leftBefore, rightBefore] = [forwards(left), forwards(right)];
    await clock.advance(DAY_MS / 24);
    expect(forwards(left)).toBeGreaterThan(leftBefore + 5);
    expect(forwards(right)).toBe(rightBefore);
    network.openChannel({ node1: from, node2: to, capacitySat: 1_000_000n });
    const leftThen = forwards(left);
    await clock.advance(DAY_MS / 24);
    expect(forwards(left)).toBe(leftThen);
    expect(traffic.tally.failed).toBe(0);
    stop.abort();
  });
});

describe('others', () => {
  test('refill their channels, but never those of bystanders', async () => {
    // All of the node's channels are empty at the other end.
    const there = world({ share: 1 });
    const swaps: ChannelId[] = [];
    const { network, ours } = there;
    const original = network.shiftBalance.bind(network);
    network.shiftBalance = (shift) => {
      swaps.push(shift.channelId);
      original(shift);
    };
    const tally = await run(there, { refillsPerHour: 0.5 });
    expect(tally.refills).toBe(swaps.length);
    expect(swaps.length).toBeGreaterThan(10);
    const own = new Set(
      network
        .node(ours)
        .listChannels()
        .map(({ channelId }) => channelId),
    );
    expect(swaps.filter((channelId) => own.has(channelId))).toEqual([]);
  });

  test('keep the network alive by that', async () => {
    const rate = async (refillsPerHour: number): Promise<number> => {
      const { settled, payments } = await run(world(), { refillsPerHour, days: 3 });
      return settled / payments;
    };
    expect(await rate(0.3)).toBeGreaterThan(await rate(0));
  });
});

test('an unrecorded payment that is skimmed is refused by the payee', async () => {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ seed: 1, clock });
  const [a, b, c] = ['a', 'b', 'c'].map((alias) => network.addNode({ alias })) as [
    NodeId,
    NodeId,
    NodeId,
  ];
  const first = network.openChannel({ node1: a, node2: b, capacitySat: 1_000_000n });
  const policy1 = { feeBaseMsat: 0n, feeRatePpm: 0, timeLockDelta: 40 };
  const second = network.openChannel({ node1: b, node2: c, capacitySat: 1_000_000n, policy1 });
  network.setForwarding(b, { skimMsat: 1n });
  const hop = { amountMsat: 5_000_000n, expiry: network.blockHeight + 50 };
  const outcomes: string[] = [];
  const send = (): void =>
    network.sendUnrecorded({
      from: a,
      preimage: new Uint8Array(32).fill(1),
      route: {
        amountMsat: 5_000_000n,
        expiry: network.blockHeight + 100,
        hops: [
          { channelId: first, nodeId: b, ...hop },
          { channelId: second, nodeId: c, ...hop },
        ],
        mpp: null,
        receiverAmountMsat: 5_000_000n,
      },
      done: (outcome) => outcomes.push(outcome.kind),
    });
  send();
  network.setForwarding(b, { skimMsat: 0n });
  send();
  expect(outcomes).toEqual(['failed', 'settled']);
  expect(network.node(a).listPayments({ includeIncomplete: true })).toEqual([]);
});

test('blocks come ten minutes apart on average', async () => {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ seed: 1, clock });
  const start = network.blockHeight;
  const stop = new AbortController();
  void mineOnClock(network, { seed: 1, signal: stop.signal });
  await clock.advance(7 * DAY_MS);
  expect(network.blockHeight - start).toBeGreaterThan(950);
  expect(network.blockHeight - start).toBeLessThan(1070);
  stop.abort();
  const end = network.blockHeight;
  await clock.advance(DAY_MS);
  expect(network.blockHeight).toBe(end);
});

test('a routing node cannot have more peers than there are', () => {
  const network = generateNetwork({ nodes: 5, seed: 1, clock: new VirtualClock() });
  const terms = { seed: 1, capacitySat: 1_000_000n, policy: POLICY };
  expect(() => addRoutingNode(network, { ...terms, channels: 6 })).toThrow(/5 peers, not 6/);
  const ours = network.node(addRoutingNode(network, { ...terms, channels: 5, share: 1 }));
  const channels = ours.listChannels();
  expect(new Set(channels.map(({ peer }) => peer)).size).toBe(5);
  expect(channels.every(({ remoteBalanceSat }) => remoteBalanceSat === 0n)).toBe(true);
});

test('a day with hundreds of nodes takes seconds', async () => {
  const there = world({ nodes: 300 });
  const start = performance.now();
  const tally = await run(there, { paymentsPerDay: 10_000 });
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    `a day: ${tally.payments} payments, ${tally.attempts} attempts in ${seconds.toFixed(1)} s, ${Math.round(tally.payments / seconds)} payments/s\n`,
  );
  expect(tally.payments).toBeGreaterThan(9500);
  expect(tally.settled / tally.payments).toBeGreaterThan(0.8);
});
