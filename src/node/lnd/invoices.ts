/** Invoices at lnd: add, look up, cancel. */
import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import {
  Invoice,
  Invoice_InvoiceState,
  type InvoiceHTLC,
  InvoiceHTLCState,
  PaymentHash as PaymentHashMessage,
} from '../../generated/services/invoice.ts';
import { CancelInvoiceMsg, InvoicesService } from '../../generated/services/invoices.ts';
import { LightningService } from '../../generated/services/lightning.ts';
import type {
  CancelInvoiceOutcome,
  InvoiceArrival,
  InvoiceRecord,
  InvoiceRequest,
  InvoiceTerms,
} from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isPaymentHash, type PaymentHash, tryParseChannelId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
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
    return {
      paymentHash,
      state: invoiceState(end.response.state),
      arrivals: end.response.htlcs.map(readArrival),
    };
  }
  if (saysNoSuchInvoice(end.error)) return undefined;
  throw await calls.explain(end.error, method.path, deadlineMs);
}

/** Harmless when repeated. Rejects for nothing: every end of it is an outcome. */
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
    if (saysNoSuchInvoice(end.error)) return { kind: 'not_found' };
    const error = await calls.explain(end.error, method.path, deadlineMs);
    return { kind: 'unknown', reason: error.message };
  } catch (error) {
    if (error instanceof NodeError) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}

const saysNoSuchInvoice = (error: { readonly code: number; readonly details: string }): boolean =>
  error.code === status.NOT_FOUND ||
  error.details.includes('unable to locate invoice') ||
  error.details.includes('there are no existing invoices');

/** A state that we do not know may still end in a settlement, so it reads as `accepted`. */
function invoiceState(state: number): InvoiceRecord['state'] {
  switch (state) {
    case Invoice_InvoiceState.OPEN:
      return 'open';
    case Invoice_InvoiceState.SETTLED:
      return 'settled';
    case Invoice_InvoiceState.CANCELED:
      return 'canceled';
    default:
      return 'accepted';
  }
}

function readArrival(htlc: InvoiceHTLC): InvoiceArrival {
  const channelId = tryParseChannelId(htlc.chanId);
  if (channelId === undefined) {
    throw oddAnswer('LookupInvoice', `with an arrival on channel "${htlc.chanId}"`);
  }
  return { channelId, amountMsat: htlc.amtMsat, state: arrivalState(htlc.state) };
}

function arrivalState(state: number): InvoiceArrival['state'] {
  switch (state) {
    case InvoiceHTLCState.SETTLED:
      return 'settled';
    case InvoiceHTLCState.CANCELED:
      return 'canceled';
    default:
      return 'accepted';
  }
}

const oddAnswer = (method: string, what: string): NodeError =>
  new NodeError('rpc', `lnd answered ${method} ${what}; check lnd's version and its log`);
