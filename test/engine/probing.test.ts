/** Finding out what could be moved, without moving it. */
import { describe, expect, test } from 'vitest';
import type { RebalanceRequest } from '../../src/engine/index.ts';
import { AMOUNT_MSAT, eventKinds, Square } from './square.ts';

function probe(square: Square, request: Partial<RebalanceRequest> = {}, cleanUp = false) {
  return square.rebalancer({ cleanUp }).probe({
    from: square.out,
    to: square.in,
    amountMsat: AMOUNT_MSAT,
    maxFeePpm: 1000,
    ...request,
  });
}

const balances = (square: Square): bigint[] =>
  [square.out, square.in, square.annBob].map(
    (channelId) => square.network.balances(channelId).balance1Msat,
  );

describe('a probe', () => {
  test('finds that all of it can pass, and moves nothing', async () => {
    const square = new Square();
    const before = balances(square);
    const run = probe(square);
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: {
        kind: 'probed',
        largestMsat: AMOUNT_MSAT,
        feeMsat: AMOUNT_MSAT / 10_000n,
        refusedMsat: null,
      },
      attempts: [{ outcome: { kind: 'carried' } }],
      movedMsat: 0n,
      feePaidMsat: 0n,
    });
    expect(balances(square)).toEqual(before);
    expect(await eventKinds(run)).toContain('probe_carried');
    expect(await square.store.unfinished()).toEqual([]);
    expect(await square.store.feesPaid()).toEqual([]);
    const { paymentHash } = report.attempts[0]!;
    expect(await square.node.lookupInvoice(paymentHash)).toBeUndefined();
  });

  test('closes in on the largest amount that can pass', async () => {
    // Nothing but the way by Cleo, with 200,000 sat in it besides the reserve.
    const room = 200_000_000n;
    const annCleoMsat = room + 100_000_000n;
    const square = new Square({ annBobMsat: 0n, annDanMsat: 0n, annCleoMsat });
    const report = await probe(square, { maxAttempts: 30 }).result;
    const { outcome } = report;
    if (outcome.kind !== 'probed') throw new Error(`ended with ${outcome.kind}`);
    expect(outcome.largestMsat).toBeLessThanOrEqual(room);
    expect(outcome.refusedMsat! - outcome.largestMsat).toBeLessThanOrEqual(AMOUNT_MSAT / 50n);
    expect(outcome.largestMsat).toBeGreaterThan(room - AMOUNT_MSAT / 20n);
    // What was found can really be moved.
    const moved = await square.rebalance({ amountMsat: outcome.largestMsat }).result;
    expect(moved).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: outcome.feeMsat });
  });

  test('ends after the probes that it may make', async () => {
    const square = new Square({ annBobMsat: 0n, annDanMsat: 0n, annCleoMsat: 0n });
    const report = await probe(square, { maxAttempts: 2 }).result;
    expect(report.outcome).toMatchObject({ kind: 'probed', largestMsat: 0n });
    expect(report.attempts).toHaveLength(2);
  });

  test('leaves no record at the node where that was asked for, and never removes a success', async () => {
    const square = new Square();
    const removed: string[] = [];
    const { node } = square;
    square.node = {
      ...node,
      deleteFailedPayment: async (paymentHash) => {
        removed.push(paymentHash);
        await node.deleteFailedPayment(paymentHash);
      },
    };
    const probed = await probe(square, {}, true).result;
    const hash = probed.attempts[0]!.paymentHash;
    await expect.poll(() => removed).toEqual([hash]);
    const moved = await square.rebalance({}, { cleanUp: true }).result;
    expect(moved.outcome.kind).toBe('settled');
    const paid = await square.node.lookupInvoice(moved.attempts[0]!.paymentHash);
    expect(paid?.state).toBe('settled');
    expect(removed).toEqual([hash]);
  });

  test('cannot be a dry run, nor have a total', async () => {
    const square = new Square();
    await expect(probe(square, { dryRun: true }).result).rejects.toThrow(/leave out dryRun/);
    await expect(probe(square, { totalMsat: AMOUNT_MSAT }).result).rejects.toThrow(
      /leave out totalMsat/,
    );
  });
});
