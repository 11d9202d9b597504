/** TrackPaymentV2: follows a payment until it is decided. */
import { type ClientReadableStream, type ServiceError, status } from '@grpc/grpc-js';
import { Route } from '../../generated/messages/route.ts';
import {
  type HTLCAttempt,
  HTLCAttempt_HTLCStatus,
  type Payment,
  Payment_PaymentStatus,
} from '../../generated/services/payments.ts';
import { RouterService, TrackPaymentRequest } from '../../generated/services/router.ts';
import type { AttemptRecord, PaymentRecord, StopSignal, TrackUpdate } from '../../ports.ts';
import { hexToBytes } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import { readFailure } from './attempt-failure.ts';
import type { LndCalls } from './lnd-calls.ts';
import { ownBytes } from './own-bytes.ts';

/** Ends after a terminal state, after `not_found`, and quietly when the signal aborts. */
export async function* trackPayment(
  calls: LndCalls,
  paymentHash: PaymentHash,
  signal: StopSignal,
): AsyncGenerator<TrackUpdate, void, undefined> {
  const method = RouterService.trackPaymentV2;
  if (signal.aborted) return;
  const request = TrackPaymentRequest.fromPartial({
    paymentHash: hexToBytes(paymentHash),
    noInflightUpdates: false,
  });
  const stream = await calls.stream(method, request);
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    // It may have been aborted while the connection was made, before there was anything to cancel.
    if (signal.aborted) return;
    yield* readUpdates(stream, paymentHash);
  } catch (error) {
    if (signal.aborted) return;
    if (!isServiceError(error)) throw error;
    if (error.code !== status.NOT_FOUND) throw await calls.explain(error, method.path, null);
    yield { kind: 'not_found' };
  } finally {
    signal.removeEventListener('abort', cancel);
    calls.finish(stream);
  }
}

async function* readUpdates(
  stream: ClientReadableStream<Payment>,
  paymentHash: PaymentHash,
): AsyncGenerator<TrackUpdate, void, undefined> {
  for await (const message of stream as AsyncIterable<Payment>) {
    const payment = readPayment(paymentHash, message);
    yield { kind: 'payment', payment };
    if (payment.state !== 'in_flight') return;
  }
  throw new NodeError(
    'rpc',
    `lnd stopped reporting payment ${paymentHash} before it was decided; track it again`,
  );
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;

function readPayment(paymentHash: PaymentHash, message: Payment): PaymentRecord {
  return {
    paymentHash,
    state: paymentState(message.status),
    valueMsat: message.valueMsat,
    attempts: message.htlcs.map(readAttempt),
  };
}

/** INITIATED, and whatever else is not an end, may still move money. */
function paymentState(state: number): PaymentRecord['state'] {
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
