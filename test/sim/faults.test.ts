import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import type { SimulatedHtlcEvent } from '../../src/sim/records.ts';
import {
  AMOUNT_MSAT,
  attemptOf,
  CAPACITY_SAT,
  circle,
  invoiceOf,
  ManualClock,
  POLICIES,
  payAround,
  routeAlong,
  scid,
  settleMicrotasks,
} from './circle.ts';

describe('a stuck HTLC', () => {
  it.each(['resume', 'fail'] as const)(
    'locks all channels up to the holder, until released to %s',
    async (action) => {
      const world = circle();
      const { network, carol, channels } = world;
      network.holdHtlcsAt(carol.nodeId);
      const sent = payAround(world);
      await settleMicrotasks();
      expect(network.pendingHtlcs().map(({ channelId }) => channelId)).toEqual(
        channels.slice(0, 2),
      );
      const [incoming, outgoing] = [channels[0], channels[1]].map(
        (id) => world.bob.channel(id)!.pendingHtlcs[0],
      );
      expect(incoming).toMatchObject({ incoming: true, forwardingChannel: channels[1] });
      expect(outgoing).toMatchObject({ incoming: false, forwardingChannel: channels[0] });
      expect(network.releaseHtlcs(carol.nodeId, action)).toBe(1);
      expect((await attemptOf(sent)).state).toBe(action === 'resume' ? 'settled' : 'failed');
      expect(network.pendingHtlcs()).toEqual([]);
    },
  );

  it('can be one payment among others', async () => {
    const world = circle();
    const { network, carol, alice } = world;
    const invoice = invoiceOf(alice);
    network.holdHtlcsAt(carol.nodeId, { paymentHash: invoice.paymentHash });
    const stuck = payAround(world, { invoice });
    expect((await attemptOf(payAround(world))).state).toBe('settled');
    expect(network.pendingHtlcs()).toHaveLength(2);
    network.releaseHtlcs(carol.nodeId);
    expect((await attemptOf(stuck)).state).toBe('settled');
  });
});

describe('an offline node', () => {
  it('leaves HTLCs on its channels where they are until it is back', async () => {
    const clock = new ManualClock();
    const world = circle({ clock });
    const { network, dave, alice } = world;
    network.setDelay(alice.nodeId, 10);
    const sent = payAround(world);
    network.setOnline(dave.nodeId, false);
    await clock.advance(1000);
    expect(network.pendingHtlcs()).toHaveLength(4);
    expect(alice.channel(world.channels[3])?.active).toBe(false);
    network.setOnline(dave.nodeId, true);
    await clock.advance(1000);
    expect((await attemptOf(sent)).state).toBe('settled');
  });
});

describe('a delay', () => {
  it('counts for each message that the node handles', async () => {
    const clock = new ManualClock();
    const world = circle({ clock });
    world.network.setDelay(world.bob.nodeId, 100);
    const start = clock.now();
    const sent = payAround(world);
    await clock.advance(199);
    expect(world.network.pendingHtlcs()).not.toEqual([]);
    await clock.advance(1);
    const attempt = await attemptOf(sent);
    expect(attempt.state).toBe('settled');
    expect(attempt.attemptTimeNs).toBe(BigInt(start) * 1_000_000n);
    expect(attempt.resolveTimeNs - attempt.attemptTimeNs).toBe(200_000_000n);
  });
});

describe('parallel channels', () => {
  const twin = scid('700001x2x0');
  const withTwin = (seed: number, change = {}) => {
    const world = circle({ seed });
    const { network, bob, carol } = world;
    const policy1 = { ...POLICIES.bobToCarol, ...change };
    network.openChannel({
      channelId: twin,
      node1: bob.nodeId,
      node2: carol.nodeId,
      capacitySat: CAPACITY_SAT,
      policy1,
    });
    return world;
  };

  it('share the forwards, whichever was asked for', async () => {
    const world = withTwin(3);
    for (let i = 0; i < 30; i++) await payAround(world, { amountMsat: 1_000_000n });
    const used = world.bob.forwardingHistory().map(({ channelOut }) => channelOut);
    expect(used).toHaveLength(30);
    expect(used.filter((id) => id === twin).length).toBeGreaterThan(5);
    expect(used.filter((id) => id === world.channels[1]).length).toBeGreaterThan(5);
  });

  it('leave out those whose policy the HTLC does not meet', async () => {
    const world = withTwin(3, { feeBaseMsat: 50_000n });
    for (let i = 0; i < 10; i++) await payAround(world, { amountMsat: 1_000_000n });
    const used = new Set(world.bob.forwardingHistory().map(({ channelOut }) => channelOut));
    expect([...used]).toEqual([world.channels[1]]);
  });

  it('help out where the requested one has no balance', async () => {
    const world = withTwin(3);
    const { network, channels, alice } = world;
    network.setLinkUp(channels[1], false);
    expect((await attemptOf(payAround(world))).state).toBe('settled');
    expect(world.bob.forwardingHistory()[0]?.channelOut).toBe(twin);
    expect(network.balances(channels[3]).balance2Msat).toBeGreaterThan(500_000_000n);
    expect(alice.listChannels()).toHaveLength(2);
  });

  it('answer with the complaint of the one that was asked for', async () => {
    const world = withTwin(3, { feeBaseMsat: 50_000n });
    const { network, bob, channels } = world;
    network.updatePolicy({
      channelId: channels[1],
      from: bob.nodeId,
      policy: { maxHtlcMsat: 2000n },
      announce: false,
    });
    const { failure } = await attemptOf(payAround(world));
    expect(failure?.code).toBe(Code.TEMPORARY_CHANNEL_FAILURE);
    expect(failure?.channelUpdate).toMatchObject({ chanId: channels[1], htlcMaximumMsat: 2000n });
  });

  it('deliver on the sibling, as the invoice tells', async () => {
    const world = circle({ seed: 9 });
    const { network, alice, dave, channels } = world;
    const sibling = network.openChannel({
      node1: dave.nodeId,
      node2: alice.nodeId,
      capacitySat: CAPACITY_SAT,
      policy1: POLICIES.daveToAlice,
    });
    network.setLinkUp(channels[3], false);
    const invoice = invoiceOf(alice);
    await payAround(world, { invoice });
    expect(alice.lookupInvoice(invoice.paymentHash)?.htlcs[0]?.channelId).toBe(sibling);
  });
});

describe('a circle back over the incoming channel', () => {
  it('is forwarded with allow-circular-route only', async () => {
    const world = circle();
    const { network, alice, bob, channels } = world;
    const back = () => {
      const { paymentHash, paymentAddr } = invoiceOf(alice);
      const path = [channels[0], channels[0]];
      const terms = { network, from: alice.nodeId, channels: path, amountMsat: 1_000_000n };
      return alice.sendToRoute({ paymentHash, route: routeAlong({ ...terms, paymentAddr }) });
    };
    const { failure } = await attemptOf(back());
    expect(failure).toMatchObject({ code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 1 });
    network.setAllowCircularRoute(bob.nodeId, true);
    expect((await attemptOf(back())).state).toBe('settled');
  });
});

describe('a private channel with aliases', () => {
  it('is reached by the alias of the peer, not by its confirmed id', async () => {
    const aliases = { node1: scid('16000000x1x1'), node2: scid('16000000x1x2') };
    const world = circle({ channels: [{}, {}, {}, { private: true, aliases }] });
    const { network, alice, channels } = world;
    expect(network.description().channels.map(({ channelId }) => channelId)).not.toContain(
      channels[3],
    );
    const own = (await inProcessNode(network, alice.nodeId).ownChannels())[1]!;
    expect(own).toMatchObject({
      channelId: channels[3],
      inboundChannelId: aliases.node1,
      private: true,
    });
    const send = (lastChannel: string) => {
      const { paymentHash, paymentAddr } = invoiceOf(alice);
      const path = channels.slice(0, 3);
      const terms = { network, from: alice.nodeId, channels: path, amountMsat: AMOUNT_MSAT };
      const route = routeAlong({
        ...terms,
        amountMsat: AMOUNT_MSAT + 7000n,
        finalDelta: 143,
        paymentAddr,
      });
      const mppRecord = { paymentAddr, totalAmtMsat: AMOUNT_MSAT };
      const dave = route.hops[2]!;
      route.hops[2] = {
        ...dave,
        amtToForwardMsat: AMOUNT_MSAT,
        expiry: dave.expiry - 100,
        mppRecord: undefined,
      };
      route.hops[3] = { ...route.hops[2], chanId: lastChannel, pubKey: alice.nodeId, mppRecord };
      return alice.sendToRoute({ paymentHash, route });
    };
    expect((await attemptOf(send(channels[3]))).failure).toMatchObject({
      code: Code.UNKNOWN_NEXT_PEER,
      failureSourceIndex: 3,
    });
    expect((await attemptOf(send(aliases.node1))).state).toBe('settled');
  });
});

describe('removeChannel', () => {
  it('refuses while HTLCs are locked, and takes the funds out of the network', async () => {
    const world = circle();
    const { network, carol, channels } = world;
    network.holdHtlcsAt(carol.nodeId);
    const sent = payAround(world);
    expect(() => network.removeChannel(channels[0])).toThrow('1 HTLCs in flight');
    network.releaseHtlcs(carol.nodeId);
    await sent;
    const before = network.totalMsat();
    network.removeChannel(channels[0]);
    expect(network.totalMsat()).toBe(before - CAPACITY_SAT * 1000n);
    expect(world.alice.listChannels()).toHaveLength(1);
  });
});

describe('events', () => {
  it('tell sender, forwarder and receiver their parts', async () => {
    const world = circle();
    const { alice, carol, channels } = world;
    const stop = new AbortController();
    const seen = async (events: AsyncIterable<SimulatedHtlcEvent>) => {
      const all: string[] = [];
      for await (const { type, event } of events) all.push(`${type} ${event.kind}`);
      return all;
    };
    const { signal } = stop;
    const [own, forwards] = [
      seen(alice.htlcEvents({ signal })),
      seen(carol.htlcEvents({ signal })),
    ];
    const changes: string[] = [];
    const unsubscribe = world.network.onGraphChange(({ kind }) => changes.push(kind));
    await payAround(world);
    world.network.setDisabled({ channelId: channels[2], from: carol.nodeId, disabled: true });
    unsubscribe();
    world.network.setDisabled({ channelId: channels[2], from: carol.nodeId, disabled: false });
    world.network.updatePolicy({
      channelId: channels[2],
      from: carol.nodeId,
      policy: { feeRatePpm: 9999 },
      announce: false,
    });
    await payAround(world);
    await settleMicrotasks();
    stop.abort();
    expect(await forwards).toEqual([
      'forward forward',
      'forward settle',
      'unknown final',
      'forward link_fail',
      'unknown final',
    ]);
    expect(await own).toEqual([
      'send forward',
      'receive settle',
      'unknown final',
      'send settle',
      'send forward',
      'send forward_fail',
    ]);
    expect(changes).toEqual(['policy']);
  });
});
