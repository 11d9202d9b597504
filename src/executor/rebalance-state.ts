/**
 * The states of a rebalance, what moves it on, and what it asks to be done. Each state waits for the answer to one
 * command, and only the states that hold a live attempt can have money under way: so a second attempt, or sending
 * before the journal has it, cannot be written down.
 */
import type { Route } from '../generated/messages/route.ts';
import type { ListedChannel } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Path, Quote } from '../pathfinder/path.ts';
import type { CircularRouteRequest, RouteResult } from '../pathfinder/request.ts';
import type {
  CancelInvoiceOutcome,
  InvoiceArrival,
  InvoiceRequest,
  JournalRecord,
  SendOutcome,
  SendRequest,
  TrackUpdate,
} from '../ports.ts';
import type { PaymentHash } from '../units/ids.ts';
import type { Learnt } from './learnt.ts';
import type {
  AttemptReport,
  InvoiceEnd,
  RebalanceEvent,
  RebalanceOutcome,
  RebalanceReport,
} from './rebalance-report.ts';
import type { RebalanceTerms } from './rebalance-terms.ts';

export type StopCause = 'deadline' | 'aborted';

export interface Secret {
  /** 32 bytes from a cryptographic source. */
  readonly preimage: Uint8Array;
  /** SHA-256 of the preimage. */
  readonly paymentHash: PaymentHash;
}

/** An invoice of ours at the node that has not ended yet. */
export interface OpenInvoice {
  readonly paymentHash: PaymentHash;
  readonly preimage: Uint8Array;
  readonly paymentAddr: Uint8Array;
  /** Id of the last attempt under this hash whose end is known. */
  readonly lastAttemptId: bigint | null;
}

/** A route that was found, with the ground on which it stands. */
export interface Candidate {
  readonly path: Path;
  readonly quote: Quote;
  readonly snapshot: GraphSnapshot;
  readonly blockHeight: number;
  readonly ownChannels: readonly ListedChannel[];
}

/** An attempt that is written down and may have been sent. */
export interface LiveAttempt {
  readonly attempt: number;
  readonly paymentHash: PaymentHash;
  readonly path: Path;
  /** The graph that the path was found in, without what was learnt since. */
  readonly snapshot: GraphSnapshot;
  /** As sent. */
  readonly route: Route;
  readonly report: AttemptReport;
  /** How far its invoice has been taken back; `asked` while the node's answer is outstanding. */
  readonly invoice: 'open' | 'asked' | InvoiceEnd['state'];
  /** How often the node was asked to take it back. */
  readonly cancelTries: number;
}

/** What all states share: the terms, and what has happened so far. */
export interface Run {
  readonly terms: RebalanceTerms;
  readonly startedAtMs: number;
  /** Present amount; shrinks, never grows. */
  readonly amountMsat: bigint;
  readonly learnt: Learnt;
  readonly attempts: readonly AttemptReport[];
  readonly invoice: OpenInvoice | null;
  readonly invoices: readonly InvoiceEnd[];
  /** Deadline or abort, once it has come. */
  readonly stop: StopCause | null;
  /** The report is out with an attempt under way; what follows only brings the journal to its end. */
  readonly reported: boolean;
  /** Something is in the journal, so an end must be too. */
  readonly journaled: boolean;
  readonly notSentCount: number;
  readonly refusedCount: number;
  readonly arrivals: readonly InvoiceArrival[];
  readonly notes: readonly string[];
}

/** An outcome that proves whether money moved. */
export type KnownOutcome = Exclude<SendOutcome, { kind: 'unknown' }>;

export type RebalanceState =
  | { readonly phase: 'searching'; readonly run: Run }
  | { readonly phase: 'drawing_secret'; readonly run: Run; readonly candidate: Candidate }
  | {
      readonly phase: 'journaling_invoice' | 'adding_invoice';
      readonly run: Run;
      readonly candidate: Candidate;
      readonly secret: Secret;
    }
  | { readonly phase: 'journaling_intent'; readonly run: Run; readonly live: LiveAttempt }
  | { readonly phase: 'sending'; readonly run: Run; readonly live: LiveAttempt }
  | {
      readonly phase: 'tracking';
      readonly run: Run;
      readonly live: LiveAttempt;
      /** The node's last word was that it has no such payment. */
      readonly notFound: boolean;
      /** Failed tries in a row, for spacing them out. */
      readonly tries: number;
    }
  | {
      readonly phase: 'journaling_outcome';
      readonly run: Run;
      readonly live: LiveAttempt;
      readonly outcome: KnownOutcome;
      /** Known only by tracking, after contact was lost. */
      readonly tracked: boolean;
    }
  | {
      readonly phase: 'cancelling';
      readonly run: Run;
      readonly paymentHash: PaymentHash;
      /** Go on searching with a new invoice, or end so. */
      readonly next: 'search' | RebalanceOutcome;
      readonly tries: number;
    }
  | { readonly phase: 'looking_up'; readonly run: Run; readonly live: LiveAttempt }
  | { readonly phase: 'journaling_end'; readonly run: Run; readonly outcome: RebalanceOutcome }
  | { readonly phase: 'finished' };

/** What the shell reports. */
export type RebalanceInput =
  | {
      readonly kind: 'route_searched';
      readonly result: RouteResult;
      readonly snapshot: GraphSnapshot;
      readonly blockHeight: number;
      readonly ownChannels: readonly ListedChannel[];
    }
  /** By the node, which did not tell what the search needs, or by the search itself, which is a fault of Ballast. */
  | { readonly kind: 'search_failed'; readonly fault: 'node' | 'internal'; readonly reason: string }
  | { readonly kind: 'secret_drawn'; readonly secret: Secret }
  | { readonly kind: 'committed' }
  | { readonly kind: 'commit_failed'; readonly reason: string }
  | {
      readonly kind: 'invoice_added';
      readonly paymentHash: PaymentHash;
      readonly paymentAddr: Uint8Array;
    }
  | { readonly kind: 'invoice_failed'; readonly reason: string }
  | { readonly kind: 'sent'; readonly outcome: SendOutcome }
  | { readonly kind: 'tracked'; readonly update: TrackUpdate }
  | { readonly kind: 'track_lost'; readonly reason: string }
  | {
      readonly kind: 'invoice_cancelled';
      readonly paymentHash: PaymentHash;
      readonly outcome: CancelInvoiceOutcome;
    }
  /** `null`: the node could not be asked. */
  | { readonly kind: 'arrival_found'; readonly arrivals: readonly InvoiceArrival[] | null }
  | { readonly kind: 'stop'; readonly cause: StopCause }
  | { readonly kind: 'grace_over' };

/** What the shell is to do. Every command but `emit` and `finish` is answered by an input. */
export type RebalanceCommand =
  /**
   * The shell adds our own balances and the height, both fresh from the node. Own channels go by the ids that the node
   * lists; the shell puts the graph's in their place.
   */
  | {
      readonly kind: 'find_route';
      readonly request: Omit<CircularRouteRequest, 'blockHeight'>;
    }
  | { readonly kind: 'draw_secret' }
  | { readonly kind: 'commit'; readonly batch: readonly JournalRecord[] }
  | { readonly kind: 'add_invoice'; readonly request: InvoiceRequest }
  | { readonly kind: 'send'; readonly request: SendRequest }
  /** Follow the payment, after a pause. A stream that ends undecided counts as lost. */
  | { readonly kind: 'track'; readonly paymentHash: PaymentHash; readonly delayMs: number }
  | { readonly kind: 'cancel_invoice'; readonly paymentHash: PaymentHash; readonly delayMs: number }
  | { readonly kind: 'find_arrival'; readonly paymentHash: PaymentHash }
  /** Report `grace_over` after the time that a cancelled payment is given to fail back. */
  | { readonly kind: 'start_grace' }
  | { readonly kind: 'emit'; readonly event: RebalanceEvent }
  /** A second one, after a report with an attempt under way, tells how that attempt ended. */
  | { readonly kind: 'finish'; readonly report: RebalanceReport };

export interface Step {
  readonly state: RebalanceState;
  readonly commands: readonly RebalanceCommand[];
}

export const emit = (event: RebalanceEvent): RebalanceCommand => ({ kind: 'emit', event });
