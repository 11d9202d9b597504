/** The client against a simulated lightningd that was written apart from it, over both of its wires. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rebalancer } from '../../../src/engine/index.ts';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import { connectCln } from '../../../src/node/cln/index.ts';
import type { LightningNode, TrackUpdate } from '../../../src/ports.ts';
import { type ServedLightningd, serveCln } from '../../../src/sim/cln/serve-cln.ts';
import type { WireBehaviour } from '../../../src/sim/cln/wire-behaviour.ts';
import { systemClock } from '../../../src/sim/clock.ts';
import { hashOf } from '../../../src/sim/invoice-store.ts';
import { memoryStore } from '../../../src/store/index.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import { AMOUNT_MSAT, type Circle, circle, HEIGHT, routeAlong } from '../../sim/circle.ts';

let world: Circle;
let served: ServedLightningd;
let node: LightningNode;

const REQUEST = { memo: 'test', valueMsat: 0n, cltvDelta: 40, expirySeconds: 600 };

beforeEach(async () => {
  world = circle({ clock: systemClock });
  served = await serveCln(world.network, world.alice.nodeId);
});
afterEach(async () => {
  await node?.close();
  await served.close();
});

const overSocket = () => connectCln({ socket: served.socketPath });
const overRest = () =>
  connectCln({
    restUrl: served.restUrl,
    rune: served.rune,
    tlsCa: served.tlsCertPem,
    serverName: 'localhost',
  });

async function payment(fill = 7, amountMsat = AMOUNT_MSAT) {
  const preimage = new Uint8Array(32).fill(fill);
  const { paymentHash, paymentAddr } = await node.addInvoice({ ...REQUEST, preimage });
  const { network, alice, channels } = world;
  const route = routeAlong({ network, from: alice.nodeId, channels, amountMsat, paymentAddr });
  return { preimage, paymentHash, route };
}

async function lastUpdate(paymentHash: PaymentHash): Promise<TrackUpdate | undefined> {
  const updates: TrackUpdate[] = [];
  const { signal } = new AbortController();
  for await (const update of node.trackPayment(paymentHash, { signal })) updates.push(update);
  return updates.at(-1);
}

describe.each([
  ['the socket', overSocket],
  ['clnrest', overRest],
])('over %s', (_wire, connect) => {
  beforeEach(async () => {
    node = await connect();
  });

  it('tells who it is, what the graph is, and what it has', async () => {
    expect(await node.info()).toMatchObject({ nodeId: world.alice.nodeId, blockHeight: HEIGHT });
    const graph = await node.describeGraph();
    const expected = world.network.description();
    expect(graph.channels.map(({ channelId }) => channelId).toSorted()).toEqual(
      expected.channels.map(({ channelId }) => channelId).toSorted(),
    );
    const second = graph.channels.find(({ channelId }) => channelId === world.channels[1]);
    const truth = expected.channels.find(({ channelId }) => channelId === world.channels[1])!;
    expect(second).toMatchObject({ capacitySat: truth.capacitySat });
    const policies = [second!.policy1, second!.policy2].map((policy) => policy?.feeBaseMsat);
    expect(policies.toSorted()).toEqual(
      [truth.policy1, truth.policy2].map((policy) => policy?.feeBaseMsat).toSorted(),
    );
    const own = await node.ownChannels();
    expect(own.map(({ channelId }) => channelId)).toEqual([world.channels[0], world.channels[3]]);
    const views = world.alice.listChannels();
    expect(own.map(({ spendableMsat }) => spendableMsat)).toEqual(
      views.map(({ spendableMsat }) => spendableMsat),
    );
  });

  it('pays around a circle, and tells over which channel it came back', async () => {
    const before = world.alice.listChannels()[1]!.spendableMsat;
    const { preimage, paymentHash, route } = await payment();
    const sent = await node.sendToRoute({ paymentHash, route });
    expect(sent).toMatchObject({ kind: 'settled', preimage });
    expect(world.alice.listChannels()[1]!.spendableMsat - before).toBe(AMOUNT_MSAT);
    expect(await node.lookupInvoice(paymentHash)).toMatchObject({
      state: 'settled',
      arrivals: [{ channelId: world.channels[3], amountMsat: AMOUNT_MSAT }],
    });
    expect(await lastUpdate(paymentHash)).toMatchObject({
      kind: 'payment',
      payment: { state: 'settled' },
    });
    // The node itself refuses to pay it again: what it answers must be looked at, and no second HTLC leaves.
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('paid this hash before'),
    });
    expect(world.alice.listChannels()[1]!.spendableMsat - before).toBe(AMOUNT_MSAT);
  });

  it('tells who refused, why, and by which policy', async () => {
    const { network, bob, channels } = world;
    const policy = { feeBaseMsat: 9000n, inboundFeeBaseMsat: 0n };
    network.updatePolicy({ channelId: channels[1], from: bob.nodeId, policy, announce: false });
    const { paymentHash, route } = await payment();
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'failed',
      failure: {
        code: Code.FEE_INSUFFICIENT,
        failureSourceIndex: 1,
        channelUpdate: { chanId: channels[1], baseFee: 9000 },
      },
    });
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toEqual([]);
    await node.deleteFailedPayment(paymentHash);
    expect(served.daemon.served.pays.list(paymentHash)).toEqual([]);
  });

  it('knows a payment that is under way, and never calls it failed', async () => {
    const { network, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    const { paymentHash, route } = await payment();
    const sending = node.sendToRoute({ paymentHash, route });
    let ended = false;
    void sending.then(() => {
      ended = true;
    });
    for (;;) {
      const under = await node.unfinishedPayments({ sinceMs: 0 });
      if (under.length === 1) {
        expect(under[0]).toMatchObject({ paymentHash, state: 'in_flight' });
        break;
      }
    }
    expect(ended).toBe(false);
    network.releaseHtlcs(carol.nodeId, 'fail');
    expect(await sending).toMatchObject({
      kind: 'failed',
      failure: { code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 2 },
    });
  });

  it('leaves the outcome open where the connection breaks meanwhile', async () => {
    const { network, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    const { paymentHash, route } = await payment();
    const sending = node.sendToRoute({ paymentHash, route });
    while (served.daemon.served.pays.list(paymentHash).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    served.cut();
    const outcome = await Promise.race([
      sending,
      new Promise<{ kind: 'waits' }>((resolve) => {
        setTimeout(() => resolve({ kind: 'waits' }), 500);
      }),
    ]);
    // It may ask again by itself, or leave it to who asked; never is it over.
    expect(['unknown', 'waits']).toContain(outcome.kind);
    network.releaseHtlcs(carol.nodeId);
    // The other connections broke as well, which a first call may still find out.
    const followed = await lastUpdate(paymentHash).catch(() => lastUpdate(paymentHash));
    expect(followed).toMatchObject({ payment: { state: 'settled' } });
  });

  it('rebalances, from search to report', async () => {
    const store = memoryStore();
    const rebalancer = new Rebalancer({ node, store });
    const [first, , , last] = world.channels;
    const before = world.alice.listChannels()[1]!.spendableMsat;
    const request = { from: first, to: last, amountMsat: AMOUNT_MSAT, maxFeePpm: 5000 };
    const report = await rebalancer.rebalance(request).result;
    expect(report.outcome).toMatchObject({ kind: 'settled' });
    expect(report.movedMsat).toBe(AMOUNT_MSAT);
    expect(world.alice.listChannels()[1]!.spendableMsat - before).toBe(AMOUNT_MSAT);
    expect(world.network.pendingHtlcs()).toEqual([]);
    await store.close();
  });
});

describe('over a socket that behaves oddly', () => {
  it.each<[string, WireBehaviour]>([
    ['one byte at a time, with blank lines inside', { pieceBytes: 1, blankLines: true }],
    ['replies out of order', { outOfOrder: true }],
  ])('%s: nothing changes', async (_how, behaviour) => {
    served.behave(behaviour);
    node = await overSocket();
    const [graph, own, info] = await Promise.all([
      node.describeGraph(),
      node.ownChannels(),
      node.info(),
    ]);
    expect(graph.channels).toHaveLength(4);
    expect(own).toHaveLength(2);
    expect(info.nodeId).toBe(world.alice.nodeId);
    const { preimage, paymentHash, route } = await payment();
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'settled',
      preimage,
    });
    expect(hashOf(preimage)).toBe(paymentHash);
  });
});
