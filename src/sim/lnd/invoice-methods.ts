/** The RPCs about invoices, in two services: Lightning and Invoices. */
import type { Invoice } from '../../generated/services/invoice.ts';
import type { InvoicesServer, InvoicesService } from '../../generated/services/invoices.ts';
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import type { AddInvoiceRequest, SimulatedInvoice } from '../records.ts';
import { paymentRequestOf, writeInvoice } from './invoice-messages.ts';
import { readAmountMsat, readHash, readHashText, readPreimage } from './request-fields.ts';
import { notFound, notSimulated, plainError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import { granted, type ServedNode } from './served-node.ts';

type LightningInvoiceMethods = Pick<
  Methods<typeof LightningService, LightningServer>,
  'addInvoice' | 'lookupInvoice' | 'deleteCanceledInvoice'
>;

const MAX_MEMO_BYTES = 1024;
const MAX_EXPIRY_SECONDS = 365n * 86_400n;
const MAX_CLTV_DELTA = 0xffffn;

export function lightningInvoiceMethods(
  served: ServedNode,
  waiting: InvoiceWaitingRoom,
): LightningInvoiceMethods {
  return {
    addInvoice: (request) => {
      if (request.isAmp || request.isBlinded) {
        throw notSimulated('an AMP or blinded invoice', 'leave is_amp and is_blinded unset');
      }
      const terms: AddInvoiceRequest = {
        ...readTerms(request),
        ...(request.rPreimage.length > 0 && { preimage: readPreimage(request.rPreimage) }),
      };
      const { invoice } = granted(served.node.addInvoice(terms));
      waiting.added(invoice.paymentHash);
      return {
        rHash: hexToBytes(invoice.paymentHash),
        paymentRequest: paymentRequestOf(invoice),
        addIndex: invoice.addIndex,
        paymentAddr: invoice.paymentAddr,
      };
    },
    lookupInvoice: (request) => {
      const hash = request.rHashStr === '' ? request.rHash : hexToBytes(request.rHashStr);
      if (hash.length !== 0 && hash.length !== 32) {
        throw plainError(`payment hash must be exactly 32 bytes, is instead ${hash.length}`);
      }
      const invoice = served.node.lookupInvoice(bytesToHex(hash) as PaymentHash);
      if (invoice === undefined) throw notFound('unable to locate invoice');
      return writeInvoice(invoice);
    },
    deleteCanceledInvoice: (request) => {
      if (request.invoiceHash === '') throw plainError('invoice hash must be provided');
      const paymentHash = readHashText(request.invoiceHash);
      granted(served.node.deleteCanceledInvoice(paymentHash));
      return { status: `canceled invoice deleted successfully: invoice hash ${paymentHash}` };
    },
  };
}

export function invoicesMethods(
  served: ServedNode,
  waiting: InvoiceWaitingRoom,
): Methods<typeof InvoicesService, InvoicesServer> {
  return {
    addHoldInvoice: (request) => {
      const paymentHash = readHash(request.hash);
      const { invoice } = granted(
        served.node.addHoldInvoice({ ...readTerms(request), paymentHash }),
      );
      waiting.added(invoice.paymentHash);
      return {
        paymentRequest: paymentRequestOf(invoice),
        addIndex: invoice.addIndex,
        paymentAddr: invoice.paymentAddr,
      };
    },
    settleInvoice: (request) => {
      granted(served.node.settleInvoice(readPreimage(request.preimage)));
      return {};
    },
    cancelInvoice: (request) => {
      granted(served.node.cancelInvoice(readHash(request.paymentHash)));
      return {};
    },
    subscribeSingleInvoice: (request, signal) =>
      invoiceUpdates(served, waiting, { paymentHash: readHash(request.rHash), signal }),
  };
}

type InvoiceTermsMessage = Pick<
  Invoice,
  'memo' | 'value' | 'valueMsat' | 'expiry' | 'cltvExpiry' | 'descriptionHash' | 'private'
>;

function readTerms(request: InvoiceTermsMessage): Omit<AddInvoiceRequest, 'preimage'> {
  const memoBytes = Buffer.byteLength(request.memo);
  if (memoBytes > MAX_MEMO_BYTES) {
    throw plainError(`memo too large: ${memoBytes} bytes (maxsize=${MAX_MEMO_BYTES})`);
  }
  if (request.descriptionHash.length > 0) {
    throw notSimulated('a description hash', 'give a memo');
  }
  if (request.expiry > MAX_EXPIRY_SECONDS) {
    throw plainError(
      `expiry of ${request.expiry} seconds greater than max expiry of ${MAX_EXPIRY_SECONDS} seconds`,
    );
  }
  if (request.cltvExpiry > MAX_CLTV_DELTA) {
    throw plainError(
      `CLTV delta of ${request.cltvExpiry} is too large, max accepted is: ${MAX_CLTV_DELTA}`,
    );
  }
  return {
    memo: request.memo,
    valueMsat: readAmountMsat({ valueSat: request.value, valueMsat: request.valueMsat }),
    private: request.private,
    ...(request.expiry > 0n && { expirySeconds: Number(request.expiry) }),
    ...(request.cltvExpiry !== 0n && { cltvDelta: Number(request.cltvExpiry) }),
  };
}

/** lnd lets a client subscribe to an invoice that does not exist yet; it waits here until one is added. */
export class InvoiceWaitingRoom {
  readonly #waiting = new Map<PaymentHash, Set<() => void>>();

  added(paymentHash: PaymentHash): void {
    const waiting = this.#waiting.get(paymentHash) ?? [];
    this.#waiting.delete(paymentHash);
    for (const resume of waiting) resume();
  }

  /** Resolves when the invoice was added, or the signal aborts. */
  async wait(paymentHash: PaymentHash, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const waiting = this.#waiting.get(paymentHash) ?? new Set();
    this.#waiting.set(paymentHash, waiting);
    await new Promise<void>((resolve) => {
      const resume = (): void => {
        signal.removeEventListener('abort', resume);
        waiting.delete(resume);
        resolve();
      };
      waiting.add(resume);
      signal.addEventListener('abort', resume);
    });
  }
}

async function* invoiceUpdates(
  served: ServedNode,
  waiting: InvoiceWaitingRoom,
  { paymentHash, signal }: { paymentHash: PaymentHash; signal: AbortSignal },
): AsyncGenerator<Invoice> {
  let updates: AsyncIterable<SimulatedInvoice> | undefined;
  for (;;) {
    updates = served.node.subscribeInvoice(paymentHash, { signal });
    if (updates !== undefined || signal.aborted) break;
    await waiting.wait(paymentHash, signal);
  }
  if (updates === undefined) return;
  for await (const invoice of updates) yield writeInvoice(invoice);
}
