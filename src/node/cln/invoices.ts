/**
 * Invoices at lightningd: add, look up, take back. It has no cancelling: an unpaid invoice is deleted, and what arrives
 * for it then fails. Its label holds the payment hash, by which it is found again.
 */
import { createHash } from 'node:crypto';
import type {
  CancelInvoiceOutcome,
  InvoiceRecord,
  InvoiceRequest,
  InvoiceTerms,
  StopSignal,
} from '../../ports.ts';
import { bytesToHex } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import { arrivalsOf } from './arrivals.ts';
import { type ClnCalls, resultOf } from './cln-calls.ts';
import { ClnObject, oddAnswer } from './cln-object.ts';
import { RPC_CODES } from './cln-rpc-error.ts';
import { isObject } from './transport/answer.ts';
import type { CallEnd } from './transport/carrier.ts';

const HASH_BYTES = 32;

const labelOf = (paymentHash: PaymentHash): string => `ballast-${paymentHash}`;

export async function addInvoice(calls: ClnCalls, request: InvoiceRequest): Promise<InvoiceTerms> {
  const { preimage, memo, valueMsat, cltvDelta, expirySeconds } = request;
  if (preimage.length !== HASH_BYTES) {
    throw new RangeError(`a preimage has ${HASH_BYTES} bytes, not ${preimage.length}`);
  }
  const expected = bytesToHex(createHash('sha256').update(preimage).digest()) as PaymentHash;
  const answer = await calls.call('invoice', {
    amount_msat: valueMsat === 0n ? 'any' : valueMsat,
    label: labelOf(expected),
    description: memo,
    preimage: bytesToHex(preimage),
    cltv: cltvDelta,
    expiry: expirySeconds,
    exposeprivatechannels: false,
  });
  const invoice = new ClnObject('invoice', answer);
  const paymentHash = invoice.paymentHash('payment_hash');
  if (paymentHash !== expected) {
    throw oddAnswer('invoice', `with the hash "${paymentHash}" instead of ${expected}`);
  }
  return { paymentHash, paymentAddr: invoice.fixedBytes('payment_secret', HASH_BYTES) };
}

/** An invoice that was taken back is gone, and reads as one that never was. */
export async function lookupInvoice(
  calls: ClnCalls,
  paymentHash: PaymentHash,
): Promise<InvoiceRecord | undefined> {
  const answer = await calls.call('listinvoices', { payment_hash: paymentHash });
  const [invoice] = new ClnObject('listinvoices', answer).list('invoices');
  if (invoice === undefined) return undefined;
  const state = invoiceState(invoice.text('status'));
  const arrivals = state === 'settled' ? await arrivalsOf(calls, paymentHash) : [];
  return { paymentHash, state, arrivals };
}

function invoiceState(status: string): InvoiceRecord['state'] {
  switch (status) {
    case 'unpaid':
      return 'open';
    case 'paid':
      return 'settled';
    case 'expired':
      return 'canceled';
    default:
      throw oddAnswer('listinvoices', `with an invoice of the status "${status}"`);
  }
}

/** Harmless when repeated. Rejects only once the connection is closed: every other end of it is an outcome. */
export async function cancelInvoice(
  calls: ClnCalls,
  paymentHash: PaymentHash,
): Promise<CancelInvoiceOutcome> {
  const end = await remove(calls, paymentHash, 'unpaid');
  const status = statusIn(end);
  if (status === 'paid') return { kind: 'already_settled' };
  // Nothing can pay an expired one any more, and its record may go too.
  return cancelOutcome(status === 'expired' ? await remove(calls, paymentHash, 'expired') : end);
}

function cancelOutcome(end: CallEnd): CancelInvoiceOutcome {
  switch (end.kind) {
    case 'result':
      return { kind: 'canceled' };
    case 'error':
      if (end.code === RPC_CODES.invoiceNotFound) return { kind: 'not_found' };
      if (statusIn(end) === 'paid') return { kind: 'already_settled' };
      return {
        kind: 'unknown',
        reason: `lightningd kept the invoice: ${end.message} (${end.code})`,
      };
    case 'not_sent':
    case 'lost':
      if (end.error.code === 'closed') throw end.error;
      return { kind: 'unknown', reason: end.error.message };
  }
}

const remove = (
  calls: ClnCalls,
  paymentHash: PaymentHash,
  status: 'unpaid' | 'expired',
): Promise<CallEnd> => calls.attempt('delinvoice', { label: labelOf(paymentHash), status });

/** What the invoice is instead of what `delinvoice` was to delete. */
function statusIn(end: CallEnd): string | undefined {
  if (end.kind !== 'error' || end.code !== RPC_CODES.invoiceStatusUnexpected) return undefined;
  const status = isObject(end.data) ? end.data['current_status'] : undefined;
  return typeof status === 'string' ? status : undefined;
}

/** Taken back, it is gone already; what is left is one that has expired. */
export async function deleteCanceledInvoice(
  calls: ClnCalls,
  paymentHash: PaymentHash,
): Promise<void> {
  const end = await remove(calls, paymentHash, 'expired');
  if (end.kind === 'error' && end.code === RPC_CODES.invoiceNotFound) return;
  resultOf('delinvoice', end);
}

/** Its present state, and how it ends. */
export async function* watchInvoice(
  calls: ClnCalls,
  paymentHash: PaymentHash,
  { signal }: { readonly signal: StopSignal },
): AsyncGenerator<InvoiceRecord, void, undefined> {
  if (signal.aborted) return;
  for (let told: InvoiceRecord['state'] | undefined; ; ) {
    const invoice = await lookupInvoice(calls, paymentHash);
    if (invoice === undefined && told === undefined) {
      throw new NodeError(
        'rpc',
        `lightningd has no invoice ${paymentHash}; it may have been taken back: add another`,
      );
    }
    const now = invoice ?? { paymentHash, state: 'canceled' as const, arrivals: [] };
    if (now.state !== told) yield now;
    told = now.state;
    if (told !== 'open') return;
    const end = await calls.attempt('waitinvoice', { label: labelOf(paymentHash) }, { signal });
    if (signal.aborted) return;
    // It was paid, has expired, or is gone; which, the next look tells.
    if (end.kind !== 'result' && end.kind !== 'error') throw end.error;
    if (end.kind === 'error' && !ENDS_WAITING.has(end.code)) resultOf('waitinvoice', end);
  }
}

const ENDS_WAITING: ReadonlySet<number | null> = new Set([
  // Deleted while it was waited for: lightningd has no code of its own for that.
  -1,
  RPC_CODES.invoiceExpiredMeanwhile,
  RPC_CODES.invoiceNotFound,
]);
