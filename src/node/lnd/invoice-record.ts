/** lnd's invoices as Ballast's records. */
import {
  type Invoice,
  Invoice_InvoiceState,
  type InvoiceHTLC,
  InvoiceHTLCState,
} from '../../generated/services/invoice.ts';
import type { InvoiceArrival, InvoiceRecord } from '../../ports.ts';
import { type PaymentHash, tryParseChannelId } from '../../units/ids.ts';
import { oddAnswer } from './odd-answer.ts';

/** @param method the RPC that the message came from, for the error */
export function readInvoice(
  message: Invoice,
  from: { readonly paymentHash: PaymentHash; readonly method: string },
): InvoiceRecord {
  return {
    paymentHash: from.paymentHash,
    state: invoiceState(message.state),
    arrivals: message.htlcs.map((htlc) => readArrival(htlc, from.method)),
  };
}

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

function readArrival(htlc: InvoiceHTLC, method: string): InvoiceArrival {
  const channelId = tryParseChannelId(htlc.chanId);
  if (channelId === undefined) {
    throw oddAnswer(method, `with an arrival on channel "${htlc.chanId}"`);
  }
  return {
    channelId,
    amountMsat: htlc.amtMsat,
    expiryHeight: htlc.expiryHeight,
    state: arrivalState(htlc.state),
  };
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

/** lnd's stores tell it by these texts alone; LookupInvoice adds a status of its own. */
export const saysNoSuchInvoice = (error: { readonly details: string }): boolean =>
  error.details.includes('unable to locate invoice') ||
  error.details.includes('there are no existing invoices');
