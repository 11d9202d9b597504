/** Hold invoices and HTLCs that are held: the client against the simulator's server. */
import { describe, expect, it } from 'vitest';
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import type { InvoiceRecord, LightningNode, OwnChannel } from '../../../src/ports.ts';
import { hashOf } from '../../../src/sim/invoice-store.ts';
import { collect, nodeError } from './connections.ts';
import {
  AMOUNT_MSAT,
  FINAL_DELTA,
  holdInvoiceOf,
  invoiceOf,
  type ServedTriangle,
  servedTriangle,
  track,
} from './served-triangle.ts';

const PREIMAGE = new Uint8Array(32).fill(0x70);
const HASH = hashOf(PREIMAGE);

const untilEnd = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

/** Sends around the circle to a hold invoice, and reads its updates up to the arrival. */
async function held(world: ServedTriangle) {
  const terms = await holdInvoiceOf(world.node, HASH);
  const updates = world.node.watchInvoice(HASH, untilEnd())[Symbol.asyncIterator]();
  const seen: InvoiceRecord[] = [(await updates.next()).value];
  const sent = world.node.sendToRoute({ paymentHash: HASH, route: world.route(terms) });
  while (seen.at(-1)?.state === 'open') seen.push((await updates.next()).value);
  const rest = async (): Promise<InvoiceRecord[]> =>
    collect({ [Symbol.asyncIterator]: () => updates });
  return { terms, sent, seen, rest };
}

const channelOf = async (node: LightningNode, id: string | undefined): Promise<OwnChannel> =>
  (await node.ownChannels()).find(({ channelId }) => channelId === id)!;

describe('a hold invoice', () => {
  it('shows what arrived and where, and settles when told to', async () => {
    const world = await servedTriangle();
    const { node, network, channels } = world;
    const [out, , back] = channels;
    const expiryHeight = network.blockHeight + FINAL_DELTA;
    const { sent, seen, rest } = await held(world);
    const arrival = { channelId: back, amountMsat: AMOUNT_MSAT, expiryHeight };
    expect(seen).toEqual([
      { paymentHash: HASH, state: 'open', arrivals: [] },
      { paymentHash: HASH, state: 'accepted', arrivals: [{ ...arrival, state: 'accepted' }] },
    ]);
    expect((await channelOf(node, out)).pendingHtlcs).toEqual([
      {
        htlcId: 0n,
        paymentHash: HASH,
        incoming: false,
        amountSat: 100_002n,
        expiryHeight: expiryHeight + 160,
      },
    ]);
    expect((await channelOf(node, back)).pendingHtlcs).toEqual([
      { paymentHash: HASH, incoming: true, amountSat: 100_000n, expiryHeight, htlcId: 0n },
    ]);

    expect(await node.settleInvoice(PREIMAGE)).toEqual({ kind: 'settled' });
    expect(await sent).toMatchObject({ kind: 'settled', preimage: PREIMAGE });
    const last = { paymentHash: HASH, state: 'settled' };
    expect((await rest()).at(-1)).toEqual({
      ...last,
      arrivals: [{ ...arrival, state: 'settled' }],
    });
    expect(await node.settleInvoice(PREIMAGE)).toEqual({ kind: 'settled' });
    expect(await collect(node.watchInvoice(HASH, untilEnd()))).toMatchObject([last]);
    expect((await node.ownChannels()).flatMap(({ pendingHtlcs }) => pendingHtlcs)).toEqual([]);
  });

  it('gives back what arrived when it is cancelled, and takes nothing any more', async () => {
    const world = await servedTriangle();
    const { node } = world;
    const { terms, sent, rest } = await held(world);
    expect(await node.cancelInvoice(HASH)).toEqual({ kind: 'canceled' });
    expect(await sent).toMatchObject({
      kind: 'failed',
      failure: {
        code: Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
        failureSourceIndex: 3,
      },
    });
    expect((await rest()).at(-1)).toMatchObject({
      state: 'canceled',
      arrivals: [{ state: 'canceled' }],
    });
    expect((await track(node, terms)).at(-1)).toMatchObject({ payment: { state: 'failed' } });
    expect((await node.settleInvoice(PREIMAGE)).kind).toBe('not_accepted');
    const again = await node.sendToRoute({ paymentHash: HASH, route: world.route(terms) });
    expect(again.kind).toBe('failed');
  });

  it('has nothing to settle before anything arrives, and does not exist unless added', async () => {
    const { node } = await servedTriangle();
    expect(await node.settleInvoice(PREIMAGE)).toMatchObject({
      kind: 'not_accepted',
      reason: expect.stringContaining('unable to locate invoice'),
    });
    const watch = collect(node.watchInvoice(HASH, untilEnd()));
    expect((await nodeError(watch)).message).toContain(`no invoice ${HASH}`);
    await holdInvoiceOf(node, HASH);
    expect(await node.settleInvoice(PREIMAGE)).toMatchObject({
      kind: 'not_accepted',
      reason: expect.stringContaining('invoice still open'),
    });
    expect(await node.lookupInvoice(HASH)).toMatchObject({ state: 'open' });
  });

  it('tells its watcher when its time has run out', async () => {
    const { node } = await servedTriangle();
    const terms = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 1, paymentHash: HASH };
    await node.addHoldInvoice(terms);
    const updates = await collect(node.watchInvoice(HASH, untilEnd()));
    expect(updates.at(-1)?.state).toBe('canceled');
  });
});

describe('HTLCs that a peer holds', () => {
  it('are listed with their channel, until the peer lets go', async () => {
    const { node, network, channels, nodes, route } = await servedTriangle();
    const terms = await invoiceOf(node, 1);
    network.holdHtlcsAt(nodes[0]!);
    const sent = node.sendToRoute({ ...terms, route: route(terms) });
    await expect
      .poll(async () => (await channelOf(node, channels[0])).pendingHtlcs)
      .toMatchObject([{ paymentHash: terms.paymentHash, incoming: false }]);
    expect((await channelOf(node, channels[2])).pendingHtlcs).toEqual([]);
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toMatchObject([
      {
        paymentHash: terms.paymentHash,
        state: 'in_flight',
        valueMsat: AMOUNT_MSAT,
        attempts: [{ state: 'in_flight', route: { hops: [{ chanId: channels[0] }, {}, {}] } }],
      },
    ]);
    network.releaseHtlcs(nodes[0]!);
    expect((await sent).kind).toBe('settled');
    expect((await channelOf(node, channels[0])).pendingHtlcs).toEqual([]);
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toEqual([]);
  });
});
