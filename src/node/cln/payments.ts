/** The payments that lightningd remembers: finding those under way, removing those that failed. */
import type { AttemptRecord, PaymentRecord } from '../../ports.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import { type ClnCalls, resultOf } from './cln-calls.ts';
import { ClnObject, oddAnswer } from './cln-object.ts';
import { RPC_CODES } from './cln-rpc-error.ts';
import { labelledRoute } from './route-label.ts';

/** One attempt as `listsendpays` tells it. */
export interface ListedAttempt {
  readonly paymentHash: PaymentHash;
  readonly attempt: AttemptRecord;
  readonly amountMsat: bigint;
  readonly createdAtMs: number;
  /** Names the attempt among those of its hash. */
  readonly groupid: bigint;
  readonly partid: bigint;
}

/** All attempts of a payment, oldest first. */
export async function attemptsOf(
  calls: ClnCalls,
  paymentHash: PaymentHash,
): Promise<readonly ListedAttempt[]> {
  const answer = await calls.call('listsendpays', { payment_hash: paymentHash }, { lane: 'quick' });
  return readAttempts(new ClnObject('listsendpays', answer));
}

const readAttempts = (answer: ClnObject): readonly ListedAttempt[] =>
  answer
    .list('payments')
    .map(readAttempt)
    .sort((a, b) => (a.attempt.attemptId < b.attempt.attemptId ? -1 : 1));

function readAttempt(payment: ClnObject): ListedAttempt {
  const state = attemptState(payment.text('status'));
  const createdAt = payment.count('created_at');
  return {
    paymentHash: payment.paymentHash('payment_hash'),
    attempt: {
      attemptId: payment.has('created_index') ? payment.big('created_index') : payment.big('id'),
      state,
      route: labelledRoute(payment.optionalText('label')),
      attemptTimeNs: BigInt(createdAt) * 1_000_000_000n,
      failure: null,
      preimage: payment.has('payment_preimage') ? payment.fixedBytes('payment_preimage', 32) : null,
    },
    amountMsat: payment.optionalMsat('amount_msat') ?? 0n,
    createdAtMs: createdAt * 1000,
    groupid: payment.optionalBig('groupid') ?? 0n,
    partid: payment.optionalBig('partid') ?? 0n,
  };
}

function attemptState(status: string): AttemptRecord['state'] {
  switch (status) {
    case 'complete':
      return 'settled';
    case 'failed':
      return 'failed';
    case 'pending':
      return 'in_flight';
    default:
      throw oddAnswer('listsendpays', `with a payment of the status "${status}"`);
  }
}

/** @param attempts of one hash, at least one */
export function paymentOf(attempts: readonly ListedAttempt[]): PaymentRecord {
  const states = new Set(attempts.map(({ attempt }) => attempt.state));
  const { paymentHash, amountMsat } = attempts[0]!;
  return {
    paymentHash,
    state: states.has('settled') ? 'settled' : states.has('in_flight') ? 'in_flight' : 'failed',
    valueMsat: amountMsat,
    attempts: attempts.map(({ attempt }) => attempt),
  };
}

/** Whoever made them. Routes are known of our own alone. */
export async function unfinishedPayments(
  calls: ClnCalls,
  { sinceMs }: { readonly sinceMs: number },
): Promise<readonly PaymentRecord[]> {
  const answer = await calls.call('listsendpays', { status: 'pending' });
  const attempts = readAttempts(new ClnObject('listsendpays', answer));
  const byHash = Map.groupBy(attempts, ({ paymentHash }) => paymentHash);
  return [...byHash.values()]
    .filter((ofHash) =>
      ofHash.every(({ createdAtMs }) => createdAtMs >= Math.floor(sinceMs / 1000) * 1000),
    )
    .map(paymentOf);
}

/** Resolves where lightningd has no such payment, so that asking again is harmless. */
export async function deleteFailedPayment(
  calls: ClnCalls,
  paymentHash: PaymentHash,
): Promise<void> {
  const attempts = await attemptsOf(calls, paymentHash);
  if (attempts.length === 0) return;
  const { state } = paymentOf(attempts);
  if (state !== 'failed') {
    const what = state === 'settled' ? 'has settled' : 'is still under way';
    throw new NodeError(
      'rpc',
      `payment ${paymentHash} ${what}, so its record stays: only failed payments are deleted`,
    );
  }
  const end = await calls.attempt('delpay', { payment_hash: paymentHash, status: 'failed' });
  if (end.kind === 'error' && end.code === RPC_CODES.noSuchPayment) return;
  resultOf('delpay', end);
}
