/** Invoices and payments of our own node. */
import type { Failure } from '../generated/messages/failure.ts';
import type { Route } from '../generated/messages/route.ts';
import type { ChannelId, PaymentHash } from '../units/ids.ts';

/** An invoice to ourselves; its preimage is ours, so that it is known after a crash. */
export interface InvoiceRequest {
  /** 32 bytes from a cryptographic source. */
  readonly preimage: Uint8Array;
  /** For the operator, who sees it in the node's own list of invoices. */
  readonly memo: string;
  /** 0 accepts any amount, so that one invoice serves attempts with different amounts. */
  readonly valueMsat: bigint;
  /** Least blocks from the height to the expiry of the last HTLC. */
  readonly cltvDelta: number;
  /** Seconds from now on in which it can be paid. */
  readonly expirySeconds: number;
}

/** An invoice whose HTLC is held until `settleInvoice` or `cancelInvoice`, so that it can be looked at first. */
export interface HoldInvoiceRequest extends Omit<InvoiceRequest, 'preimage'> {
  readonly paymentHash: PaymentHash;
}

/** What a route to an invoice has to carry. */
export interface InvoiceTerms {
  readonly paymentHash: PaymentHash;
  /** The payment secret that the last hop's MPP record must carry; 32 bytes. */
  readonly paymentAddr: Uint8Array;
}

/** An HTLC that paid an invoice, with the channel it truly arrived on. */
export interface InvoiceArrival {
  readonly channelId: ChannelId;
  readonly amountMsat: bigint;
  /** Height at which the HTLC expires. */
  readonly expiryHeight: number;
  readonly state: 'accepted' | 'settled' | 'canceled';
}

/** An invoice as the node has it now, and what has arrived for it. */
export interface InvoiceRecord {
  readonly paymentHash: PaymentHash;
  readonly state: 'open' | 'accepted' | 'settled' | 'canceled';
  readonly arrivals: readonly InvoiceArrival[];
}

/** What became of a request to cancel. `unknown`: it may have been cancelled or not. */
export type CancelInvoiceOutcome =
  | { readonly kind: 'canceled' }
  /** Too late: the invoice has been paid. */
  | { readonly kind: 'already_settled' }
  /** The node does not know it; it may have been cancelled and cleaned up. */
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What became of a request to settle. `unknown`: it may have been settled or not, and asking again is harmless. */
export type SettleInvoiceOutcome =
  | { readonly kind: 'settled' }
  /** The node has no HTLC to settle: it never came, or was given back. */
  | { readonly kind: 'not_accepted'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One attempt: a route, and the hash that it is locked to. */
export interface SendRequest {
  readonly paymentHash: PaymentHash;
  readonly route: Route;
}

/** What became of one attempt. Only `unknown` may still move money, and it must be tracked, never resent. */
export type SendOutcome =
  | { readonly kind: 'settled'; readonly preimage: Uint8Array; readonly attemptId: bigint }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly attemptId: bigint }
  /** The node refused before it registered an attempt: no HTLC exists. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One HTLC attempt as the node remembers it. */
export interface AttemptRecord {
  readonly attemptId: bigint;
  readonly state: 'in_flight' | 'settled' | 'failed';
  readonly route: Route;
  readonly attemptTimeNs: bigint;
  readonly failure: Failure | null;
  readonly preimage: Uint8Array | null;
}

/** A payment as the node has it now, with all its attempts. */
export interface PaymentRecord {
  readonly paymentHash: PaymentHash;
  readonly state: 'in_flight' | 'settled' | 'failed';
  /** Total of the first attempt since the payment was last initialised; lnd caps later shards by it. */
  readonly valueMsat: bigint;
  readonly attempts: readonly AttemptRecord[];
}

/** What the node tells of a payment that is followed. */
export type TrackUpdate =
  | { readonly kind: 'payment'; readonly payment: PaymentRecord }
  /** The node has no such payment: not sent so far, though a queued request may still run. */
  | { readonly kind: 'not_found' };
