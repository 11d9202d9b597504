/** What a rebalance tells while it runs, and at its end. */
import type { Path, Quote } from '../pathfinder/path.ts';
import type { NoRouteReason } from '../pathfinder/request.ts';
import type { ChannelUpdateRecord, InvoiceArrival } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { Verdict } from './verdict.ts';

/** What ends a rebalance from outside; `interrupted`: its process ended while it ran, and another one follows it up. */
export type StopCause = 'deadline' | 'aborted' | 'interrupted';

/** One channel crossed, for people: ends with their aliases (empty where unknown). */
export interface HopReport {
  /** For own channels the id under which the node lists them. */
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly fromAlias: string;
  readonly to: NodeId;
  readonly toAlias: string;
  /** Crosses the channel. */
  readonly amountMsat: bigint;
  /** Kept by `to` for forwarding. */
  readonly feeMsat: bigint;
  /** Blocks from the start to the expiry of the HTLC on this channel. */
  readonly cltvBlocks: number;
}

/** How one attempt ended. */
export type AttemptOutcome =
  /** With where it truly arrived; empty where the node could not be asked. */
  | { readonly kind: 'settled'; readonly arrivals: readonly InvoiceArrival[] }
  /** A probe that came all the way round, and was refused by ourselves for want of an invoice. */
  | { readonly kind: 'carried' }
  | { readonly kind: 'failed'; readonly verdict: Verdict }
  /** It came back to us, but not as asked for, and was given back: nothing was paid. */
  | {
      readonly kind: 'rejected';
      readonly arrivals: readonly InvoiceArrival[];
      readonly reason: string;
    }
  /** No HTLC was made. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** Not resolved when the rebalance had to end. */
  | { readonly kind: 'in_flight' };

/** One attempt: its route, what it cost, and how it ended. */
export interface AttemptReport {
  /** Counted from 1. */
  readonly attempt: number;
  readonly paymentHash: PaymentHash;
  readonly hops: readonly HopReport[];
  readonly amountMsat: bigint;
  /** Paid where it settled, and only then. */
  readonly feeMsat: bigint;
  readonly feePpm: number;
  readonly cltvBlocks: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
}

/** How an invoice of this rebalance ended. */
export interface InvoiceEnd {
  readonly paymentHash: PaymentHash;
  /** `unknown`: the node did not confirm; it may be open still, until it expires. */
  readonly state: 'settled' | 'canceled' | 'unknown';
}

/** Why a rebalance ended. */
export type RebalanceOutcome =
  /** With what ended it before the total was reached; `null` where it was. */
  | { readonly kind: 'settled'; readonly endedBy: RebalanceOutcome | null }
  /** What a probe has found: nothing was paid. */
  | {
      readonly kind: 'probed';
      /** The largest amount that passed; 0 where none did. */
      readonly largestMsat: bigint;
      /** What moving it would have cost. */
      readonly feeMsat: bigint;
      /** The smallest amount that found no way; `null` where all did. */
      readonly refusedMsat: bigint | null;
    }
  | {
      readonly kind: 'dry_run';
      readonly path: Path;
      readonly quote: Quote;
      readonly proven: boolean;
    }
  /** Routes exist, but none within the fee limit. */
  | {
      readonly kind: 'fee_limit';
      readonly cheapestFeeMsat: bigint;
      readonly cheapestFeePpm: number;
      readonly message: string;
    }
  | { readonly kind: 'no_route'; readonly reason: NoRouteReason; readonly message: string }
  /** The last peers hand payments over on other channels than asked for, and no route goes by others. */
  | { readonly kind: 'unsteerable'; readonly peers: readonly NodeId[]; readonly message: string }
  /** What is left to try would hardly ever succeed, as far as beliefs tell. */
  | { readonly kind: 'unlikely'; readonly probability: number; readonly message: string }
  | { readonly kind: 'attempts_exhausted'; readonly message: string }
  | { readonly kind: 'deadline'; readonly message: string }
  | { readonly kind: 'aborted'; readonly message: string }
  /** Its process ended; what it had under way was found in the journal, and followed to its end. */
  | { readonly kind: 'interrupted'; readonly message: string }
  /** Our own node refused the payment at its end, more than once or for good. */
  | { readonly kind: 'refused'; readonly verdict: Verdict; readonly message: string }
  /** The node did not do its part; nothing is in flight. */
  | { readonly kind: 'node_error'; readonly message: string }
  /** The journal could not be written, so nothing more may be sent. */
  | { readonly kind: 'store_error'; readonly message: string }
  /** A fault of Ballast: a route that fails its own check. It was not sent. */
  | { readonly kind: 'internal_error'; readonly message: string }
  /** Routes exist within the request's fee limit, but not within what the budget leaves. */
  | {
      readonly kind: 'budget';
      readonly leftMsat: bigint;
      readonly cheapestFeeMsat: bigint;
      readonly message: string;
    }
  /**
   * Payments of other rebalances that are under way hold the liquidity or the budget that this one needs. The cause is
   * what ended the wait for them; `lost`: they are not followed any more.
   */
  | {
      readonly kind: 'blocked';
      readonly cause: StopCause | 'lost';
      /** As far as they have a hash yet. */
      readonly payments: readonly PaymentHash[];
      readonly message: string;
    }
  /**
   * The last attempt is unresolved. With its invoice cancelled it can only fail, and its liquidity is locked until
   * then; otherwise it may still settle. Never pay it again: follow its payment hash.
   */
  | {
      readonly kind: 'in_flight';
      readonly cause: StopCause;
      readonly paymentHash: PaymentHash;
      /** Block height at which it fails at the latest, on chain if need be, unless it has settled. */
      readonly resolvesAtHeight: number;
      readonly invoice: InvoiceEnd['state'];
      readonly message: string;
    };

/** A rebalance from its beginning to its end: what moved, what it cost, and every attempt. */
export interface RebalanceReport {
  readonly rebalanceId: string;
  readonly outcome: RebalanceOutcome;
  /**
   * What came back to us over another channel than it left by, and what that cost; both 0 unless it settled. A peer
   * with several channels to us may send a payment back over the very channel it came from: then nothing moved.
   */
  readonly movedMsat: bigint;
  readonly feePaidMsat: bigint;
  /** Of the amount paid around. */
  readonly feePpm: number;
  readonly attempts: readonly AttemptReport[];
  /** Where the payment truly arrived, by the node's word; empty where it did not settle or could not be asked. */
  readonly arrivals: readonly InvoiceArrival[];
  /** False where it arrived over a channel that was not asked for: the last peer chose a sibling. A note tells which. */
  readonly arrivedAsAsked: boolean | null;
  readonly invoices: readonly InvoiceEnd[];
  /** Irregularities that did not change the outcome. */
  readonly notes: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** Progress, in the order in which it happens. */
export type RebalanceEvent =
  /** Payments of other rebalances hold what this one needs; it goes on when they end. */
  | { readonly kind: 'waiting'; readonly payments: readonly PaymentHash[] }
  | {
      readonly kind: 'route_found';
      readonly hops: readonly HopReport[];
      readonly quote: Quote;
      readonly proven: boolean;
      /** That it succeeds, as far as beliefs tell; 1 where they are not asked. */
      readonly probability: number;
    }
  | {
      readonly kind: 'attempt_started';
      readonly attempt: number;
      readonly paymentHash: PaymentHash;
    }
  | { readonly kind: 'attempt_failed'; readonly report: AttemptReport; readonly verdict: Verdict }
  /** With `arrival: 'strict'`: what arrived was not what was asked for, and is being given back. */
  | {
      readonly kind: 'arrival_rejected';
      readonly report: AttemptReport;
      readonly arrivals: readonly InvoiceArrival[];
      readonly reason: string;
    }
  | { readonly kind: 'probe_carried'; readonly report: AttemptReport }
  | { readonly kind: 'attempt_not_sent'; readonly report: AttemptReport; readonly reason: string }
  /** The network has other terms than the graph says; the next search reckons with them. */
  | { readonly kind: 'repriced'; readonly attempt: number; readonly update: ChannelUpdateRecord }
  | {
      readonly kind: 'amount_shrunk';
      readonly fromMsat: bigint;
      readonly toMsat: bigint;
      readonly reason: string;
    }
  /** Contact was lost while a payment was under way; nothing more is sent until its end is known. */
  | { readonly kind: 'tracking_unknown'; readonly attempt: number; readonly reason: string }
  /** Deadline or abort with a payment under way: its invoice is being cancelled. */
  | { readonly kind: 'stopping'; readonly cause: StopCause; readonly attempt: number }
  | {
      readonly kind: 'settled';
      readonly report: AttemptReport;
      readonly arrivals: readonly InvoiceArrival[];
    }
  | { readonly kind: 'finished'; readonly report: RebalanceReport };
