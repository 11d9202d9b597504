/** Follows a payment until it is decided. */
import type { AttemptRecord, SendOutcome, StopSignal, TrackUpdate } from '../../ports.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { type ClnCalls, resultOf } from './cln-calls.ts';
import { RPC_CODES } from './cln-rpc-error.ts';
import { paymentFailure } from './payment-failure.ts';
import { attemptsOf, type ListedAttempt, paymentOf } from './payments.ts';
import { type SendParts, WAIT_SECONDS } from './send-to-route.ts';

/**
 * Ends after a terminal state, after `not_found`, and quietly when the signal aborts. The reason of each attempt that
 * failed comes from waiting for it, or is asked for, as the list leaves it out.
 */
export async function* trackPayment(
  { calls, sharing }: SendParts,
  paymentHash: PaymentHash,
  signal: StopSignal,
): AsyncGenerator<TrackUpdate, void, undefined> {
  const reasons = new Map<bigint, AttemptRecord['failure']>();
  let told = '';
  while (!signal.aborted) {
    const attempts = await attemptsOf(calls, paymentHash);
    if (attempts.length === 0) {
      yield { kind: 'not_found' };
      return;
    }
    for (const listed of attempts) {
      const { attemptId, state } = listed.attempt;
      if (state !== 'failed' || reasons.has(attemptId)) continue;
      reasons.set(attemptId, await failureOf(calls, listed));
    }
    const payment = paymentOf(attempts.map((listed) => withReason(listed, reasons)));
    const state = payment.attempts.map(({ attemptId, state: is }) => `${attemptId} ${is}`).join();
    const last = payment.attempts.at(-1);
    if (payment.state !== 'in_flight' && last !== undefined)
      void sharing.conclude(paymentHash, endOf(last), last.route);
    if (signal.aborted) return;
    // Waiting ends every minute without news.
    if (state !== told) yield { kind: 'payment', payment };
    told = state;
    if (payment.state !== 'in_flight') return;
    const waited = attempts.find(({ attempt }) => attempt.state === 'in_flight')!;
    const failure = await change(calls, waited, signal);
    if (failure !== undefined) reasons.set(waited.attempt.attemptId, failure);
  }
}

/** For the lessons to the node: a failure whose reason is lost teaches nothing. */
function endOf({
  attemptId,
  preimage,
  failure,
}: AttemptRecord): Exclude<SendOutcome, { kind: 'unknown' }> {
  if (preimage !== null) return { kind: 'settled', preimage, attemptId };
  if (failure !== null) return { kind: 'failed', failure, attemptId };
  return { kind: 'not_sent', reason: 'the reason is lost' };
}

function withReason(
  listed: ListedAttempt,
  reasons: ReadonlyMap<bigint, AttemptRecord['failure']>,
): ListedAttempt {
  const failure = reasons.get(listed.attempt.attemptId) ?? null;
  return { ...listed, attempt: { ...listed.attempt, failure } };
}

const naming = ({ paymentHash, groupid, partid }: ListedAttempt) => ({
  payment_hash: paymentHash,
  groupid,
  partid,
});

/** It does not tell because it may not. */
const BARRED: ReadonlySet<number | null> = new Set([
  RPC_CODES.runeNotAuthorized,
  RPC_CODES.runeNotPermitted,
  RPC_CODES.runeBlacklisted,
]);

/** `null` where lightningd tells something else than a failure, which cannot be. */
async function failureOf(
  calls: ClnCalls,
  listed: ListedAttempt,
): Promise<AttemptRecord['failure']> {
  const end = await calls.attempt(
    'waitsendpay',
    { ...naming(listed), timeout: 1 },
    { waitMs: 1000 },
  );
  if (end.kind === 'error' && !BARRED.has(end.code)) return paymentFailure(end) ?? null;
  resultOf('waitsendpay', end);
  return null;
}

/**
 * Until the attempt has ended, for a minute at most.
 *
 * @returns the reason where it failed, which whoever asks later is told less of, or nothing
 * @throws NodeError where contact is lost
 */
async function change(
  calls: ClnCalls,
  listed: ListedAttempt,
  signal: StopSignal,
): Promise<AttemptRecord['failure'] | undefined> {
  const end = await calls.attempt(
    'waitsendpay',
    { ...naming(listed), timeout: WAIT_SECONDS },
    { waitMs: WAIT_SECONDS * 1000, signal },
  );
  if (signal.aborted || end.kind === 'result') return undefined;
  if (end.kind === 'error') {
    if (end.code === RPC_CODES.payInProgress || end.code === RPC_CODES.noSuchPayment)
      return undefined;
    const failure = paymentFailure(end);
    if (failure !== undefined) return failure;
  }
  resultOf('waitsendpay', end);
  return undefined;
}
