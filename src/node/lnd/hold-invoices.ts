/** Hold invoices at lnd: what arrives waits, is looked at, and is then taken or given back. */
import { type ServiceError, status } from '@grpc/grpc-js';
import {
  AddHoldInvoiceRequest,
  InvoicesService,
  SettleInvoiceMsg,
  SubscribeSingleInvoiceRequest,
} from '../../generated/services/invoices.ts';
import type {
  HoldInvoiceRequest,
  InvoiceRecord,
  InvoiceTerms,
  SettleInvoiceOutcome,
  StopSignal,
} from '../../ports.ts';
import { hexToBytes } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import { readInvoice, saysNoSuchInvoice } from './invoice-record.ts';
import { lookupInvoice } from './invoices.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';
import { ownBytes } from './own-bytes.ts';
import { isServiceError, streamMessages } from './stream-messages.ts';

const SECRET_BYTES = 32;

export async function addHoldInvoice(
  calls: LndCalls,
  request: HoldInvoiceRequest,
  deadlineMs: number,
): Promise<InvoiceTerms> {
  const { paymentHash } = request;
  const message = AddHoldInvoiceRequest.fromPartial({
    hash: hexToBytes(paymentHash),
    memo: request.memo,
    valueMsat: request.valueMsat,
    cltvExpiry: BigInt(request.cltvDelta),
    expiry: BigInt(request.expirySeconds),
    private: false,
  });
  const added = await calls.unary(InvoicesService.addHoldInvoice, message, deadlineMs);
  if (added.paymentAddr.length !== SECRET_BYTES) {
    throw oddAnswer('AddHoldInvoice', 'without a payment address, which routes to it must carry');
  }
  return { paymentHash, paymentAddr: ownBytes(added.paymentAddr) };
}

/**
 * Harmless when repeated: lnd answers OK for an invoice that is settled already. Rejects for nothing but a preimage
 * that is none.
 */
export async function settleInvoice(
  calls: LndCalls,
  preimage: Uint8Array,
  deadlineMs: number,
): Promise<SettleInvoiceOutcome> {
  if (preimage.length !== SECRET_BYTES) {
    throw new RangeError(`a preimage has ${SECRET_BYTES} bytes, not ${preimage.length}`);
  }
  const method = InvoicesService.settleInvoice;
  try {
    const end = await calls.attempt(method, SettleInvoiceMsg.fromPartial({ preimage }), deadlineMs);
    if (end.kind === 'response') return { kind: 'settled' };
    if (provesNothingHeld(end.error)) {
      return { kind: 'not_accepted', reason: `lnd holds no HTLC for it: ${end.error.details}` };
    }
    const error = await calls.explain(end.error, method.path, deadlineMs);
    return { kind: 'unknown', reason: error.message };
  } catch (error) {
    if (error instanceof NodeError) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}

/**
 * Which errors of SettleInvoice prove that the invoice was not held when lnd looked (lnd: `invoiceregistry.go`,
 * `SettleHodlInvoice`). Plain errors: status UNKNOWN and a text, which a SQL store may wrap. Anything else, such as a
 * lost connection or a database in trouble, may have come after the HTLC was taken.
 */
function provesNothingHeld({ code, details }: Pick<ServiceError, 'code' | 'details'>): boolean {
  if (code !== status.UNKNOWN && code !== status.NOT_FOUND) return false;
  return (
    details.includes('invoice still open') ||
    details.includes('invoice already canceled') ||
    saysNoSuchInvoice({ details })
  );
}

/**
 * Ends after a terminal state, and quietly when the signal aborts.
 *
 * lnd takes subscriptions to invoices that do not exist yet, and is silent then; so the invoice is looked up first.
 * It may still be cancelled and cleaned up in between, so silence has a limit too.
 *
 * @param options.deadlineMs for the look-up
 * @param options.silenceMs until the first message
 */
export async function* watchInvoice(
  calls: LndCalls,
  paymentHash: PaymentHash,
  options: {
    readonly signal: StopSignal;
    readonly deadlineMs: number;
    readonly silenceMs: number;
  },
): AsyncGenerator<InvoiceRecord, void, undefined> {
  const { signal, deadlineMs, silenceMs } = options;
  if (signal.aborted) return;
  if ((await lookupInvoice(calls, paymentHash, deadlineMs)) === undefined) {
    throw new NodeError(
      'rpc',
      `lnd has no invoice ${paymentHash}; it may have been cancelled and cleaned up: add another`,
    );
  }
  const method = InvoicesService.subscribeSingleInvoice;
  const request = SubscribeSingleInvoiceRequest.fromPartial({ rHash: hexToBytes(paymentHash) });
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const silence = setTimeout(end, silenceMs);
  try {
    for await (const message of streamMessages(calls, { method, request, signal: ended.signal })) {
      clearTimeout(silence);
      const invoice = readInvoice(message, { paymentHash, method: 'SubscribeSingleInvoice' });
      yield invoice;
      if (invoice.state === 'settled' || invoice.state === 'canceled') return;
    }
  } catch (error) {
    throw isServiceError(error) ? await calls.explain(error, method.path, null) : error;
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', end);
  }
  if (signal.aborted) return;
  throw ended.signal.aborted
    ? new NodeError(
        'deadline',
        `lnd told nothing of invoice ${paymentHash} within ${silenceMs} ms, as when it was just cleaned up; watch it again`,
      )
    : new NodeError(
        'rpc',
        `lnd stopped reporting invoice ${paymentHash} before it was decided; watch it again`,
      );
}
