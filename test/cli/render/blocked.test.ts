/** What people read when a payment of an earlier rebalance is in the way. */
import { describe, expect, it } from 'vitest';
import { ProgressLines } from '../../../src/cli/render/progress.ts';
import { outcomeSentence } from '../../../src/cli/render/report.ts';
import type { RebalanceReport } from '../../../src/engine/index.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';

const paymentHash = parsePaymentHash('ab'.repeat(32));

describe('a payment of an earlier rebalance', () => {
  it('is named while it is waited for', () => {
    expect(new ProgressLines().linesOf({ kind: 'waiting', paymentHash })).toEqual([
      `waiting: payment ${paymentHash} of an earlier rebalance is unresolved`,
    ]);
  });

  it('is named, with the command that follows it, when the wait was in vain', () => {
    const message = 'it was still under way at the deadline; nothing was sent';
    const report: RebalanceReport = {
      rebalanceId: '00',
      outcome: { kind: 'blocked', cause: 'deadline', paymentHash, message },
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
    expect(outcomeSentence(report)).toBe(
      `Not started: ${message} (\`lncli trackpayment ${paymentHash}\`).`,
    );
  });
});
