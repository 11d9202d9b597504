/** What people read when payments of other rebalances are in the way. */
import { describe, expect, it } from 'vitest';
import { ProgressLines } from '../../../src/cli/render/progress.ts';
import { outcomeSentence } from '../../../src/cli/render/report.ts';
import type { RebalanceReport } from '../../../src/engine/index.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';

const paymentHash = parsePaymentHash('ab'.repeat(32));

describe('a payment that holds the same liquidity', () => {
  it('is named while it is waited for', () => {
    expect(new ProgressLines().linesOf({ kind: 'waiting', payments: [paymentHash] })).toEqual([
      `waiting for payments that hold the same liquidity: ${paymentHash}`,
    ]);
  });

  it('is named, with the command that follows it, when the wait was in vain', () => {
    const message = 'it was still under way at the deadline; nothing was sent';
    const report: RebalanceReport = {
      rebalanceId: '00',
      outcome: { kind: 'blocked', cause: 'deadline', payments: [paymentHash], message },
      movedMsat: 0n,
      feePaidMsat: 0n,
      feePpm: 0,
      attempts: [],
      arrivals: [],
      arrivedAsAsked: null,
      invoices: [],
      notes: [],
      startedAtMs: 0,
      durationMs: 0,
    };
    expect(outcomeSentence(report, 'lnd')).toBe(
      `Not settled (blocked): ${message} (\`lncli trackpayment ${paymentHash}\`).`,
    );
  });
});
