/** Payments and their attempts as lnd's messages (lnd: `routerrpc/router_backend.go`). */
import {
  HTLCAttempt,
  HTLCAttempt_HTLCStatus,
  Payment,
  Payment_PaymentStatus,
  PaymentFailureReason,
} from '../../generated/services/payments.ts';
import { bytesToHex } from '../../units/bytes.ts';
import type { SimulatedAttempt, SimulatedPayment } from '../records.ts';
import { writeRoute } from './route-message.ts';

const ATTEMPT_STATUS = {
  in_flight: HTLCAttempt_HTLCStatus.IN_FLIGHT,
  settled: HTLCAttempt_HTLCStatus.SUCCEEDED,
  failed: HTLCAttempt_HTLCStatus.FAILED,
} as const;

/** A payment without attempts shows as in flight too: INITIATED is sent only with `routerrpc.usestatusinitiated`. */
const PAYMENT_STATUS = {
  in_flight: Payment_PaymentStatus.IN_FLIGHT,
  settled: Payment_PaymentStatus.SUCCEEDED,
  failed: Payment_PaymentStatus.FAILED,
} as const;

const FAILURE_REASON = {
  none: PaymentFailureReason.FAILURE_REASON_NONE,
  error: PaymentFailureReason.FAILURE_REASON_ERROR,
  incorrect_payment_details: PaymentFailureReason.FAILURE_REASON_INCORRECT_PAYMENT_DETAILS,
} as const;

const NO_PREIMAGE = '0'.repeat(64);

export function writeAttempt(attempt: SimulatedAttempt): HTLCAttempt {
  return HTLCAttempt.fromPartial({
    attemptId: attempt.attemptId,
    status: ATTEMPT_STATUS[attempt.state],
    route: writeRoute(attempt.route),
    attemptTimeNs: attempt.attemptTimeNs,
    resolveTimeNs: attempt.resolveTimeNs,
    ...(attempt.failure !== null && { failure: attempt.failure }),
    ...(attempt.preimage !== null && { preimage: attempt.preimage }),
  });
}

export function writePayment(payment: SimulatedPayment): Payment {
  const valueSat = payment.valueMsat / 1000n;
  const feeSat = payment.feeMsat / 1000n;
  return Payment.fromPartial({
    paymentHash: payment.paymentHash,
    value: valueSat,
    valueSat,
    valueMsat: payment.valueMsat,
    creationDate: payment.creationTimeNs / 1_000_000_000n,
    creationTimeNs: payment.creationTimeNs,
    fee: feeSat,
    feeSat,
    feeMsat: payment.feeMsat,
    paymentPreimage: payment.preimage === null ? NO_PREIMAGE : bytesToHex(payment.preimage),
    status: PAYMENT_STATUS[payment.state],
    htlcs: payment.attempts.map(writeAttempt),
    paymentIndex: payment.paymentIndex,
    failureReason: FAILURE_REASON[payment.failureReason],
  });
}
