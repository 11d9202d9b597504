/** TrackPaymentV2: follows a payment until it is decided. */
import { status } from '@grpc/grpc-js';
import { RouterService, TrackPaymentRequest } from '../../generated/services/router.ts';
import type { StopSignal, TrackUpdate } from '../../ports.ts';
import { hexToBytes } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
import { readPayment } from './payment-record.ts';
import { isServiceError, streamMessages } from './stream-messages.ts';

/** Ends after a terminal state, after `not_found`, and quietly when the signal aborts. */
export async function* trackPayment(
  calls: LndCalls,
  paymentHash: PaymentHash,
  signal: StopSignal,
): AsyncGenerator<TrackUpdate, void, undefined> {
  const method = RouterService.trackPaymentV2;
  const request = TrackPaymentRequest.fromPartial({
    paymentHash: hexToBytes(paymentHash),
    noInflightUpdates: false,
  });
  try {
    for await (const message of streamMessages(calls, { method, request, signal })) {
      const payment = readPayment(paymentHash, message);
      yield { kind: 'payment', payment };
      if (payment.state !== 'in_flight') return;
    }
  } catch (error) {
    if (!isServiceError(error)) throw error;
    if (error.code !== status.NOT_FOUND) throw await calls.explain(error, method.path, null);
    yield { kind: 'not_found' };
    return;
  }
  if (signal.aborted) return;
  throw new NodeError(
    'rpc',
    `lnd stopped reporting payment ${paymentHash} before it was decided; track it again`,
  );
}
