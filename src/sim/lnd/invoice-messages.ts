/** Invoices as lnd's messages (lnd: `invoicesrpc/utils.go`, `CreateRPCInvoice`). */
import {
  Invoice,
  Invoice_InvoiceState,
  type InvoiceHTLC,
  InvoiceHTLCState,
} from '../../generated/services/invoice.ts';
import { hexToBytes } from '../../units/bytes.ts';
import { encodePaymentRequest } from '../payment-request.ts';
import type { SimulatedInvoice, SimulatedInvoiceHtlc } from '../records.ts';
import { featureMap, INVOICE_FEATURES } from './features.ts';

const INVOICE_STATE = {
  open: Invoice_InvoiceState.OPEN,
  accepted: Invoice_InvoiceState.ACCEPTED,
  settled: Invoice_InvoiceState.SETTLED,
  canceled: Invoice_InvoiceState.CANCELED,
} as const;

const HTLC_STATE = {
  accepted: InvoiceHTLCState.ACCEPTED,
  settled: InvoiceHTLCState.SETTLED,
  canceled: InvoiceHTLCState.CANCELED,
} as const;

export function writeInvoice(invoice: SimulatedInvoice): Invoice {
  return Invoice.fromPartial({
    memo: invoice.memo,
    ...(invoice.preimage !== null && { rPreimage: invoice.preimage }),
    rHash: hexToBytes(invoice.paymentHash),
    value: invoice.valueMsat / 1000n,
    valueMsat: invoice.valueMsat,
    settled: invoice.state === 'settled',
    creationDate: BigInt(invoice.creationTime),
    settleDate: BigInt(invoice.settleTime),
    paymentRequest: paymentRequestOf(invoice),
    expiry: BigInt(invoice.expirySeconds),
    cltvExpiry: BigInt(invoice.cltvDelta),
    private: invoice.private,
    addIndex: invoice.addIndex,
    settleIndex: invoice.settleIndex,
    amtPaid: invoice.amountPaidMsat,
    amtPaidSat: invoice.amountPaidMsat / 1000n,
    amtPaidMsat: invoice.amountPaidMsat,
    state: INVOICE_STATE[invoice.state],
    htlcs: invoice.htlcs.map(writeInvoiceHtlc),
    features: featureMap(INVOICE_FEATURES),
    paymentAddr: invoice.paymentAddr,
  });
}

/** Always the same text for the same invoice, so nothing needs to be kept. */
export function paymentRequestOf(invoice: SimulatedInvoice): string {
  return encodePaymentRequest({
    paymentHash: hexToBytes(invoice.paymentHash),
    paymentAddr: invoice.paymentAddr,
    valueMsat: invoice.valueMsat,
    memo: invoice.memo,
    createdAtSeconds: invoice.creationTime,
    expirySeconds: BigInt(invoice.expirySeconds),
    cltvExpiry: invoice.cltvDelta,
    features: INVOICE_FEATURES,
  });
}

function writeInvoiceHtlc(htlc: SimulatedInvoiceHtlc): InvoiceHTLC {
  return {
    chanId: htlc.channelId,
    htlcIndex: htlc.htlcIndex,
    amtMsat: htlc.amountMsat,
    acceptHeight: htlc.acceptHeight,
    acceptTime: BigInt(htlc.acceptTime),
    resolveTime: BigInt(htlc.resolveTime),
    expiryHeight: htlc.expiryHeight,
    state: HTLC_STATE[htlc.state],
    customRecords: new Map(htlc.customRecords),
    mppTotalAmtMsat: htlc.mppTotalMsat,
    amp: undefined,
    customChannelData: new Uint8Array(0),
  };
}
