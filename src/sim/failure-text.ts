/** What lnd calls a failure of its own links in `failure_string` (lnd: `htlcswitch/failure.go`, `LinkError.Error`). */
import { Failure_FailureCode as Code } from '../generated/messages/failure.ts';
import type { FailureDetail } from './records.ts';

/** lnd: `OutgoingFailure.FailureString`, `FailResolutionResult.FailureString`. */
const TEXT_OF_DETAIL: Readonly<Record<Exclude<FailureDetail, 'NO_DETAIL'>, string>> = {
  ONION_DECODE: 'could not decode wire failure',
  LINK_NOT_ELIGIBLE: 'link not eligible',
  HTLC_EXCEEDS_MAX: 'htlc exceeds maximum policy amount',
  INSUFFICIENT_BALANCE: 'insufficient bandwidth to route htlc',
  HTLC_ADD_FAILED: 'could not add downstream htlc',
  CIRCULAR_ROUTE: 'same incoming and outgoing channel',
  INVOICE_CANCELED: 'invoice already canceled',
  INVOICE_UNDERPAID: 'amount too low',
  INVOICE_EXPIRY_TOO_SOON: 'expiry too soon',
  INVOICE_NOT_OPEN: 'invoice no longer open',
  MPP_INVOICE_TIMEOUT: 'mpp timeout',
  ADDRESS_MISMATCH: 'payment address mismatch',
  SET_TOTAL_MISMATCH: "htlc total amt doesn't match set total",
  SET_TOTAL_TOO_LOW: 'set total too low for invoice',
  UNKNOWN_INVOICE: 'invoice not found',
};

/** Without a detail, the failure's own name; lnd adds a dump of its fields, which nobody can rely on. */
export function failureText(failure: { code: Code; detail: FailureDetail }): string {
  if (failure.detail !== 'NO_DETAIL') return TEXT_OF_DETAIL[failure.detail];
  const name = Object.entries(Code).find(([, code]) => code === failure.code)?.[0] ?? 'UNKNOWN';
  return name
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}
