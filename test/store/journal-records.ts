/** Journal records for tests. */
import { Failure, Failure_FailureCode } from '../../src/generated/messages/failure.ts';
import { Route } from '../../src/generated/messages/route.ts';
import type { JournalRecord, SendOutcome } from '../../src/ports.ts';
import {
  type PaymentHash,
  parseChannelId,
  parseNodeId,
  parsePaymentHash,
} from '../../src/units/ids.ts';

/** Noon on a day of 2026. */
const AT_MS = Date.UTC(2026, 1, 3, 12);

/** A hash for a small number. */
export const hash = (n: number): PaymentHash =>
  parsePaymentHash(n.toString(16).padStart(2, '0').repeat(32));

export const start = (rebalanceId: string): JournalRecord => ({
  kind: 'start',
  rebalanceId,
  atMs: AT_MS,
  self: parseNodeId(`02${'ab'.repeat(32)}`),
  amountMsat: 500_000_000n,
  outChannels: [parseChannelId('900000000000000000')],
  inChannels: [parseChannelId('900000000000000003'), parseChannelId('900000000000000004')],
});

export const invoice = (rebalanceId: string, n = 1): JournalRecord => ({
  kind: 'invoice',
  rebalanceId,
  atMs: AT_MS,
  paymentHash: hash(n),
  preimage: new Uint8Array(32).fill(n),
});

/** With a route of four hops, as large as they usually are. */
export const intent = (
  rebalanceId: string,
  attempt = 1,
  n = 1,
): Extract<JournalRecord, { kind: 'intent' }> => ({
  kind: 'intent',
  rebalanceId,
  atMs: AT_MS,
  attempt,
  paymentHash: hash(n),
  route: Route.fromPartial({
    totalTimeLock: 840_000,
    totalAmtMsat: 500_000_123n,
    totalFeesMsat: 123n,
    hops: Array.from({ length: 4 }, (_, i) => ({
      chanId: `${900_000_000_000_000_000n + BigInt(i)}`,
      pubKey: '02'.repeat(33),
      amtToForwardMsat: 500_000_000n,
      expiry: 839_000,
      ...(i === 3
        ? { mppRecord: { totalAmtMsat: 500_000_000n, paymentAddr: new Uint8Array(32).fill(7) } }
        : {}),
    })),
  }),
  blockHeight: 838_900,
  amountMsat: 500_000_000n,
  feeMsat: 123n,
  outChannelId: parseChannelId('900000000000000000'),
  inChannelId: parseChannelId('900000000000000003'),
});

export const outcome = (
  rebalanceId: string,
  attempt = 1,
  sent: SendOutcome = {
    kind: 'failed',
    failure: Failure.fromPartial({ code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE }),
    attemptId: 7n,
  },
): JournalRecord => ({
  kind: 'outcome',
  rebalanceId,
  atMs: AT_MS,
  attempt,
  paymentHash: hash(1),
  outcome: sent,
});

export const end = (rebalanceId: string): JournalRecord => ({
  kind: 'end',
  rebalanceId,
  atMs: AT_MS,
  reason: 'settled',
  feePaidMsat: 123n,
  movedMsat: 500_000_000n,
});
