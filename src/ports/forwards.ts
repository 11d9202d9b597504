/** What the node has forwarded, and what it could not. */

import type { ChannelId } from '../units/ids.ts';
import type { CircuitKey } from './interception.ts';

/** An HTLC that our node passed on, and that settled. The fee earned is what came in less what went out. */
export interface Forward {
  /** Milliseconds since the Unix epoch. */
  readonly settledAtMs: number;
  /** Each by one of the ids that the channel goes by; not always the one under which the node lists it. */
  readonly inChannelId: ChannelId;
  readonly outChannelId: ChannelId;
  readonly amountInMsat: bigint;
  readonly amountOutMsat: bigint;
}

/** What the node has forwarded in a span of time that ends now. */
export interface ForwardingHistory {
  /** All since then is here; later than was asked for where there was more than anybody should hold in memory. */
  readonly sinceMs: number;
  /** Oldest first. */
  readonly forwards: readonly Forward[];
}

/**
 * What was asked of one side of a channel, as a sum that decays: as it stood at `atMs`. Figures are `number`: they are
 * estimates, and never become part of a route.
 */
export interface DemandRow {
  /** One of the ids that the channel goes by. */
  readonly channelId: ChannelId;
  /** Leaves us over the channel, or comes to us over it. */
  readonly side: 'out' | 'in';
  /**
   * Went through; or was failed by our own link for want of balance where it was to leave, each payment once; or went out
   * and failed further down, which tells how much of what was missed would have settled.
   */
  readonly kind: 'served' | 'missed' | 'failed';
  readonly msat: number;
  /** The squares of the single amounts added up, msat². */
  readonly squares: number;
  /** Earned, or what would have been. */
  readonly feeMsat: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** Demand as it is remembered from one process to the next. It says nothing about money. */
export interface DemandState {
  /** At most one for each channel, side and kind. */
  readonly rows: readonly DemandRow[];
  readonly watched: WatchedTime;
  /**
   * Up to which the node's history of forwards was read. What was served from then on is not in the rows: it is to be read
   * again. Absent in what older versions kept, and where the node has no history: there the rows have it all.
   */
  readonly readToMs?: number;
}

/** What the sums are to be divided by. */
export interface WatchedTime {
  /** Served forwards are counted since then, those that settled while nobody listened too; 0: nothing is. */
  readonly sinceMs: number;
  /** For how long the node was listened to, ms, decayed like the sums: of that time what was missed is known. */
  readonly ms: number;
  readonly atMs: number;
}

/**
 * Names an HTLC on its way through our node, by what it has on each side. A side that the payment does not have, or that
 * the news does not name, is `null`: payments that we make ourselves come in nowhere, and payments to us leave nowhere.
 */
export interface HtlcCircuit {
  readonly in: CircuitKey | null;
  /** Of what never went out, the channel that was asked for and the id 0. */
  readonly out: CircuitKey | null;
}

/** What an HTLC brings in and sends on. Amounts are 0 on the side that it does not have. */
export interface HtlcTerms {
  readonly amountInMsat: bigint;
  readonly amountOutMsat: bigint;
}

/**
 * Why our own node refused an HTLC: lnd's names (`FailureDetail`, field `failure_detail` of its link_fail_event).
 * `UNRECOGNIZED` is one that lnd has learnt since.
 */
export type HtlcRefusal =
  | 'UNKNOWN'
  | 'NO_DETAIL'
  | 'ONION_DECODE'
  | 'LINK_NOT_ELIGIBLE'
  | 'ON_CHAIN_TIMEOUT'
  | 'HTLC_EXCEEDS_MAX'
  | 'INSUFFICIENT_BALANCE'
  | 'INCOMPLETE_FORWARD'
  | 'HTLC_ADD_FAILED'
  | 'FORWARDS_DISABLED'
  | 'INVOICE_CANCELED'
  | 'INVOICE_UNDERPAID'
  | 'INVOICE_EXPIRY_TOO_SOON'
  | 'INVOICE_NOT_OPEN'
  | 'MPP_INVOICE_TIMEOUT'
  | 'ADDRESS_MISMATCH'
  | 'SET_TOTAL_MISMATCH'
  | 'SET_TOTAL_TOO_LOW'
  | 'SET_OVERPAID'
  | 'UNKNOWN_INVOICE'
  | 'INVALID_KEYSEND'
  | 'MPP_IN_PROGRESS'
  | 'CIRCULAR_ROUTE'
  | 'INVOICE_ALREADY_SETTLED'
  | 'HTLC_INVOICE_TYPE_MISMATCH'
  | 'AMP_ERROR'
  | 'AMP_RECONSTRUCTION'
  | 'EXTERNAL_VALIDATION_FAILED'
  | 'UNRECOGNIZED';

/** News of one HTLC. */
export type HtlcEventNews = HtlcCircuit & {
  /** Milliseconds since the Unix epoch, by the node's clock. */
  readonly atMs: number;
  /** `unknown` where the node does not say, as with lnd's final_htlc_event. */
  readonly purpose: 'send' | 'receive' | 'forward' | 'unknown';
} & (
    | ({ readonly kind: 'went_out' } & HtlcTerms)
    /** It failed further down; nobody here can read why. */
    | { readonly kind: 'failed_onward' }
    | { readonly kind: 'settled' }
    /** Our own node refused it, so it never went out. */
    | ({ readonly kind: 'refused'; readonly refusal: HtlcRefusal } & HtlcTerms)
    /** What came in is resolved for good. */
    | { readonly kind: 'resolved'; readonly settled: boolean }
  );

/**
 * What `LightningNode.htlcEvents` tells. The node keeps none of it: what happens while nobody listens is never told, and
 * what is told may come twice or out of order.
 */
export type HtlcNews =
  /** The first of each stream: from here on the node tells what happens. */
  | { readonly kind: 'listening' }
  | HtlcEventNews
  /** Something that lnd has learnt to say since. */
  | { readonly kind: 'unrecognized' };
