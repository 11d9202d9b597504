/**
 * Payments as lnd's database keeps them (lnd: `payments/db`, `InitPayment`, `RegisterAttempt`, `decidePaymentStatus`):
 * which hashes may be sent to again, and how much of a payment may be out at a time.
 */
import type { Failure } from '../generated/messages/failure.ts';
import type { Route } from '../generated/messages/route.ts';
import type { Clock } from '../ports.ts';
import { bytesEqual } from '../units/bytes.ts';
import type { PaymentHash } from '../units/ids.ts';
import { nowNs } from './clock.ts';
import { Feed } from './feed.ts';
import type {
  PaymentFailureReason,
  RequestError,
  SimulatedAttempt,
  SimulatedPayment,
} from './records.ts';
import type { MppTerms } from './route-reader.ts';

interface StoredAttempt {
  readonly attempt: SimulatedAttempt;
  readonly amountMsat: bigint;
  readonly mpp: MppTerms | null;
}

interface StoredPayment {
  readonly paymentHash: PaymentHash;
  readonly valueMsat: bigint;
  readonly paymentIndex: bigint;
  readonly creationTimeNs: bigint;
  readonly attempts: StoredAttempt[];
  failureReason: PaymentFailureReason;
}

/** lnd's errors of InitPayment, by the state that the payment was found in. */
export type InitResult =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'refused';
      readonly by: 'in_flight' | 'initiated' | 'settled';
      readonly message: string;
    };

export type RegisterResult =
  | { readonly kind: 'registered'; readonly attemptId: bigint }
  | { readonly kind: 'refused'; readonly message: string };

export class PaymentStore {
  readonly #clock: Clock;
  readonly #payments = new Map<PaymentHash, StoredPayment>();
  /** Changes of every payment, in order. */
  readonly changes: Feed<SimulatedPayment> = new Feed();
  #nextIndex = 1n;
  #nextAttemptId = 1n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts a payment, or starts a failed one over: its attempts are forgotten and it gets a new index. */
  init(request: { paymentHash: PaymentHash; valueMsat: bigint }): InitResult {
    const known = this.#payments.get(request.paymentHash);
    if (known !== undefined) {
      const state = stateOf(known);
      if (state === 'settled') {
        return { kind: 'refused', by: 'settled', message: 'invoice is already paid' };
      }
      if (state === 'in_flight') {
        return known.attempts.length === 0
          ? { kind: 'refused', by: 'initiated', message: 'payment already exists' }
          : { kind: 'refused', by: 'in_flight', message: 'payment is in transition' };
      }
      this.#payments.delete(request.paymentHash);
    }
    const payment: StoredPayment = {
      ...request,
      paymentIndex: this.#nextIndex++,
      creationTimeNs: nowNs(this.#clock),
      attempts: [],
      failureReason: 'none',
    };
    this.#payments.set(request.paymentHash, payment);
    this.#publish(payment);
    return { kind: 'ready' };
  }

  register(request: {
    paymentHash: PaymentHash;
    route: Route;
    amountMsat: bigint;
    mpp: MppTerms | null;
  }): RegisterResult {
    const payment = this.#stored(request.paymentHash);
    const message = registrationDefect(payment, request);
    if (message !== undefined) return { kind: 'refused', message };
    const attemptId = this.#nextAttemptId++;
    const attempt: SimulatedAttempt = {
      attemptId,
      state: 'in_flight',
      route: request.route,
      attemptTimeNs: nowNs(this.#clock),
      resolveTimeNs: 0n,
      failure: null,
      preimage: null,
    };
    payment.attempts.push({ attempt, amountMsat: request.amountMsat, mpp: request.mpp });
    this.#publish(payment);
    return { kind: 'registered', attemptId };
  }

  settleAttempt(key: AttemptKey, preimage: Uint8Array): SimulatedAttempt {
    return this.#resolve(key, { state: 'settled', preimage });
  }

  failAttempt(key: AttemptKey, failure: Failure): SimulatedAttempt {
    return this.#resolve(key, { state: 'failed', failure });
  }

  /** Marks the payment failed; the first reason stays. */
  failPayment(paymentHash: PaymentHash, reason: PaymentFailureReason): void {
    const payment = this.#stored(paymentHash);
    if (payment.failureReason !== 'none') return;
    payment.failureReason = reason;
    this.#publish(payment);
  }

  find(paymentHash: PaymentHash): SimulatedPayment | undefined {
    const payment = this.#payments.get(paymentHash);
    return payment === undefined ? undefined : viewOf(payment);
  }

  /** In order of their index. */
  all(): readonly SimulatedPayment[] {
    const views = [...this.#payments.values()].map(viewOf);
    return views.sort((a, b) => (a.paymentIndex < b.paymentIndex ? -1 : 1));
  }

  delete(paymentHash: PaymentHash): { readonly kind: 'deleted' } | RequestError {
    const payment = this.#payments.get(paymentHash);
    if (payment === undefined) {
      return { kind: 'error', code: 'UNKNOWN', message: "payment isn't initiated" };
    }
    if (stateOf(payment) === 'in_flight' && payment.attempts.length > 0) {
      return { kind: 'error', code: 'UNKNOWN', message: 'payment is in transition' };
    }
    this.#payments.delete(paymentHash);
    return { kind: 'deleted' };
  }

  #resolve(
    key: AttemptKey,
    outcome: Partial<Pick<SimulatedAttempt, 'preimage' | 'failure'>> &
      Pick<SimulatedAttempt, 'state'>,
  ): SimulatedAttempt {
    const payment = this.#stored(key.paymentHash);
    const at = payment.attempts.findIndex(({ attempt }) => attempt.attemptId === key.attemptId);
    const stored = payment.attempts[at];
    if (stored === undefined)
      throw new Error(`payment ${key.paymentHash} lost attempt ${key.attemptId}`);
    const attempt = { ...stored.attempt, ...outcome, resolveTimeNs: nowNs(this.#clock) };
    payment.attempts[at] = { ...stored, attempt };
    this.#publish(payment);
    return attempt;
  }

  #stored(paymentHash: PaymentHash): StoredPayment {
    const payment = this.#payments.get(paymentHash);
    if (payment === undefined) throw new Error(`payment ${paymentHash} was never initialised`);
    return payment;
  }

  #publish(payment: StoredPayment): void {
    this.changes.publish(viewOf(payment));
  }
}

export interface AttemptKey {
  readonly paymentHash: PaymentHash;
  readonly attemptId: bigint;
}

const has = (payment: StoredPayment, state: SimulatedAttempt['state']): boolean =>
  payment.attempts.some(({ attempt }) => attempt.state === state);

/** A payment without attempts counts as in flight, as lnd's RPC shows it. */
function stateOf(payment: StoredPayment): SimulatedPayment['state'] {
  if (has(payment, 'in_flight')) return 'in_flight';
  if (has(payment, 'settled')) return 'settled';
  return payment.failureReason === 'none' ? 'in_flight' : 'failed';
}

function registrationDefect(
  payment: StoredPayment,
  shard: { amountMsat: bigint; mpp: MppTerms | null },
): string | undefined {
  if (payment.failureReason !== 'none') return 'payment has failure reason';
  if (has(payment, 'settled')) return 'payment has settled htlcs';
  for (const { attempt, mpp } of payment.attempts) {
    if (attempt.state !== 'in_flight') continue;
    if (shard.mpp === null && mpp !== null) return 'payment has MPP attempts';
    if (shard.mpp !== null && mpp === null) return 'payment has non-MPP attempts';
    if (shard.mpp === null || mpp === null) continue;
    if (!bytesEqual(shard.mpp.paymentAddr, mpp.paymentAddr)) return 'payment address mismatch';
    if (shard.mpp.totalMsat !== mpp.totalMsat) return 'mp payment total amount mismatch';
  }
  if (shard.mpp === null && shard.amountMsat !== payment.valueMsat) {
    return "attempted value doesn't match payment amount";
  }
  let outMsat = shard.amountMsat;
  for (const { attempt, amountMsat } of payment.attempts) {
    if (attempt.state !== 'failed') outMsat += amountMsat;
  }
  return outMsat > payment.valueMsat ? 'attempted value exceeds payment amount' : undefined;
}

function viewOf(payment: StoredPayment): SimulatedPayment {
  const attempts = payment.attempts.map(({ attempt }) => attempt);
  const settled = attempts.filter(({ state }) => state === 'settled');
  const feeOf = ({ route }: SimulatedAttempt): bigint =>
    route.totalAmtMsat - (route.hops.at(-1)?.amtToForwardMsat ?? 0n);
  return {
    paymentHash: payment.paymentHash,
    state: stateOf(payment),
    valueMsat: payment.valueMsat,
    attempts,
    failureReason: payment.failureReason,
    paymentIndex: payment.paymentIndex,
    creationTimeNs: payment.creationTimeNs,
    feeMsat: settled.reduce((sum, attempt) => sum + feeOf(attempt), 0n),
    preimage: settled[0]?.preimage ?? null,
  };
}
