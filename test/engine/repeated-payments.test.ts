/** One rebalance in several payments. */
import { describe, expect, test } from 'vitest';
import { AMOUNT_MSAT, eventKinds, Square } from './square.ts';

describe('a total', () => {
  test('is moved in payments with an invoice each, and the rest in a smaller one', async () => {
    const square = new Square();
    const before = square.ourSideMsat(square.in);
    const totalMsat = 2n * AMOUNT_MSAT + 500_000_000n;
    const run = square.rebalance({ totalMsat, minAmountMsat: 100_000_000n });
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: { kind: 'settled', endedBy: null },
      movedMsat: totalMsat,
      // 100 ppm on the way.
      feePaidMsat: totalMsat / 10_000n,
      attempts: [
        { amountMsat: AMOUNT_MSAT },
        { amountMsat: AMOUNT_MSAT },
        { amountMsat: 500_000_000n },
      ],
      arrivedAsAsked: true,
    });
    expect(square.ourSideMsat(square.in)).toBe(before + totalMsat);
    const hashes = report.attempts.map(({ paymentHash }) => paymentHash);
    expect(new Set(hashes).size).toBe(3);
    expect((await eventKinds(run)).filter((kind) => kind === 'settled')).toHaveLength(3);
    expect(await square.store.unfinished()).toEqual([]);
    const paid = await square.store.feesPaid();
    expect(paid.map(({ feeMsat }) => feeMsat)).toEqual([report.feePaidMsat]);
  });

  test('is left where no more would keep the limit for all payments', async () => {
    const square = new Square();
    const report = await square.rebalance({
      totalMsat: 4n * AMOUNT_MSAT,
      maxFeeMsat: (AMOUNT_MSAT * 25n) / 100_000n,
    }).result;
    expect(report).toMatchObject({
      outcome: { kind: 'settled', endedBy: { kind: 'fee_limit' } },
      movedMsat: 2n * AMOUNT_MSAT,
      feePaidMsat: (AMOUNT_MSAT * 2n) / 10_000n,
    });
  });

  test('an abort after the first payment keeps what is moved', async () => {
    const square = new Square();
    const controller = new AbortController();
    const run = square.rebalance({ totalMsat: 9n * AMOUNT_MSAT, signal: controller.signal });
    for await (const event of run) if (event.kind === 'settled') controller.abort();
    const report = await run.result;
    expect(report.outcome).toMatchObject({ kind: 'settled', endedBy: { kind: 'aborted' } });
    expect(report.movedMsat).toBeGreaterThanOrEqual(AMOUNT_MSAT);
    expect(report.movedMsat).toBeLessThan(9n * AMOUNT_MSAT);
    expect(square.network.pendingHtlcs()).toEqual([]);
  });
});
