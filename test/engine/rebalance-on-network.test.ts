/** Whole rebalances on the simulated network: real failures, real balances. */
import { describe, expect, test } from 'vitest';
import type { RebalanceReport } from '../../src/executor/rebalance-report.ts';
import { AMOUNT_MSAT, eventKinds, eventOf, Square } from './square.ts';

const paths = (report: RebalanceReport): string[][] =>
  report.attempts.map((attempt) => attempt.hops.map((hop) => hop.toAlias));

/** What must be true after any rebalance: our loss is the fee, and every invoice has ended. */
async function checkBooks(square: Square, report: RebalanceReport, before: bigint): Promise<void> {
  expect(square.ownTotalMsat()).toBe(before - report.feePaidMsat);
  for (const { paymentHash, state } of report.invoices) {
    expect((await square.node.lookupInvoice(paymentHash))?.state).toBe(state);
  }
  const records = await square.store.records();
  if (report.invoices.length === 0) return;
  expect(records.at(-1)).toMatchObject({ kind: 'end', movedMsat: report.movedMsat });
}

describe('on the simulated network', () => {
  test('moves the amount for the cheapest fee', async () => {
    const square = new Square();
    const before = square.ownTotalMsat();
    const inBefore = square.ourSideMsat(square.in);
    const run = square.rebalance();
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: { kind: 'settled' },
      movedMsat: AMOUNT_MSAT,
      feePaidMsat: 100_000n,
      feePpm: 100,
      arrivals: [{ channelId: square.in, amountMsat: AMOUNT_MSAT, state: 'settled' }],
      arrivedAsAsked: true,
      rebalanceId: run.rebalanceId,
    });
    expect(square.ourSideMsat(square.in)).toBe(inBefore + AMOUNT_MSAT);
    expect(paths(report)).toEqual([['ann', 'bob', 'us']]);
    await checkBooks(square, report, before);
    // The events were kept for whoever comes late.
    expect(await eventKinds(run)).toEqual([
      'route_found',
      'attempt_started',
      'settled',
      'finished',
    ]);
  });

  test('peers stand for all channels with them', async () => {
    const square = new Square();
    const report = await square.rebalance({ from: square.ann, to: square.bob }).result;
    expect(report.outcome.kind).toBe('settled');
  });

  test('a dry run prices the route and does nothing', async () => {
    const square = new Square();
    const before = square.ownTotalMsat();
    const report = await square.rebalance({ dryRun: true }).result;
    expect(report.outcome).toMatchObject({ kind: 'dry_run', quote: { feeMsat: 100_000n } });
    expect(square.ownTotalMsat()).toBe(before);
    expect(await square.store.records()).toEqual([]);
  });

  test('terms that are not announced: the same path, repriced', async () => {
    const square = new Square();
    const before = square.ownTotalMsat();
    const policy = { feeRatePpm: 150, timeLockDelta: 90 };
    square.network.updatePolicy({
      channelId: square.annBob,
      from: square.ann,
      policy,
      announce: false,
    });
    const run = square.rebalance();
    const report = await run.result;
    expect(report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 150_000n });
    expect(paths(report)).toEqual([
      ['ann', 'bob', 'us'],
      ['ann', 'bob', 'us'],
    ]);
    expect(await eventOf(run, 'repriced')).toMatchObject({
      update: { channelId: square.annBob, from: square.ann, policy },
    });
    await checkBooks(square, report, before);
  });

  test('a balance that is lacking: another route, under the same hash', async () => {
    const square = new Square({ annBobMsat: 500_000_000n });
    const before = square.ownTotalMsat();
    const run = square.rebalance();
    const report = await run.result;
    expect(paths(report)).toEqual([
      ['ann', 'bob', 'us'],
      ['ann', 'cleo', 'bob', 'us'],
    ]);
    expect(report).toMatchObject({ outcome: { kind: 'settled' }, invoices: { length: 1 } });
    expect((await eventOf(run, 'attempt_failed')).verdict).toMatchObject({
      code: 'TEMPORARY_CHANNEL_FAILURE',
      position: 'first',
      source: square.ann,
    });
    await checkBooks(square, report, before);
  });

  test('a smaller amount where no route carries the whole', async () => {
    const poor = 700_000_000n;
    const square = new Square({ annBobMsat: poor, annCleoMsat: poor, annDanMsat: poor });
    const before = square.ownTotalMsat();
    const run = square.rebalance({ minAmountMsat: 100_000_000n });
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: { kind: 'settled' },
      movedMsat: 250_000_000n,
      attempts: { length: 4 },
    });
    expect(await eventOf(run, 'amount_shrunk')).toMatchObject({ toMsat: 250_000_000n });
    await checkBooks(square, report, before);
  });

  test('routes out of stock: the invoice is cancelled at the end', async () => {
    const poor = 500_000_000n;
    const square = new Square({ annBobMsat: poor, annCleoMsat: poor, annDanMsat: poor });
    const before = square.ownTotalMsat();
    const report = await square.rebalance().result;
    expect(report).toMatchObject({
      outcome: { kind: 'no_route', reason: { code: 'avoided' } },
      attempts: { length: 3 },
      invoices: [{ state: 'canceled' }],
    });
    await checkBooks(square, report, before);
  });

  test('only dearer routes: says what the cheapest costs', async () => {
    const square = new Square();
    const report = await square.rebalance({ maxFeePpm: 99 }).result;
    expect(report.outcome).toMatchObject({ kind: 'fee_limit', cheapestFeeMsat: 100_000n });
    expect(report.invoices).toEqual([]);
  });

  test('a peer that is offline', async () => {
    const square = new Square();
    square.network.setOnline(square.ann, false);
    const report = await square.rebalance().result;
    expect(report.outcome).toMatchObject({
      kind: 'no_route',
      reason: { code: 'no_outgoing_channel' },
    });
  });

  test('a node on the way that is offline is left out', async () => {
    const square = new Square({ annBobMsat: 500_000_000n });
    square.network.setOnline(square.cleo, false);
    const report = await square.rebalance().result;
    expect(paths(report)).toEqual([
      ['ann', 'bob', 'us'],
      ['ann', 'cleo', 'bob', 'us'],
      ['ann', 'dan', 'bob', 'us'],
    ]);
    expect(report.attempts[1]?.outcome).toMatchObject({ verdict: { code: 'UNKNOWN_NEXT_PEER' } });
    expect(report.outcome.kind).toBe('settled');
  });

  test('a channel that is disabled is not tried', async () => {
    const square = new Square();
    const { annBob: channelId, ann: from } = square;
    square.network.setDisabled({ channelId, from, disabled: true });
    const report = await square.rebalance().result;
    expect(paths(report)).toEqual([['ann', 'cleo', 'bob', 'us']]);
  });

  test('a minimum that is not announced', async () => {
    const square = new Square();
    const { annBob: channelId, ann: from } = square;
    const policy = { minHtlcMsat: 2_000_000_000n };
    square.network.updatePolicy({ channelId, from, policy, announce: false });
    const report = await square.rebalance().result;
    expect(paths(report)).toEqual([
      ['ann', 'bob', 'us'],
      ['ann', 'cleo', 'bob', 'us'],
    ]);
  });

  test('arrival on a sibling channel is reported', async () => {
    const square = new Square({ sibling: true, seed: 7 });
    const seen = new Set<boolean | null>();
    const rebalancer = square.rebalancer();
    for (let i = 0; i < 16; i++) {
      const { out: from, in: to } = square;
      const request = { from, to, amountMsat: 100_000_000n, maxFeePpm: 1000 };
      const report = await rebalancer.rebalance({ ...request, arrival: 'report' }).result;
      expect(report.outcome.kind).toBe('settled');
      expect(report.arrivedAsAsked).toBe(report.arrivals[0]?.channelId === square.in);
      seen.add(report.arrivedAsAsked);
    }
    expect(seen).toEqual(new Set([true, false]));
  });
});

describe('payments that hang', () => {
  async function stuck(request: Parameters<Square['rebalance']>[0] = {}) {
    const square = new Square();
    square.network.holdHtlcsAt(square.bob);
    const run = square.rebalance(request);
    const { paymentHash } = await eventOf(run, 'attempt_started');
    return { square, run, paymentHash };
  }

  test('at the deadline: invoice cancelled, reported as in flight, never sent again', async () => {
    const { square, run, paymentHash } = await stuck({ deadlineMs: 60_000 });
    await square.clock.advance(59_999);
    expect((await square.node.lookupInvoice(paymentHash))?.state).toBe('open');
    await square.clock.advance(1);
    await eventOf(run, 'stopping');
    await square.clock.advance(15_000);
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: { kind: 'in_flight', cause: 'deadline', paymentHash, invoice: 'canceled' },
      attempts: [{ outcome: { kind: 'in_flight' } }],
      movedMsat: 0n,
      feePaidMsat: 0n,
    });
    expect((await square.node.lookupInvoice(paymentHash))?.state).toBe('canceled');
    expect(square.network.pendingHtlcs().map((htlc) => htlc.paymentHash)).toContain(paymentHash);
    const kinds = async () => (await square.store.records()).map((record) => record.kind);
    expect(await kinds()).toEqual(['start', 'invoice', 'intent']);

    // It comes free at last, meets the cancelled invoice, and its end goes into the journal.
    square.network.releaseHtlcs(square.bob);
    await expect
      .poll(kinds, { timeout: 60_000 })
      .toEqual(['start', 'invoice', 'intent', 'outcome', 'end']);
    expect(square.network.pendingHtlcs()).toEqual([]);
    expect(square.ownTotalMsat()).toBe(9_000_000_000n + 1_000_000_000n + 5_000_000_000n);
  });

  test('aborted: the same, at once', async () => {
    const controller = new AbortController();
    const { square, run, paymentHash } = await stuck({ signal: controller.signal });
    controller.abort();
    await eventOf(run, 'stopping');
    await square.clock.advance(15_000);
    expect((await run.result).outcome).toMatchObject({
      kind: 'in_flight',
      cause: 'aborted',
      invoice: 'canceled',
    });
    expect((await square.node.lookupInvoice(paymentHash))?.state).toBe('canceled');
  });

  test('failing back in time: the deadline is the outcome', async () => {
    const { square, run } = await stuck({ deadlineMs: 60_000 });
    await square.clock.advance(60_000);
    await eventOf(run, 'stopping');
    square.network.releaseHtlcs(square.bob);
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: { kind: 'deadline' },
      attempts: [{ outcome: { verdict: { code: 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS' } } }],
      invoices: [{ state: 'canceled' }],
    });
  });

  test('aborted before it began: nothing happens', async () => {
    const square = new Square();
    const report = await square.rebalance({ signal: AbortSignal.abort() }).result;
    expect(report.outcome.kind).toBe('aborted');
    expect(await square.store.records()).toEqual([]);
  });
});
