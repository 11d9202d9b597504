import { describe, expect, test } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import type { SimulatedNode } from '../../src/sim/node.ts';
import type { SendToRouteResult } from '../../src/sim/records.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import {
  AMOUNT_MSAT,
  attemptOf,
  CAPACITY_SAT,
  type Circle,
  circle,
  HEIGHT,
  invoiceOf,
  ManualClock,
  payAround,
  routeAlong,
  settleMicrotasks,
} from './circle.ts';
import { ForwardClient, RESUME } from './forward-client.ts';

/** Whether the payment is over, and how; waits for nothing. */
function watch(sent: Promise<SendToRouteResult>): { state: string } {
  const seen = { state: 'in_flight' };
  void attemptOf(sent).then(({ state }) => {
    seen.state = state;
  });
  return seen;
}

/** bob holds one payment of alice's. */
async function heldPayment(world: Circle = circle()) {
  const client = new ForwardClient(world.bob);
  const sent = payAround(world);
  const watched = watch(sent);
  await settleMicrotasks();
  return { ...world, world, client, sent, watched };
}

/** The same, resumed and stuck with carol. */
async function forwardedPayment() {
  const held = await heldPayment();
  held.network.holdHtlcsAt(held.carol.nodeId);
  await held.client.answer(RESUME);
  expect(held.network.pendingHtlcs()).toHaveLength(2);
  return held;
}

/** All that is on the node's side of its channels. */
function ownedBy(network: SimulatedNetwork, nodeId: NodeId): bigint {
  let sumMsat = 0n;
  for (const { channelId } of network.node(nodeId).listChannels()) {
    const { node1, balance1Msat, balance2Msat } = network.balances(channelId);
    sumMsat += node1 === nodeId ? balance1Msat : balance2Msat;
  }
  return sumMsat;
}

describe('an offer', () => {
  test('tells what came in and what is to go out, and waits', async () => {
    const { client, watched, network, channels, bob } = await heldPayment();
    const [incoming] = bob.channel(channels[0])!.pendingHtlcs;
    expect(client.offers).toEqual([
      {
        circuit: { channelId: channels[0], index: 0n },
        paymentHash: incoming!.paymentHash,
        incomingAmountMsat: incoming!.amountMsat,
        incomingExpiry: incoming!.expiryHeight,
        outgoingChannelId: channels[1],
        outgoingAmountMsat: expect.toSatisfy((amount: bigint) => amount < incoming!.amountMsat),
        outgoingExpiry: incoming!.expiryHeight - 40,
        autoFailHeight: incoming!.expiryHeight - 19,
      },
    ]);
    expect(incoming).toMatchObject({ forwardingChannel: '0' });
    expect(watched.state).toBe('in_flight');
    expect(network.pendingHtlcs()).toHaveLength(1);
    expect(await client.answer(RESUME)).toEqual({ kind: 'resolved' });
    await settleMicrotasks();
    expect(watched.state).toBe('settled');
    expect(bob.forwardingHistory()).toHaveLength(1);
  });

  test('comes before every check of the outgoing channel; RESUME runs into them', async () => {
    const world = circle();
    world.network.updatePolicy({
      channelId: world.channels[1],
      from: world.bob.nodeId,
      policy: { feeRatePpm: 9999 },
      announce: false,
    });
    const { client, sent } = await heldPayment(world);
    expect(client.offers).toHaveLength(1);
    await client.answer(RESUME);
    expect((await attemptOf(sent)).failure).toMatchObject({
      code: Code.FEE_INSUFFICIENT,
      failureSourceIndex: 1,
    });
  });

  test('never concerns what starts or ends at the node', async () => {
    const world = circle();
    const client = new ForwardClient(world.alice);
    expect((await attemptOf(payAround(world))).state).toBe('settled');
    expect(client.offers).toEqual([]);
  });

  test('goes to one client only', async () => {
    const { bob, client } = await heldPayment();
    expect(() => new ForwardClient(bob)).toThrow('interceptor already exists');
    client.connection.disconnect();
    expect(new ForwardClient(bob).offers).toEqual([]);
  });

  test.each([
    { version: '0.20.1-beta', reject: 13 },
    { version: '0.21.0-beta', reject: 19 },
  ])('in $version is failed unoffered with less than $reject + 3 blocks left', async (terms) => {
    const world = circle();
    world.network.setInterception(world.bob.nodeId, { version: () => terms.version });
    const client = new ForwardClient(world.bob);
    // Carol asks for 60 blocks, dave for 100, alice for 43.
    const least = (final: number) => (route: { totalTimeLock: number }) => {
      route.totalTimeLock = HEIGHT + final;
    };
    const soon = await attemptOf(payAround(world, { change: least(terms.reject + 2) }));
    expect(soon.failure).toMatchObject({ code: Code.EXPIRY_TOO_SOON, failureSourceIndex: 1 });
    expect(soon.failure?.channelUpdate?.chanId).toBe(world.channels[0]);
    expect(client.offers).toEqual([]);
    void payAround(world, { change: least(terms.reject + 3) });
    await settleMicrotasks();
    expect(client.last.autoFailHeight).toBe(HEIGHT + 3);
  });
});

describe('a held forward', () => {
  test('fails at its height with an update of the incoming channel', async () => {
    const { client, sent, watched, network, channels } = await heldPayment();
    network.mineBlocks(client.last.autoFailHeight - HEIGHT - 1);
    await settleMicrotasks();
    expect(watched.state).toBe('in_flight');
    network.mineBlocks(1);
    expect((await attemptOf(sent)).failure).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
      channelUpdate: { chanId: channels[0] },
    });
    expect(await client.answer(RESUME)).toMatchObject({ kind: 'error' });
  });

  test('can be settled, which pays nobody further down', async () => {
    const world = circle();
    const client = new ForwardClient(world.bob);
    const preimage = new Uint8Array(32).fill(7);
    const invoice = invoiceOf(world.alice, { cltvDelta: 40, preimage });
    const sent = payAround(world, { invoice });
    await settleMicrotasks();
    expect(await client.answer({ kind: 'settle', preimage })).toEqual({ kind: 'resolved' });
    expect((await attemptOf(sent)).preimage).toEqual(preimage);
    expect(world.bob.forwardingHistory()).toEqual([]);
    expect(world.alice.lookupInvoice(invoice.paymentHash)?.state).toBe('open');
  });

  test.each([
    [{ kind: 'fail', code: 'TEMPORARY_CHANNEL_FAILURE' }, Code.TEMPORARY_CHANNEL_FAILURE, 1],
    [{ kind: 'fail', code: 'INVALID_ONION_KEY' }, Code.INVALID_ONION_KEY, 1],
    [{ kind: 'fail_encrypted' }, Code.UNREADABLE_FAILURE, 0],
  ] as const)('can be failed: %o', async (resolution, code, failureSourceIndex) => {
    const { client, sent } = await heldPayment();
    await client.answer(resolution);
    expect((await attemptOf(sent)).failure).toMatchObject({ code, failureSourceIndex });
  });

  test('can go on with other amounts', async () => {
    const { client, sent } = await heldPayment();
    const short = client.last.outgoingAmountMsat - 1n;
    await client.answer({ kind: 'resume_modified', outAmountMsat: short });
    const attempt = await attemptOf(sent);
    expect(attempt.failure).toMatchObject({ code: Code.FEE_INSUFFICIENT, failureSourceIndex: 2 });
  });

  test('whose fee a client vouches for passes the fee check', async () => {
    const world = circle();
    const client = new ForwardClient(world.bob);
    const sent = payAround(world, {
      change: (route) => {
        route.totalAmtMsat = route.hops[0]!.amtToForwardMsat;
      },
    });
    await settleMicrotasks();
    const inAmountMsat = client.last.incomingAmountMsat + 1_000_000n;
    await client.answer({ kind: 'resume_modified', inAmountMsat });
    expect((await attemptOf(sent)).state).toBe('settled');
    expect(world.bob.forwardingHistory()).toMatchObject([{ feeMsat: 0n }]);
  });
});

describe('an answer that cannot be carried out', () => {
  test('ends the connection and resumes all that is held', async () => {
    const held = await heldPayment();
    const other = watch(payAround(held.world));
    await settleMicrotasks();
    expect(held.client.offers).toHaveLength(2);
    const unknown = { channelId: held.channels[3], index: 5n };
    expect(await held.client.connection.resolve(unknown, RESUME)).toEqual({
      kind: 'error',
      message: 'forward does not exist: (Chan ID=700003:1:0, HTLC ID=5)',
    });
    await settleMicrotasks();
    expect([held.watched.state, other.state]).toEqual(['settled', 'settled']);
    expect(new ForwardClient(held.bob).offers).toEqual([]);
  });

  test.each([
    ['another preimage', { kind: 'settle', preimage: new Uint8Array(32) }],
    ['a second answer', RESUME],
  ] as const)('%s', async (name, resolution) => {
    const { client, watched } = await heldPayment();
    if (name === 'a second answer') await client.answer(RESUME);
    const outcome = await client.answer(resolution);
    await settleMicrotasks();
    expect(outcome).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(/^(preimage does not match hash|forward does not exist: )/),
    });
    expect(watched.state).toBe('settled');
  });
});

describe('a client that goes', () => {
  test('lets everything go on', async () => {
    const { client, watched, world } = await heldPayment();
    const offer = client.last;
    client.connection.disconnect();
    client.connection.disconnect();
    await settleMicrotasks();
    expect(watched.state).toBe('settled');
    expect(await client.answer(RESUME, offer)).toEqual({
      kind: 'error',
      message: 'the stream has ended',
    });
    expect((await attemptOf(payAround(world))).state).toBe('settled');
  });

  test('leaves it held where an interceptor is required, for the next one; new ones fail', async () => {
    const world = circle();
    world.network.setInterception(world.bob.nodeId, { required: true });
    const { client, watched, bob } = await heldPayment(world);
    client.connection.disconnect();
    const refused = await attemptOf(payAround(world));
    expect(refused.failure).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    expect(watched.state).toBe('in_flight');
    const next = new ForwardClient(bob);
    expect(next.offers).toEqual(client.offers);
    await next.answer(RESUME);
    await settleMicrotasks();
    expect(watched.state).toBe('settled');
  });
});

describe('a restarted incoming link', () => {
  test('offers nothing twice that is still held', async () => {
    const { client, network, channels } = await heldPayment();
    network.setLinkUp(channels[0], false);
    network.setLinkUp(channels[0], true);
    expect(client.offers).toHaveLength(1);
  });

  test('offers what has been forwarded as if it were new; RESUME does nothing', async () => {
    const { client, network, bob, carol, channels, watched } = await forwardedPayment();
    network.setOnline(bob.nodeId, false);
    network.setOnline(bob.nodeId, true);
    expect(client.offers).toHaveLength(2);
    expect(client.offers[1]).toEqual(client.offers[0]);
    const [incoming] = bob.channel(channels[0])!.pendingHtlcs;
    expect(incoming).toMatchObject({ forwardingChannel: channels[1] });
    await client.answer(RESUME);
    expect(network.pendingHtlcs()).toHaveLength(2);
    network.releaseHtlcs(carol.nodeId);
    await settleMicrotasks();
    expect(watched.state).toBe('settled');
    expect(bob.forwardingHistory()).toHaveLength(1);
  });

  test('auto-fail of such an offer fails the incoming HTLC while the outgoing one lives', async () => {
    const { client, network, carol, channels, sent } = await forwardedPayment();
    network.setLinkUp(channels[0], false);
    network.setLinkUp(channels[0], true);
    network.mineBlocks(client.last.autoFailHeight - HEIGHT);
    expect((await attemptOf(sent)).state).toBe('failed');
    expect(network.pendingHtlcs()).toMatchObject([{ channelId: channels[1] }]);
    network.releaseHtlcs(carol.nodeId);
    expect(network.pendingHtlcs()).toEqual([]);
  });

  test('FAIL of such an offer costs the node the whole amount', async () => {
    const { client, network, bob, carol, alice, channels, sent } = await forwardedPayment();
    network.setLinkUp(channels[0], false);
    network.setLinkUp(channels[0], true);
    const { outgoingAmountMsat } = client.last;
    const beforeMsat = ownedBy(network, bob.nodeId);
    await client.answer({ kind: 'fail', code: 'TEMPORARY_CHANNEL_FAILURE' });
    expect((await attemptOf(sent)).state).toBe('failed');
    expect(network.releaseHtlcs(carol.nodeId)).toBe(1);
    expect(network.pendingHtlcs()).toEqual([]);
    expect(alice.channel(channels[3])?.totalReceivedSat).toBe(AMOUNT_MSAT / 1000n);
    // What went out is gone from bob's side already; what came in never becomes his.
    expect(ownedBy(network, bob.nodeId)).toBe(beforeMsat);
    expect(beforeMsat).toBe(CAPACITY_SAT * 1000n - outgoingAmountMsat);
    expect(bob.forwardingHistory()).toEqual([]);
    expect(network.totalMsat()).toBe(4n * CAPACITY_SAT * 1000n);
  });
});

describe('an offer from the chain', () => {
  test('of lnd 0.22 replaces what is held, cannot be resumed, and outlives the client', async () => {
    const { client, network, bob, watched, sent } = await heldPayment();
    network.offerOnChain(bob.nodeId, client.last.circuit);
    expect(client.offers).toHaveLength(2);
    expect(client.last.autoFailHeight).toBe(client.last.incomingExpiry);
    network.offerOnChain(bob.nodeId, client.last.circuit);
    expect(client.offers).toHaveLength(2);
    expect(await client.answer(RESUME)).toEqual({
      kind: 'error',
      message: 'cannot resume held htlc in the on-chain flow',
    });
    const next = new ForwardClient(bob);
    expect(next.offers).toHaveLength(1);
    const { incomingExpiry } = next.last;
    network.mineBlocks(incomingExpiry - HEIGHT - 1);
    await settleMicrotasks();
    expect(watched.state).toBe('in_flight');
    network.mineBlocks(1);
    expect((await attemptOf(sent)).failure).toMatchObject({
      code: Code.PERMANENT_CHANNEL_FAILURE,
      failureSourceIndex: 0,
    });
  });

  test('of older versions says 0, and is forgotten with the next block', async () => {
    const { client, network, bob, carol, watched } = await forwardedPayment();
    network.setInterception(bob.nodeId, { version: () => '0.20.1-beta' });
    network.offerOnChain(bob.nodeId, client.last.circuit);
    expect(client.offers).toHaveLength(2);
    expect(client.last.autoFailHeight).toBe(0);
    network.mineBlocks(1);
    network.releaseHtlcs(carol.nodeId);
    await settleMicrotasks();
    expect(watched.state).toBe('settled');
    expect(await client.answer({ kind: 'fail', code: 'INVALID_ONION_KEY' })).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(/^forward does not exist/),
    });
  });

  test('of older versions ends the stream when it is failed', async () => {
    const { client, network, bob } = await forwardedPayment();
    network.setInterception(bob.nodeId, { version: () => '0.20.1-beta' });
    network.offerOnChain(bob.nodeId, client.last.circuit);
    expect(await client.answer({ kind: 'fail', code: 'INVALID_ONION_KEY' })).toEqual({
      kind: 'error',
      message: 'cannot fail in the on-chain flow',
    });
  });

  test('needs an HTLC that is there', () => {
    const { network, bob, channels } = circle();
    const circuit = { channelId: channels[0], index: 0n };
    expect(() => network.offerOnChain(bob.nodeId, circuit)).toThrow(RangeError);
  });
});

describe('a client that does not read', () => {
  test('stops everything that the node forwards, settles and fails', async () => {
    const { client, network, carol, world, watched } = await forwardedPayment();
    client.reads = false;
    const second = watch(payAround(world));
    await settleMicrotasks();
    const third = watch(payAround(world));
    network.releaseHtlcs(carol.nodeId);
    await settleMicrotasks();
    expect(client.offers).toHaveLength(2);
    expect(watched.state).toBe('in_flight');
    const answered = client.answer(RESUME);
    client.reads = true;
    client.connection.ready();
    expect(await answered).toEqual({ kind: 'resolved' });
    await settleMicrotasks();
    expect(client.offers).toHaveLength(3);
    expect([watched.state, second.state, third.state]).toEqual(['settled', 'settled', 'in_flight']);
    client.connection.disconnect();
    await settleMicrotasks();
    expect(third.state).toBe('settled');
  });
});

/** alice - bob - carol with nothing left on bob's side of bob - carol, and a way round by dave. */
function shortOfBalance() {
  const network = new SimulatedNetwork({ seed: 1, blockHeight: HEIGHT, clock: new ManualClock() });
  const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map((alias) =>
    network.node(network.addNode({ alias })),
  ) as [SimulatedNode, SimulatedNode, SimulatedNode, SimulatedNode];
  const open = (from: SimulatedNode, to: SimulatedNode, balance1Msat: bigint): ChannelId =>
    network.openChannel({
      node1: from.nodeId,
      node2: to.nodeId,
      capacitySat: CAPACITY_SAT,
      balance1Msat,
      policy1: { feeBaseMsat: 0n, feeRatePpm: 100, timeLockDelta: 40 },
      policy2: { feeBaseMsat: 0n, feeRatePpm: 100, timeLockDelta: 40 },
    });
  const [aliceBob, bobCarol] = [open(alice, bob, 900_000_000n), open(bob, carol, 30_000_000n)];
  const [bobDave, daveCarol] = [open(bob, dave, 900_000_000n), open(dave, carol, 900_000_000n)];
  const pay = (from: SimulatedNode, to: SimulatedNode, channels: readonly ChannelId[]) => {
    const { paymentAddr, paymentHash } = invoiceOf(to);
    const terms = { network, from: from.nodeId, channels, amountMsat: AMOUNT_MSAT, paymentAddr };
    return from.sendToRoute({ paymentHash, route: routeAlong(terms) });
  };
  return {
    network,
    bob,
    bobCarol,
    payCarol: () => pay(alice, carol, [aliceBob, bobCarol]),
    rebalance: () => pay(bob, bob, [bobDave, daveCarol, bobCarol]),
  };
}

describe('just in time', () => {
  test('a rebalance during the hold saves a forward that would have failed', async () => {
    const { network, bob, bobCarol, payCarol, rebalance } = shortOfBalance();
    const unaided = await attemptOf(payCarol());
    expect(unaided.failure).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    const before = ownedBy(network, bob.nodeId);
    const client = new ForwardClient(bob);
    const sent = payCarol();
    expect(client.last.outgoingChannelId).toBe(bobCarol);
    const rebalanced = await attemptOf(rebalance());
    expect(rebalanced.state).toBe('settled');
    // Our own payment met no interceptor of ours.
    expect(client.offers).toHaveLength(1);
    await client.answer(RESUME);
    expect((await attemptOf(sent)).state).toBe('settled');
    const [forward] = bob.forwardingHistory();
    const paidMsat = rebalanced.route.totalAmtMsat - AMOUNT_MSAT;
    expect(ownedBy(network, bob.nodeId)).toBe(before + forward!.feeMsat - paidMsat);
  });

  test('another channel to the peer carries what the requested one cannot', async () => {
    const { network, bob, bobCarol, payCarol } = shortOfBalance();
    const { peer } = bob.channel(bobCarol)!;
    const policy1 = { feeBaseMsat: 0n, feeRatePpm: 0, timeLockDelta: 10 };
    const ends = { node1: bob.nodeId, node2: peer };
    const second = network.openChannel({ ...ends, capacitySat: CAPACITY_SAT, policy1 });
    const client = new ForwardClient(bob);
    const sent = payCarol();
    expect(client.last.outgoingChannelId).toBe(bobCarol);
    await client.answer(RESUME);
    expect((await attemptOf(sent)).state).toBe('settled');
    expect(bob.forwardingHistory().map(({ channelOut }) => channelOut)).toEqual([second]);
  });
});
