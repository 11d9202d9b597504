/** Invoices at lnd: add, look up, cancel, delete. */
import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import {
  DelCanceledInvoiceReq,
  Invoice,
  PaymentHash as PaymentHashMessage,
} from '../../generated/services/invoice.ts';
import { CancelInvoiceMsg, InvoicesService } from '../../generated/services/invoices.ts';
import { LightningService } from '../../generated/services/lightning.ts';
import type {
  CancelInvoiceOutcome,
  InvoiceRecord,
  InvoiceRequest,
  InvoiceTerms,
} from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isPaymentHash, type PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import { readInvoice, saysNoSuchInvoice } from './invoice-record.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';
import { ownBytes } from './own-bytes.ts';

const HASH_BYTES = 32;

export async function addInvoice(
  calls: LndCalls,
  request: InvoiceRequest,
  deadlineMs: number,
): Promise<InvoiceTerms> {
  if (request.preimage.length !== HASH_BYTES) {
    throw new RangeError(`a preimage has ${HASH_BYTES} bytes, not ${request.preimage.length}`);
  }
  const invoice = Invoice.fromPartial({
    memo: request.memo,
    rPreimage: request.preimage,
    valueMsat: request.valueMsat,
    cltvExpiry: BigInt(request.cltvDelta),
    expiry: BigInt(request.expirySeconds),
    private: false,
  });
  const added = await calls.unary(LightningService.addInvoice, invoice, deadlineMs);
  const paymentHash = bytesToHex(added.rHash);
  const expected = createHash('sha256').update(request.preimage).digest('hex');
  if (paymentHash !== expected || !isPaymentHash(paymentHash)) {
    throw oddAnswer('AddInvoice', `with the hash "${paymentHash}" instead of ${expected}`);
  }
  if (added.paymentAddr.length !== HASH_BYTES) {
    throw oddAnswer('AddInvoice', 'without a payment address, which routes to it must carry');
  }
  return { paymentHash, paymentAddr: ownBytes(added.paymentAddr) };
}

export async function lookupInvoice(
  calls: LndCalls,
  paymentHash: PaymentHash,
  deadlineMs: number,
): Promise<InvoiceRecord | undefined> {
  const method = LightningService.lookupInvoice;
  const request = PaymentHashMessage.fromPartial({ rHash: hexToBytes(paymentHash) });
  const end = await calls.attempt(method, request, deadlineMs);
  if (end.kind === 'response') {
    return readInvoice(end.response, { paymentHash, method: 'LookupInvoice' });
  }
  if (isNotFound(end.error)) return undefined;
  throw await calls.explain(end.error, method.path, deadlineMs);
}

/** Harmless when repeated. Rejects only once the connection is closed: every other end of it is an outcome. */
export async function cancelInvoice(
  calls: LndCalls,
  paymentHash: PaymentHash,
  deadlineMs: number,
): Promise<CancelInvoiceOutcome> {
  const method = InvoicesService.cancelInvoice;
  const request = CancelInvoiceMsg.fromPartial({ paymentHash: hexToBytes(paymentHash) });
  try {
    const end = await calls.attempt(method, request, deadlineMs);
    if (end.kind === 'response') return { kind: 'canceled' };
    // lnd returns plain errors here: status UNKNOWN and a text, which a SQL store may wrap.
    const { details } = end.error;
    if (details.includes('invoice already canceled')) return { kind: 'canceled' };
    if (details.includes('invoice already settled')) return { kind: 'already_settled' };
    if (isNotFound(end.error)) return { kind: 'not_found' };
    const error = await calls.explain(end.error, method.path, deadlineMs);
    return { kind: 'unknown', reason: error.message };
  } catch (error) {
    if (!(error instanceof NodeError) || error.code === 'closed') throw error;
    return { kind: 'unknown', reason: error.message };
  }
}

/** Resolves where lnd has no such invoice, as when it cleans up by itself (`gc-canceled-invoices-on-the-fly`). */
export async function deleteCanceledInvoice(
  calls: LndCalls,
  paymentHash: PaymentHash,
  deadlineMs: number,
): Promise<void> {
  const method = LightningService.deleteCanceledInvoice;
  const request = DelCanceledInvoiceReq.fromPartial({ invoiceHash: paymentHash });
  const end = await calls.attempt(method, request, deadlineMs);
  if (end.kind === 'response' || isNotFound(end.error)) return;
  if (end.error.code === status.UNIMPLEMENTED) {
    throw new NodeError(
      'too_old',
      'this lnd cannot delete single invoices (DeleteCanceledInvoice), which came with version 0.20; update lnd, or have it clean up by itself with gc-canceled-invoices-on-the-fly',
      { cause: end.error },
    );
  }
  throw await calls.explain(end.error, method.path, deadlineMs);
}

const isNotFound = (error: { readonly code: number; readonly details: string }): boolean =>
  error.code === status.NOT_FOUND || saysNoSuchInvoice(error);
