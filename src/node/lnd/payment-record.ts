/** lnd's payments as Ballast's records, in bytes of their own. */
import { Route } from '../../generated/messages/route.ts';
import {
  type HTLCAttempt,
  HTLCAttempt_HTLCStatus,
  type Payment,
  Payment_PaymentStatus,
} from '../../generated/services/payments.ts';
import type { AttemptRecord, PaymentRecord } from '../../ports.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { readFailure } from './attempt-failure.ts';
import { ownBytes } from './own-bytes.ts';

export function readPayment(paymentHash: PaymentHash, message: Payment): PaymentRecord {
  return {
    paymentHash,
    state: paymentState(message.status),
    valueMsat: message.valueMsat,
    attempts: message.htlcs.map(readAttempt),
  };
}

/** INITIATED, and whatever else is not an end, may still move money. */
export function paymentState(state: number): PaymentRecord['state'] {
  switch (state) {
    case Payment_PaymentStatus.SUCCEEDED:
      return 'settled';
    case Payment_PaymentStatus.FAILED:
      return 'failed';
    default:
      return 'in_flight';
  }
}

function readAttempt(attempt: HTLCAttempt): AttemptRecord {
  return {
    attemptId: attempt.attemptId,
    state: attemptState(attempt.status),
    route: ownBytes(attempt.route ?? Route.create()),
    attemptTimeNs: attempt.attemptTimeNs,
    failure: attempt.failure === undefined ? null : readFailure(attempt.failure),
    preimage: attempt.preimage.length === 0 ? null : ownBytes(attempt.preimage),
  };
}

function attemptState(state: number): AttemptRecord['state'] {
  switch (state) {
    case HTLCAttempt_HTLCStatus.SUCCEEDED:
      return 'settled';
    case HTLCAttempt_HTLCStatus.FAILED:
      return 'failed';
    default:
      return 'in_flight';
  }
}
