import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code, type Failure } from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import { finalReason } from '../../src/sim/payment-verdict.ts';
import type { SimulatedPayment } from '../../src/sim/records.ts';
import vectors from '../vectors/send-to-route.json' with { type: 'json' };
import {
  AMOUNT_MSAT,
  attemptOf,
  type Circle,
  circle,
  invoiceOf,
  payAround,
  routeAlong,
} from './circle.ts';

/** bob has nothing to send on. */
const dry = (): Circle => circle({ channels: [{}, { balance1Msat: 0n }] });

const paymentOf = (
  { alice }: Circle,
  hash = alice.listPayments({ includeIncomplete: true })[0]!.paymentHash,
) =>
  alice.listPayments({ includeIncomplete: true }).find(({ paymentHash }) => paymentHash === hash)!;

const withoutMpp = (route: Route) => {
  route.hops.at(-1)!.mppRecord = undefined;
};

describe("lnd's vectors", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the vectors' inputs differ by kind
  const ofKind = (kind: string): { id: string; input: any; expected: any }[] =>
    vectors.vectors.filter((vector) => vector.kind === kind);

  it.each(ofKind('send_to_route_state'))('$id', async ({ input, expected }) => {
    const world = dry();
    const change = input.mpp ? () => {} : withoutMpp;
    const sent = await payAround(world, { skipTempErr: input.skip_temp_err, change });
    if (expected.rpc_error !== undefined) {
      expect(sent).toMatchObject({ kind: 'error', code: 'UNKNOWN', message: expected.rpc_error });
      expect(world.alice.listPayments({ includeIncomplete: true })).toEqual([]);
      return;
    }
    expect(sent).toMatchObject({
      kind: 'attempt',
      attempt: { failure: { code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 1 } },
    });
    const payment = paymentOf(world);
    expect(payment.state).toBe(expected.payment_failed ? 'failed' : 'in_flight');
    expect(payment.failureReason).toBe((expected.failure_reason ?? 'none').toLowerCase());
  });

  it.each(ofKind('send_to_route_error'))('$id', async ({ input, expected }) => {
    const sent = await payAround(circle(), {
      change: (route) => {
        route.hops = Array.from({ length: input.hops }, (_, i) => route.hops[i % 4]!);
      },
    });
    expect(sent).toEqual({ kind: 'error', code: 'UNKNOWN', message: expected.error });
  });
});

describe('what is refused before it touches the payment', () => {
  it.each([
    [
      'missing payment_addr',
      (route: Route) => void (route.hops[3]!.mppRecord!.paymentAddr = new Uint8Array(0)),
    ],
    ['missing total_msat', (route: Route) => void (route.hops[3]!.mppRecord!.totalAmtMsat = 0n)],
    [
      'no custom records with types below 65536 allowed',
      (route: Route) => void route.hops[3]!.customRecords.set(65_535n, new Uint8Array(1)),
    ],
  ])('%s', async (message, change) => {
    const world = circle();
    expect(await payAround(world, { change })).toEqual({ kind: 'error', code: 'UNKNOWN', message });
    expect(world.alice.listPayments({ includeIncomplete: true })).toEqual([]);
  });
});

describe('a zombie: initialised, never registered', () => {
  const overlong = (route: Route) => {
    route.hops[0]!.customRecords.set(70_000n, new Uint8Array(1300));
  };

  it('stays in flight without attempts, refuses plain sends, caps MPP ones, and can be deleted', async () => {
    const world = circle();
    const invoice = invoiceOf(world.alice);
    const half = AMOUNT_MSAT / 2n;
    const refused = await payAround(world, { invoice, amountMsat: half, change: overlong });
    expect(refused).toMatchObject({ code: 'UNKNOWN', message: 'max payload size exceeded' });
    expect(paymentOf(world)).toMatchObject({ state: 'in_flight', attempts: [], valueMsat: half });

    const plain = await payAround(world, { invoice, change: withoutMpp });
    expect(plain).toMatchObject({ code: 'ALREADY_EXISTS', message: 'payment already exists' });
    const large = await payAround(world, { invoice });
    expect(large).toMatchObject({ message: 'attempted value exceeds payment amount' });

    expect(world.alice.deletePayment(invoice.paymentHash)).toEqual({ kind: 'deleted' });
    expect((await attemptOf(payAround(world, { invoice }))).state).toBe('settled');
  });
});

describe('a hash that was used', () => {
  it('can be sent to again after FAILED: attempts are wiped, value and index change', async () => {
    const world = dry();
    const invoice = invoiceOf(world.alice);
    const first = await attemptOf(payAround(world, { invoice }));
    const index = paymentOf(world).paymentIndex;
    const second = await attemptOf(payAround(world, { invoice, amountMsat: 2000n }));
    expect(second.attemptId).toBeGreaterThan(first.attemptId);
    const payment = paymentOf(world);
    expect(payment).toMatchObject({ state: 'failed', failureReason: 'error', valueMsat: 2000n });
    expect(payment.attempts.map(({ attemptId }) => attemptId)).toEqual([second.attemptId]);
    expect(payment.paymentIndex).toBeGreaterThan(index);
  });

  it('cannot be sent to again after success', async () => {
    const world = circle();
    const invoice = invoiceOf(world.alice);
    await payAround(world, { invoice });
    const again = await payAround(world, { invoice });
    expect(again).toMatchObject({ code: 'ALREADY_EXISTS', message: 'invoice is already paid' });
  });

  it('is forgotten where a long simulation asks for it, what is open is not', async () => {
    const world = circle();
    const { alice, network } = world;
    const [paid, open] = [invoiceOf(alice), invoiceOf(alice)];
    await payAround(world, { invoice: paid });
    const nowS = Math.floor(network.clock.now() / 1000);
    alice.forgetSettled(nowS);
    expect(alice.lookupInvoice(paid.paymentHash)?.state).toBe('settled');
    alice.forgetSettled(nowS + 1);
    expect(alice.lookupInvoice(paid.paymentHash)).toBeUndefined();
    expect(alice.listPayments({ includeIncomplete: true })).toEqual([]);
    expect(alice.lookupInvoice(open.paymentHash)?.state).toBe('open');
  });

  it('in flight: no plain second send, and no MPP one beyond the value', async () => {
    const world = circle();
    const { network, carol, alice } = world;
    const invoice = invoiceOf(alice);
    network.holdHtlcsAt(carol.nodeId);
    const held = payAround(world, { invoice });
    expect(alice.deletePayment(invoice.paymentHash)).toMatchObject({
      message: 'payment is in transition',
    });
    const plain = await payAround(world, { invoice, change: withoutMpp });
    expect(plain).toMatchObject({ code: 'ALREADY_EXISTS', message: 'payment is in transition' });
    const second = await payAround(world, { invoice });
    expect(second).toMatchObject({ message: 'attempted value exceeds payment amount' });
    const other = await payAround(world, {
      invoice,
      change: (route) => void (route.hops[3]!.mppRecord!.totalAmtMsat += 1n),
    });
    expect(other).toMatchObject({ message: 'mp payment total amount mismatch' });
    const foreign = await payAround(world, {
      invoice,
      change: (route) => void (route.hops[3]!.mppRecord!.paymentAddr = new Uint8Array(32)),
    });
    expect(foreign).toMatchObject({ message: 'payment address mismatch' });
    expect(paymentOf(world).attempts).toHaveLength(1);
    network.releaseHtlcs(carol.nodeId);
    expect((await attemptOf(held)).state).toBe('settled');
  });

  it('with skip_temp_err, a later attempt beside a live one is accepted up to the value', async () => {
    const world = circle();
    const { network, alice, carol, channels } = world;
    const invoice = invoiceOf(alice);
    network.holdHtlcsAt(carol.nodeId);
    const shard = (amountMsat: bigint) => {
      const { paymentAddr, paymentHash } = invoice;
      const totalMsat = AMOUNT_MSAT;
      const from = alice.nodeId;
      const route = routeAlong({ network, from, channels, amountMsat, paymentAddr, totalMsat });
      return alice.sendToRoute({ paymentHash, route, skipTempErr: true });
    };
    const shards = [shard(AMOUNT_MSAT / 2n), shard(AMOUNT_MSAT / 2n)];
    expect(await shard(1000n)).toMatchObject({ message: 'attempted value exceeds payment amount' });
    network.releaseHtlcs(carol.nodeId);
    const attempts = await Promise.all(shards.map(attemptOf));
    expect(attempts.map(({ state }) => state)).toEqual(['settled', 'settled']);
    expect(alice.lookupInvoice(invoice.paymentHash)).toMatchObject({ amountPaidMsat: AMOUNT_MSAT });
  });
});

describe('the reason of a failed payment', () => {
  it('is INCORRECT_PAYMENT_DETAILS when the last node says so, even with skip_temp_err', async () => {
    const world = circle();
    const invoice = invoiceOf(world.alice);
    world.alice.cancelInvoice(invoice.paymentHash);
    await payAround(world, { invoice, skipTempErr: true });
    expect(paymentOf(world)).toMatchObject({
      state: 'failed',
      failureReason: 'incorrect_payment_details',
    });
  });

  it.each([
    ['TEMPORARY_CHANNEL_FAILURE', 4, 4, 'error'],
    ['TEMPORARY_CHANNEL_FAILURE', 2, 4, 'none'],
    ['FINAL_INCORRECT_HTLC_AMOUNT', 4, 4, 'none'],
    ['FINAL_INCORRECT_CLTV_EXPIRY', 1, 1, 'error'],
    ['FINAL_EXPIRY_TOO_SOON', 4, 4, 'incorrect_payment_details'],
    ['MPP_TIMEOUT', 4, 4, 'none'],
    ['INVALID_ONION_KEY', 0, 1, 'error'],
    ['INVALID_ONION_KEY', 0, 2, 'none'],
    ['UNREADABLE_FAILURE', 0, 1, 'error'],
    ['UNREADABLE_FAILURE', 0, 3, 'none'],
    ['INTERNAL_FAILURE', 0, 3, 'error'],
    ['UNKNOWN_NEXT_PEER', 0, 3, 'none'],
  ] as const)('%s from %s of %s: %s', (code, failureSourceIndex, hops, reason) => {
    const failure = { code: Code[code], failureSourceIndex } as Failure;
    expect(finalReason(failure, hops)).toBe(reason);
  });
});

describe('trackPayment', () => {
  it('does not know a payment that was never sent', () => {
    const world = circle();
    const invoice = invoiceOf(world.alice);
    expect(world.alice.trackPayment(invoice.paymentHash)).toEqual({
      kind: 'not_found',
      message: "payment isn't initiated",
    });
  });

  it('tells the current state at once, then every change, and ends', async () => {
    const world = circle();
    const { network, alice, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    const invoice = invoiceOf(alice);
    const sent = payAround(world, { invoice });
    const tracked = alice.trackPayment(invoice.paymentHash);
    network.releaseHtlcs(carol.nodeId, 'fail');
    const seen: SimulatedPayment[] = [];
    if (tracked.kind === 'payment') for await (const update of tracked.updates) seen.push(update);
    expect(seen.map(({ state, attempts }) => [state, attempts[0]?.state])).toEqual([
      ['in_flight', 'in_flight'],
      ['in_flight', 'failed'],
      ['failed', 'failed'],
    ]);
    expect((await attemptOf(sent)).failure).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 2,
    });
  });

  it('answers at once for a payment that is over', async () => {
    const world = circle();
    const invoice = invoiceOf(world.alice);
    await payAround(world, { invoice });
    const tracked = world.alice.trackPayment(invoice.paymentHash);
    const states: string[] = [];
    if (tracked.kind === 'payment')
      for await (const { state } of tracked.updates) states.push(state);
    expect(states).toEqual(['settled']);
  });
});

describe('listPayments', () => {
  it('pages in order of the index, succeeded ones only unless asked', async () => {
    const world = circle();
    for (let i = 0; i < 3; i++) await payAround(world, { amountMsat: 1_000_000n });
    await payAround(world, { amountMsat: 800_000_000n });
    const indices = (request: Parameters<typeof world.alice.listPayments>[0]) =>
      world.alice.listPayments(request).map(({ paymentIndex }) => Number(paymentIndex));
    expect(indices({})).toEqual([1, 2, 3]);
    expect(indices({ includeIncomplete: true })).toEqual([1, 2, 3, 4]);
    expect(indices({ indexOffset: 1n, maxPayments: 1 })).toEqual([2]);
    expect(indices({ reversed: true, maxPayments: 2 })).toEqual([2, 3]);
    expect(indices({ reversed: true, indexOffset: 3n })).toEqual([1, 2]);
  });
});
