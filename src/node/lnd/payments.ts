/** The payments that lnd remembers: finding those under way, removing those that failed. */
import { LightningService } from '../../generated/services/lightning.ts';
import {
  DeletePaymentRequest,
  ListPaymentsRequest,
  type Payment,
} from '../../generated/services/payments.ts';
import type { PaymentRecord } from '../../ports.ts';
import { hexToBytes } from '../../units/bytes.ts';
import { isPaymentHash, type PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';
import { paymentState, readPayment } from './payment-record.ts';
import { trackPayment } from './track-payment.ts';

/** lnd's own default. A payment in many parts can be half a megabyte, and an answer must stay below 200. */
const PAGE_SIZE = 100n;

/**
 * lnd cannot list by state, so this reads every payment since then, page by page from the oldest.
 *
 * @param options `deadlineMs` for each page
 */
export async function unfinishedPayments(
  calls: LndCalls,
  options: { readonly sinceMs: number; readonly deadlineMs: number },
): Promise<readonly PaymentRecord[]> {
  const { sinceMs, deadlineMs } = options;
  const unfinished = new Map<PaymentHash, PaymentRecord>();
  for (let indexOffset = 0n; ; ) {
    const request = ListPaymentsRequest.fromPartial({
      includeIncomplete: true,
      creationDateStart: BigInt(Math.max(0, Math.floor(sinceMs / 1000))),
      indexOffset,
      maxPayments: PAGE_SIZE,
    });
    const page = await calls.unary(LightningService.listPayments, request, deadlineMs);
    if (page.payments.length === 0) return [...unfinished.values()];
    for (const payment of page.payments) {
      const paymentHash = hashOf(payment);
      // A payment that is started over gets a new index: what a later page says of it is newer.
      if (paymentState(payment.status) === 'in_flight') {
        unfinished.set(paymentHash, readPayment(paymentHash, payment));
      } else {
        unfinished.delete(paymentHash);
      }
    }
    if (page.lastIndexOffset <= indexOffset) {
      throw oddAnswer(
        'ListPayments',
        `with a page that ends at ${page.lastIndexOffset}, though it was to begin after ${indexOffset}`,
      );
    }
    indexOffset = page.lastIndexOffset;
  }
}

/**
 * Asks first how the payment ended: lnd itself would delete one that succeeded. Resolves where lnd has no such
 * payment, so that asking again is harmless.
 *
 * @param deadlineMs for each of the two calls
 */
export async function deleteFailedPayment(
  calls: LndCalls,
  paymentHash: PaymentHash,
  deadlineMs: number,
): Promise<void> {
  const state = await presentState(calls, paymentHash, deadlineMs);
  if (state === 'not_found') return;
  if (state !== 'failed') {
    const what = state === 'settled' ? 'has settled' : 'is still under way';
    throw new NodeError(
      'rpc',
      `payment ${paymentHash} ${what}, so its record stays: only failed payments are deleted`,
    );
  }
  const request = DeletePaymentRequest.fromPartial({
    paymentHash: hexToBytes(paymentHash),
    failedHtlcsOnly: false,
  });
  await calls.unary(LightningService.deletePayment, request, deadlineMs);
}

async function presentState(
  calls: LndCalls,
  paymentHash: PaymentHash,
  deadlineMs: number,
): Promise<PaymentRecord['state'] | 'not_found'> {
  const signal = AbortSignal.timeout(deadlineMs);
  for await (const update of trackPayment(calls, paymentHash, signal)) {
    return update.kind === 'not_found' ? 'not_found' : update.payment.state;
  }
  throw new NodeError(
    'deadline',
    `lnd did not tell within ${deadlineMs} ms how payment ${paymentHash} stands; it may be overloaded: try again`,
  );
}

function hashOf({ paymentHash }: Payment): PaymentHash {
  if (isPaymentHash(paymentHash)) return paymentHash;
  throw oddAnswer('ListPayments', `with the payment hash "${paymentHash}"`);
}
