/** Finds our attempt in what the node remembers of a payment. */
import type { Route } from '../generated/messages/route.ts';
import type { AttemptRecord, PaymentRecord } from '../ports.ts';

export interface SoughtAttempt {
  readonly route: Route;
  /** Id of the last attempt of this hash whose end is known; `null` before the first. */
  readonly lastAttemptId: bigint | null;
}

export type AttemptMatch =
  | { readonly kind: 'settled'; readonly record: AttemptRecord | null }
  | { readonly kind: 'failed'; readonly record: AttemptRecord | null }
  | { readonly kind: 'in_flight' }
  /** The payment shows only the end of an earlier attempt: ours is not registered, or its record is gone. */
  | { readonly kind: 'not_seen' };

/**
 * Whether our attempt has ended, by the payment's record.
 *
 * - A settled attempt decides at once, whatever the payment's own state: its preimage is out.
 * - A failed attempt counts only when the payment is failed too; before that the node refuses the next one.
 * - No attempt in an unfinished payment proves nothing.
 * - A failed payment without our attempt is ours if no attempt came before it: then only our call can have made it,
 *   and the node dropped the record, as lnd does after a restart. Otherwise it may be the end of the attempt before.
 */
export function matchAttempt(payment: PaymentRecord, sought: SoughtAttempt): AttemptMatch {
  const record = ours(payment.attempts, sought);
  if (record?.state === 'settled' || payment.state === 'settled') {
    return { kind: 'settled', record };
  }
  if (payment.state === 'in_flight') return { kind: 'in_flight' };
  if (record !== null) return { kind: 'failed', record };
  return sought.lastAttemptId === null ? { kind: 'failed', record: null } : { kind: 'not_seen' };
}

/** Newer than the last known one and over the same route; of several the latest by the node's own clock. */
function ours(attempts: readonly AttemptRecord[], sought: SoughtAttempt): AttemptRecord | null {
  let latest: AttemptRecord | null = null;
  for (const attempt of attempts) {
    const isOld = sought.lastAttemptId !== null && attempt.attemptId <= sought.lastAttemptId;
    if (isOld || !sameRoute(attempt.route, sought.route)) continue;
    if (latest === null || attempt.attemptTimeNs >= latest.attemptTimeNs) latest = attempt;
  }
  return latest;
}

/** The same channels with the same amounts and expiries; nodes fill the other fields as they like. */
function sameRoute(a: Route, b: Route): boolean {
  return (
    a.totalAmtMsat === b.totalAmtMsat &&
    a.totalTimeLock === b.totalTimeLock &&
    a.hops.length === b.hops.length &&
    a.hops.every((hop, i) => {
      const other = b.hops[i]!;
      return (
        hop.chanId === other.chanId &&
        hop.amtToForwardMsat === other.amtToForwardMsat &&
        hop.expiry === other.expiry
      );
    })
  );
}
