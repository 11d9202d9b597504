/** Which refusals of our own node mean that the balance was too small for a forward. */
import type { HtlcRefusal } from '../ports.ts';

/**
 * INSUFFICIENT_BALANCE alone (lnd: `htlcswitch/link.go`, `canSendHtlc`, after fee, amount limits and expiries have been
 * found in order). Its kin say something else, or too little:
 *
 * - HTLC_ADD_FAILED: the balance did look large enough; what was wanting is a slot, room under a limit of what may be
 *   pending or be dust, or balance that another HTLC took in the same moment. More balance mends only the last;
 * - HTLC_EXCEEDS_MAX: our own policy. Those who set it by the balance hide their demand from gossip, and from us;
 * - LINK_NOT_ELIGIBLE: the peer is away, or the channel is closing;
 * - NO_DETAIL: the sender did not meet our terms.
 */
export function isWantOfBalance(refusal: HtlcRefusal): boolean {
  switch (refusal) {
    case 'INSUFFICIENT_BALANCE':
      return true;
    case 'HTLC_ADD_FAILED':
    case 'HTLC_EXCEEDS_MAX':
    case 'LINK_NOT_ELIGIBLE':
    case 'NO_DETAIL':
    case 'ONION_DECODE':
    case 'ON_CHAIN_TIMEOUT':
    case 'INCOMPLETE_FORWARD':
    case 'FORWARDS_DISABLED':
    case 'CIRCULAR_ROUTE':
    case 'UNKNOWN':
    case 'UNRECOGNIZED':
      return false;
    // Of payments to us.
    case 'INVOICE_CANCELED':
    case 'INVOICE_UNDERPAID':
    case 'INVOICE_EXPIRY_TOO_SOON':
    case 'INVOICE_NOT_OPEN':
    case 'MPP_INVOICE_TIMEOUT':
    case 'ADDRESS_MISMATCH':
    case 'SET_TOTAL_MISMATCH':
    case 'SET_TOTAL_TOO_LOW':
    case 'SET_OVERPAID':
    case 'UNKNOWN_INVOICE':
    case 'INVALID_KEYSEND':
    case 'MPP_IN_PROGRESS':
    case 'INVOICE_ALREADY_SETTLED':
    case 'HTLC_INVOICE_TYPE_MISMATCH':
    case 'AMP_ERROR':
    case 'AMP_RECONSTRUCTION':
    case 'EXTERNAL_VALIDATION_FAILED':
      return false;
  }
}
