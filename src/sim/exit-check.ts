/**
 * What the last node checks before it takes an HTLC for an invoice (lnd: `htlcswitch/link.go`, `processExitHop`;
 * `invoices/update.go`, `updateMpp`, `updateLegacy`), in lnd's order.
 */
import { bytesEqual } from '../units/bytes.ts';
import { type HtlcTerms, type Refusal, refuse } from './forwarding-check.ts';
import type { FailureDetail, SimulatedInvoice } from './records.ts';
import type { MppTerms } from './route-reader.ts';

/** An HTLC at its end, with what the onion says about it. */
export interface ExitHtlc extends HtlcTerms {
  /** Amount and expiry that the sender wrote for the last hop. */
  readonly onion: HtlcTerms;
  readonly mpp: MppTerms | null;
}

/** lnd fails an HTLC that expires sooner than this, whatever its invoice says (`FinalCltvRejectDelta`). */
const LEAST_FINAL_BLOCKS = 19;

/** `undefined`: the HTLC may be counted towards the invoice. */
export function checkExit(request: {
  htlc: ExitHtlc;
  invoice: SimulatedInvoice | undefined;
  blockHeight: number;
}): Refusal | undefined {
  const { htlc, invoice, blockHeight } = request;
  const tampered = checkAmounts(htlc);
  if (tampered !== undefined) return tampered;
  const detail =
    invoice === undefined ? 'UNKNOWN_INVOICE' : invoiceObjection({ htlc, invoice, blockHeight });
  return detail === undefined ? undefined : unacceptable(detail, blockHeight);
}

/** Nobody on the way has kept something back. */
export function checkAmounts(htlc: HtlcTerms & { readonly onion: HtlcTerms }): Refusal | undefined {
  if (htlc.amountMsat < htlc.onion.amountMsat) {
    return refuse('FINAL_INCORRECT_HTLC_AMOUNT', { htlcMsat: htlc.amountMsat });
  }
  if (htlc.expiry < htlc.onion.expiry) {
    return refuse('FINAL_INCORRECT_CLTV_EXPIRY', { cltvExpiry: htlc.expiry });
  }
  return undefined;
}

/** All that an invoice may object to reads the same from outside, so that nobody can probe for invoices. */
export function unacceptable(detail: FailureDetail, blockHeight: number): Refusal {
  return refuse('INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', { detail, height: blockHeight });
}

function invoiceObjection(request: {
  htlc: ExitHtlc;
  invoice: SimulatedInvoice;
  blockHeight: number;
}): FailureDetail | undefined {
  const { htlc, invoice, blockHeight } = request;
  if (htlc.mpp === null) {
    if (invoice.state === 'canceled') return 'INVOICE_CANCELED';
    return htlc.amountMsat < invoice.valueMsat ? 'INVOICE_UNDERPAID' : 'ADDRESS_MISMATCH';
  }
  if (invoice.state !== 'open') return 'INVOICE_NOT_OPEN';
  if (!bytesEqual(htlc.mpp.paymentAddr, invoice.paymentAddr)) return 'ADDRESS_MISMATCH';
  if (htlc.mpp.totalMsat === 0n || htlc.mpp.totalMsat < invoice.valueMsat)
    return 'SET_TOTAL_TOO_LOW';
  for (const other of invoice.htlcs) {
    if (other.state === 'accepted' && other.mppTotalMsat !== htlc.mpp.totalMsat) {
      return 'SET_TOTAL_MISMATCH';
    }
  }
  const leastBlocks = Math.max(LEAST_FINAL_BLOCKS, invoice.cltvDelta);
  return htlc.expiry - blockHeight < leastBlocks ? 'INVOICE_EXPIRY_TOO_SOON' : undefined;
}
