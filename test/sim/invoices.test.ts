import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import { hashOf } from '../../src/sim/invoice-store.ts';
import type { SimulatedInvoice } from '../../src/sim/records.ts';
import {
  AMOUNT_MSAT,
  attemptOf,
  type Circle,
  circle,
  invoiceOf,
  ManualClock,
  payAround,
  routeAlong,
} from './circle.ts';

const PREIMAGE = new Uint8Array(32).fill(7);

function holdInvoice({ alice }: Circle): SimulatedInvoice {
  const added = alice.addHoldInvoice({ paymentHash: hashOf(PREIMAGE), cltvDelta: 40 });
  if (added.kind === 'error') throw new Error(added.message);
  return added.invoice;
}

describe('a hold invoice', () => {
  it('keeps the HTLC until it is settled', async () => {
    const world = circle();
    const invoice = holdInvoice(world);
    expect(world.alice.settleInvoice(PREIMAGE)).toMatchObject({ message: 'invoice still open' });
    const sent = payAround(world, { invoice });
    expect(world.alice.lookupInvoice(invoice.paymentHash)).toMatchObject({
      state: 'accepted',
      htlcs: [{ state: 'accepted', channelId: world.channels[3] }],
    });
    expect(world.network.pendingHtlcs()).toHaveLength(4);
    expect(world.alice.settleInvoice(PREIMAGE)).toEqual({ kind: 'settled' });
    expect(world.alice.settleInvoice(PREIMAGE)).toEqual({ kind: 'settled' });
    expect(await attemptOf(sent)).toMatchObject({ state: 'settled', preimage: PREIMAGE });
    expect(world.alice.cancelInvoice(invoice.paymentHash)).toMatchObject({
      message: 'invoice already settled',
    });
  });

  it('fails it when cancelled, and never opens again', async () => {
    const world = circle();
    const invoice = holdInvoice(world);
    const sent = payAround(world, { invoice });
    expect(world.alice.cancelInvoice(invoice.paymentHash)).toEqual({ kind: 'canceled' });
    expect(world.alice.cancelInvoice(invoice.paymentHash)).toEqual({ kind: 'canceled' });
    expect((await attemptOf(sent)).failure).toMatchObject({
      code: Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
      failureSourceIndex: 4,
    });
    expect(world.alice.settleInvoice(PREIMAGE)).toMatchObject({
      message: 'invoice already canceled',
    });
    const again = world.alice.addHoldInvoice({ paymentHash: invoice.paymentHash });
    expect(again).toMatchObject({ message: 'invoice with payment hash already exists' });
    expect(world.alice.deleteCanceledInvoice(invoice.paymentHash)).toEqual({ kind: 'deleted' });
    expect(world.alice.lookupInvoice(invoice.paymentHash)).toBeUndefined();
  });

  it('is cancelled 18 blocks before its HTLC expires', async () => {
    const world = circle();
    const sent = payAround(world, { invoice: holdInvoice(world) });
    world.network.mineBlocks(43 - 19);
    expect(world.network.pendingHtlcs()).toHaveLength(4);
    world.network.mineBlocks(1);
    expect((await attemptOf(sent)).state).toBe('failed');
  });

  it('is followed by subscribeInvoice', async () => {
    const world = circle();
    const invoice = holdInvoice(world);
    const updates = world.alice.subscribeInvoice(invoice.paymentHash)!;
    const sent = payAround(world, { invoice });
    world.alice.settleInvoice(PREIMAGE);
    await sent;
    const states: string[] = [];
    for await (const { state } of updates) states.push(state);
    expect(states).toEqual(['open', 'accepted', 'settled']);
    expect(world.alice.subscribeInvoice(hashOf(new Uint8Array(32)))).toBeUndefined();
  });
});

describe('an incomplete set', () => {
  it('goes back after two minutes, and the invoice stays open', async () => {
    const clock = new ManualClock();
    const world = circle({ clock });
    const { network, alice, channels } = world;
    const invoice = invoiceOf(alice);
    const { paymentAddr, paymentHash } = invoice;
    const terms = { network, from: alice.nodeId, channels, paymentAddr };
    const route = routeAlong({ ...terms, amountMsat: 1_000_000n, totalMsat: AMOUNT_MSAT });
    const sent = alice.sendToRoute({ paymentHash, route, skipTempErr: true });
    await clock.advance(119_999);
    expect(network.pendingHtlcs()).toHaveLength(4);
    await clock.advance(1);
    const { failure } = await attemptOf(sent);
    expect(failure).toMatchObject({ code: Code.MPP_TIMEOUT, failureSourceIndex: 4 });
    expect(alice.lookupInvoice(paymentHash)).toMatchObject({
      state: 'open',
      htlcs: [{ state: 'canceled' }],
    });
  });
});

describe('an ordinary invoice', () => {
  it('expires by the clock', async () => {
    const clock = new ManualClock();
    const world = circle({ clock });
    const invoice = invoiceOf(world.alice, { cltvDelta: 40, expirySeconds: 60 });
    await clock.advance(59_999);
    expect(world.alice.lookupInvoice(invoice.paymentHash)?.state).toBe('open');
    await clock.advance(1);
    expect(world.alice.lookupInvoice(invoice.paymentHash)?.state).toBe('canceled');
    expect((await attemptOf(payAround(world, { invoice }))).state).toBe('failed');
  });

  it('refuses a delta below 24, a short preimage and a used hash', () => {
    const { alice } = circle();
    expect(alice.addInvoice({ cltvDelta: 23 })).toMatchObject({ kind: 'error' });
    expect(alice.addInvoice({ preimage: new Uint8Array(31) })).toMatchObject({ kind: 'error' });
    expect(alice.addInvoice({ preimage: PREIMAGE, cltvDelta: 24 })).toMatchObject({
      kind: 'added',
    });
    expect(alice.addInvoice({ preimage: PREIMAGE })).toMatchObject({ kind: 'error' });
    expect(alice.cancelInvoice(hashOf(new Uint8Array(32)))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
