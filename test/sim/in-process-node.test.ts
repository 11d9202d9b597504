import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import type { LightningNode, TrackUpdate } from '../../src/ports.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { hashOf } from '../../src/sim/invoice-store.ts';
import { AMOUNT_MSAT, type Circle, circle, HEIGHT, routeAlong } from './circle.ts';

const REQUEST = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 600 };

async function payment(world: Circle, node: LightningNode, fill: number, amountMsat = AMOUNT_MSAT) {
  const preimage = new Uint8Array(32).fill(fill);
  const { paymentHash, paymentAddr } = await node.addInvoice({ ...REQUEST, preimage });
  const { network, alice, channels } = world;
  const route = routeAlong({ network, from: alice.nodeId, channels, amountMsat, paymentAddr });
  return { preimage, paymentHash, route };
}

async function heldPayment(world: Circle, node: LightningNode, fill: number) {
  const preimage = new Uint8Array(32).fill(fill);
  const paymentHash = hashOf(preimage);
  const { paymentAddr } = await node.addHoldInvoice({ ...REQUEST, paymentHash });
  const { network, alice, channels } = world;
  const terms = { network, from: alice.nodeId, channels, amountMsat: AMOUNT_MSAT, paymentAddr };
  return { preimage, paymentHash, route: routeAlong(terms) };
}

const untilEnd = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe('inProcessNode', () => {
  it('is a LightningNode: pays, tells, lists', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    expect(await node.info()).toMatchObject({
      nodeId: world.alice.nodeId,
      blockHeight: HEIGHT,
      syncedToGraph: true,
      holdExpiryBlocks: 18,
    });
    expect((await node.describeGraph()).channels).toHaveLength(4);
    const before = await node.ownChannels();
    expect(before.map(({ channelId }) => channelId)).toEqual([
      world.channels[0],
      world.channels[3],
    ]);
    expect(before[0]).toMatchObject({ peer: world.bob.nodeId, peerAlias: 'bob', active: true });

    const { preimage, paymentHash, route } = await payment(world, node, 1);
    expect(paymentHash).toBe(hashOf(preimage));
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'settled',
      preimage,
    });
    expect(await node.lookupInvoice(paymentHash)).toEqual({
      paymentHash,
      state: 'settled',
      arrivals: [
        {
          channelId: world.channels[3],
          amountMsat: AMOUNT_MSAT,
          expiryHeight: HEIGHT + 43,
          state: 'settled',
        },
      ],
    });
    const after = await node.ownChannels();
    expect(after[1]!.spendableMsat - before[1]!.spendableMsat).toBe(AMOUNT_MSAT);
    expect(await node.cancelInvoice(paymentHash)).toEqual({ kind: 'already_settled' });
    expect(await node.sendToRoute({ paymentHash, route })).toEqual({
      kind: 'not_sent',
      reason: 'invoice is already paid',
    });
  });

  it('reports failures, and follows payments', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    const { paymentHash, route } = await payment(world, node, 2, 800_000_000n);
    const updates = async (): Promise<TrackUpdate[]> => {
      const seen: TrackUpdate[] = [];
      const { signal } = new AbortController();
      for await (const update of node.trackPayment(paymentHash, { signal })) seen.push(update);
      return seen;
    };
    expect(await updates()).toEqual([{ kind: 'not_found' }]);
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'failed',
      failure: { code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 0 },
    });
    expect(await updates()).toMatchObject([{ kind: 'payment', payment: { state: 'failed' } }]);
    expect(await node.cancelInvoice(paymentHash)).toEqual({ kind: 'canceled' });
    const unknown = hashOf(new Uint8Array(32));
    expect(await node.cancelInvoice(unknown)).toEqual({ kind: 'not_found' });
    expect(await node.lookupInvoice(unknown)).toBeUndefined();
    await expect(payment(world, node, 2)).rejects.toThrow('take another preimage');
  });

  it('ends a track when told to', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    const { paymentHash, route } = await payment(world, node, 3);
    world.network.holdHtlcsAt(world.bob.nodeId);
    const sent = node.sendToRoute({ paymentHash, route });
    const stop = new AbortController();
    let updates = 0;
    for await (const _ of node.trackPayment(paymentHash, { signal: stop.signal })) {
      updates++;
      stop.abort();
    }
    expect(updates).toBe(1);
    world.network.releaseHtlcs(world.bob.nodeId);
    expect((await sent).kind).toBe('settled');
  });

  it('holds what arrives until it is settled, and lists it meanwhile', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    const { preimage, paymentHash, route } = await heldPayment(world, node, 4);
    expect(await node.settleInvoice(preimage)).toEqual({
      kind: 'not_accepted',
      reason: 'invoice still open',
    });
    const watched = collect(node.watchInvoice(paymentHash, untilEnd()));
    const sent = node.sendToRoute({ paymentHash, route });
    const expiryHeight = HEIGHT + 43;
    const pending = (await node.ownChannels()).map(({ pendingHtlcs }) => pendingHtlcs);
    expect(pending).toEqual([
      [
        {
          paymentHash,
          incoming: false,
          amountSat: route.totalAmtMsat / 1000n,
          expiryHeight: route.totalTimeLock,
          htlcId: 0n,
        },
      ],
      [{ paymentHash, incoming: true, amountSat: AMOUNT_MSAT / 1000n, expiryHeight, htlcId: 0n }],
    ]);
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toMatchObject([
      { paymentHash, state: 'in_flight' },
    ]);
    await expect(node.deleteFailedPayment(paymentHash)).rejects.toThrow('only failed ones');

    expect(await node.settleInvoice(preimage)).toEqual({ kind: 'settled' });
    expect(await node.settleInvoice(preimage)).toEqual({ kind: 'settled' });
    expect(await sent).toMatchObject({ kind: 'settled', preimage });
    const arrival = { channelId: world.channels[3], amountMsat: AMOUNT_MSAT, expiryHeight };
    expect(await watched).toEqual([
      { paymentHash, state: 'open', arrivals: [] },
      { paymentHash, state: 'accepted', arrivals: [{ ...arrival, state: 'accepted' }] },
      { paymentHash, state: 'settled', arrivals: [{ ...arrival, state: 'settled' }] },
    ]);
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toEqual([]);
    await expect(node.deleteFailedPayment(paymentHash)).rejects.toThrow('only failed ones');
  });

  it('gives back what is cancelled, and forgets it when asked to', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    const { preimage, paymentHash, route } = await heldPayment(world, node, 5);
    const sent = node.sendToRoute({ paymentHash, route });
    await expect(node.deleteCanceledInvoice(paymentHash)).rejects.toThrow('invoice not canceled');
    expect(await node.cancelInvoice(paymentHash)).toEqual({ kind: 'canceled' });
    expect(await sent).toMatchObject({
      kind: 'failed',
      failure: { code: Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS, failureSourceIndex: 4 },
    });
    expect((await node.settleInvoice(preimage)).kind).toBe('not_accepted');
    for (let i = 0; i < 2; i++) {
      await node.deleteFailedPayment(paymentHash);
      await node.deleteCanceledInvoice(paymentHash);
    }
    expect(await collect(node.trackPayment(paymentHash, untilEnd()))).toEqual([
      { kind: 'not_found' },
    ]);
    expect(await node.lookupInvoice(paymentHash)).toBeUndefined();
    await expect(collect(node.watchInvoice(paymentHash, untilEnd()))).rejects.toThrow('no invoice');
  });

  it('lists what it has forwarded since a date, and not what it paid itself', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    await node.sendToRoute(await payment(world, node, 2));
    const atMs = world.network.clock.now();
    expect(await node.forwardingHistory({ sinceMs: 0 })).toEqual({ sinceMs: 0, forwards: [] });
    const bob = inProcessNode(world.network, world.bob.nodeId);
    const { forwards } = await bob.forwardingHistory({ sinceMs: atMs });
    expect(forwards).toMatchObject([
      { settledAtMs: atMs, inChannelId: world.channels[0], outChannelId: world.channels[1] },
    ]);
    const [first] = world.bob.forwardingHistory();
    expect(forwards[0]!.amountInMsat - forwards[0]!.amountOutMsat).toBe(first!.feeMsat);
    expect(forwards[0]!.amountOutMsat).toBeGreaterThan(AMOUNT_MSAT);
    expect((await bob.forwardingHistory({ sinceMs: atMs + 1 })).forwards).toEqual([]);
  });

  it('ends a watch when told to', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    const { paymentHash } = await heldPayment(world, node, 6);
    const stop = new AbortController();
    const states: string[] = [];
    for await (const { state } of node.watchInvoice(paymentHash, { signal: stop.signal })) {
      states.push(state);
      stop.abort();
    }
    expect(states).toEqual(['open']);
  });

  it('finds every payment under way, however many came after', async () => {
    const world = circle();
    const node = inProcessNode(world.network, world.alice.nodeId);
    const first = await payment(world, node, 7);
    world.network.holdHtlcsAt(world.bob.nodeId, { paymentHash: first.paymentHash });
    const sent = node.sendToRoute(first);
    for (let i = 0; i < 101; i++) {
      await node.sendToRoute(await payment(world, node, 8 + i, 990_000_000n));
    }
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toMatchObject([
      { paymentHash: first.paymentHash },
    ]);
    world.network.releaseHtlcs(world.bob.nodeId);
    expect((await sent).kind).toBe('settled');
  });

  it('does not exist for a node that does not', () => {
    const world = circle();
    const stranger = world.alice.nodeId.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(() => inProcessNode(world.network, stranger as typeof world.alice.nodeId)).toThrow(
      RangeError,
    );
  });

  it('tells what becomes of HTLCs: of its own payments, of forwards, and of what it refuses', async () => {
    const world = circle({ channels: [{}, { balance1Msat: 250_000_000n }] });
    const stop = new AbortController();
    const listen = (who: 'alice' | 'bob') =>
      collect(inProcessNode(world.network, world[who].nodeId).htlcEvents!({ signal: stop.signal }));
    const told = [listen('alice'), listen('bob')];
    const node = inProcessNode(world.network, world.alice.nodeId);
    await node.sendToRoute(await payment(world, node, 1));
    await node.sendToRoute(await payment(world, node, 2, 250_000_000n));
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    const [ours, bobs] = await Promise.all(told);
    expect(ours!.map((news) => [news.kind, 'purpose' in news && news.purpose])).toEqual([
      ['listening', false],
      ['went_out', 'send'],
      ['settled', 'receive'],
      ['resolved', 'unknown'],
      ['settled', 'send'],
      ['went_out', 'send'],
      ['failed_onward', 'send'],
    ]);
    const [incoming, outgoing] = world.channels;
    const circuit = {
      in: { channelId: incoming, htlcId: 0n },
      out: { channelId: outgoing, htlcId: 0n },
      purpose: 'forward',
    };
    const [, wentOut, settled, resolved, refused, failed] = bobs!;
    expect(wentOut).toMatchObject({ ...circuit, kind: 'went_out' });
    expect(settled).toMatchObject({ ...circuit, kind: 'settled' });
    expect(resolved).toMatchObject({ in: circuit.in, out: null, kind: 'resolved', settled: true });
    expect(refused).toMatchObject({
      kind: 'refused',
      refusal: 'INSUFFICIENT_BALANCE',
      in: { channelId: incoming, htlcId: 1n },
      out: { channelId: outgoing, htlcId: 0n },
    });
    expect(failed).toMatchObject({ kind: 'resolved', settled: false });
  });
});
