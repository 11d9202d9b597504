/** SendToRouteV2: one HTLC along one route, and what can be said for certain about its end. */
import { type ServiceError, status } from '@grpc/grpc-js';
import { type HTLCAttempt, HTLCAttempt_HTLCStatus } from '../../generated/services/payments.ts';
import { RouterService, SendToRouteRequest } from '../../generated/services/router.ts';
import type { SendOutcome, SendRequest } from '../../ports.ts';
import { hexToBytes } from '../../units/bytes.ts';
import { readFailure } from './attempt-failure.ts';
import { interceptorRefusal } from './interceptor-refusal.ts';
import type { CallEnd, LndCalls } from './lnd-calls.ts';
import { ownBytes } from './own-bytes.ts';
import { refusedBeforeSending } from './refused-before-sending.ts';
import { statusError } from './status-error.ts';

/** Never rejects, and never gives up waiting: a deadline would end our call and not the payment. */
export async function sendToRoute(calls: LndCalls, request: SendRequest): Promise<SendOutcome> {
  let end: CallEnd<HTLCAttempt>;
  try {
    const message = SendToRouteRequest.fromPartial({
      paymentHash: hexToBytes(request.paymentHash),
      route: request.route,
      // True would keep the payment in flight after a passing failure, and lnd would then accept a second attempt
      // beside a live one. False lets lnd itself refuse to send the full amount twice.
      skipTempErr: false,
    });
    end = await calls.attempt(RouterService.sendToRouteV2, message, null);
  } catch (error) {
    // `attempt` rejects only before the request is handed to the transport.
    return { kind: 'not_sent', reason: error instanceof Error ? error.message : String(error) };
  }
  return end.kind === 'response' ? attemptOutcome(end.response) : statusOutcome(end.error);
}

function statusOutcome(error: ServiceError): SendOutcome {
  const { path } = RouterService.sendToRouteV2;
  if (interceptorRefusal(error) !== undefined) {
    return { kind: 'not_sent', reason: statusError(error, { path, deadlineMs: null }).message };
  }
  const text = `${error.details} (${status[error.code]})`;
  return refusedBeforeSending(error)
    ? { kind: 'not_sent', reason: `lnd refused the route before sending: ${text}` }
    : { kind: 'unknown', reason: `lnd's answer does not tell whether an HTLC went out: ${text}` };
}

function attemptOutcome(attempt: HTLCAttempt): SendOutcome {
  const { attemptId } = attempt;
  switch (attempt.status as number) {
    case HTLCAttempt_HTLCStatus.SUCCEEDED:
      return { kind: 'settled', preimage: ownBytes(attempt.preimage), attemptId };
    case HTLCAttempt_HTLCStatus.FAILED:
      if (attempt.failure === undefined) {
        return {
          kind: 'unknown',
          reason: `lnd reports attempt ${attemptId} as failed, without a failure`,
        };
      }
      return { kind: 'failed', failure: readFailure(attempt.failure), attemptId };
    case HTLCAttempt_HTLCStatus.IN_FLIGHT:
      return { kind: 'unknown', reason: `lnd reports attempt ${attemptId} as still in flight` };
    default:
      return {
        kind: 'unknown',
        reason: `lnd reports attempt ${attemptId} with the unknown status ${attempt.status}`,
      };
  }
}
