/**
 * Whether lnd's mission control ends a payment because of a failure (lnd: `routing/result_interpretation.go`): that
 * decides what a later send to the same hash may do.
 */
import { Failure_FailureCode as Code, type Failure } from '../generated/messages/failure.ts';
import type { PaymentFailureReason } from './records.ts';

/** `none`: the payment may go on. */
export function finalReason(failure: Failure, hopCount: number): PaymentFailureReason {
  if (failure.code === Code.INTERNAL_FAILURE) return 'error';
  if (failure.code === Code.UNREADABLE_FAILURE) return hopCount === 1 ? 'error' : 'none';
  if (failure.failureSourceIndex === 0) return firstHopReason(failure, hopCount);
  return failure.failureSourceIndex === hopCount ? lastHopReason(failure, hopCount) : 'none';
}

/** Our own link's refusals leave the payment open; an onion that the only hop cannot read does not. */
function firstHopReason(failure: Failure, hopCount: number): PaymentFailureReason {
  const onion: readonly number[] = [
    Code.INVALID_ONION_VERSION,
    Code.INVALID_ONION_HMAC,
    Code.INVALID_ONION_KEY,
  ];
  return hopCount === 1 && onion.includes(failure.code) ? 'error' : 'none';
}

function lastHopReason(failure: Failure, hopCount: number): PaymentFailureReason {
  if (failure.code === Code.MPP_TIMEOUT) return 'none';
  const details: readonly number[] = [
    Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    Code.INCORRECT_PAYMENT_AMOUNT,
    Code.FINAL_EXPIRY_TOO_SOON,
  ];
  if (details.includes(failure.code)) return 'incorrect_payment_details';
  const tampered: readonly number[] = [
    Code.FINAL_INCORRECT_CLTV_EXPIRY,
    Code.FINAL_INCORRECT_HTLC_AMOUNT,
  ];
  return tampered.includes(failure.code) && hopCount > 1 ? 'none' : 'error';
}
