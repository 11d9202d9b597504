/** What an invoice starts out as, with lnd's defaults and limits (lnd: `lnrpc/invoicesrpc/addinvoice.go`). */
import type { PaymentHash } from '../units/ids.ts';
import type { AddInvoiceRequest, SimulatedInvoice } from './records.ts';

const DEFAULT_CLTV_DELTA = 80;
const LEAST_CLTV_DELTA = 24;
const DEFAULT_EXPIRY_SECONDS = 86_400;

/** 0 stands for the default, as in lnd's messages. */
const cltvDeltaOf = (request: Pick<AddInvoiceRequest, 'cltvDelta'>): number =>
  request.cltvDelta || DEFAULT_CLTV_DELTA;

/** Why lnd would refuse the request, or `undefined`. */
export function invoiceDefect(request: Omit<AddInvoiceRequest, 'preimage'>): string | undefined {
  const cltvDelta = cltvDeltaOf(request);
  if (cltvDelta < LEAST_CLTV_DELTA) {
    return `CLTV delta of ${cltvDelta} must be greater than minimum of ${LEAST_CLTV_DELTA}`;
  }
  return undefined;
}

export function openInvoice(
  request: Omit<AddInvoiceRequest, 'preimage'>,
  terms: {
    readonly paymentHash: PaymentHash;
    /** `null` makes it a hold invoice. */
    readonly preimage: Uint8Array | null;
    readonly paymentAddr: Uint8Array;
    readonly creationTime: number;
    readonly addIndex: bigint;
  },
): SimulatedInvoice {
  return {
    ...terms,
    memo: request.memo ?? '',
    valueMsat: request.valueMsat ?? 0n,
    cltvDelta: cltvDeltaOf(request),
    expirySeconds: request.expirySeconds || DEFAULT_EXPIRY_SECONDS,
    hold: terms.preimage === null,
    private: request.private ?? false,
    state: 'open',
    amountPaidMsat: 0n,
    settleTime: 0,
    settleIndex: 0n,
    htlcs: [],
  };
}
