/**
 * The states of a rebalance, what moves it on, and what it asks to be done. Each state waits for the answer to one
 * command, and only the states that hold a live attempt can have money under way: so a second attempt, or sending
 * before the journal has it, cannot be written down.
 */
import type { Route } from '../generated/messages/route.ts';
import type { ListedChannel } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
import type { Path, Quote } from '../pathfinder/path.ts';
import type {
  CancelInvoiceOutcome,
  InvoiceArrival,
  InvoiceRecord,
  InvoiceRequest,
  JournalRecord,
  SendOutcome,
  SendRequest,
  SettleInvoiceOutcome,
  TrackUpdate,
} from '../ports.ts';
import type { NodeId, PaymentHash } from '../units/ids.ts';
import type { AttemptCost } from './attempt-cost.ts';
import type { AmountChoice } from './best-amount.ts';
import type { Learnt } from './learnt.ts';
import type {
  AttemptReport,
  InvoiceEnd,
  RebalanceEvent,
  RebalanceOutcome,
  RebalanceReport,
  StopCause,
} from './rebalance-report.ts';
import type { RebalanceTerms } from './rebalance-terms.ts';
import type { ReliableResult } from './search-reliably.ts';
import type { BudgetedRequest } from './search-within-budget.ts';

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
  /**
   * The path, and the graph that it was found in, without what was learnt since. `null` where only the journal knows of
   * the attempt: then nothing more will be tried that could use its lesson.
   */
  readonly ground: { readonly path: Path; readonly snapshot: GraphSnapshot } | null;
  /** As sent. */
  readonly route: Route;
  readonly report: AttemptReport;
  /** How far its invoice has been taken back; `asked` while the node's answer is outstanding. */
  readonly invoice: 'open' | 'asked' | InvoiceEnd['state'];
  /** How often the node was asked to take it back. */
  readonly cancelTries: number;
  /** With a hold invoice: what was decided about the arrival. `null`: an invoice that the node settles by itself. */
  readonly hold: Hold | null;
  /** How often contact was lost while the arrival was watched for. */
  readonly watchTries: number;
}

/** What arrives at a hold invoice is looked at first. */
type Hold =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'settling'; readonly tries: number }
  | {
      readonly kind: 'rejecting';
      readonly arrivals: readonly InvoiceArrival[];
      readonly reason: string;
    };

/** What probing has found out so far. */
export interface Probed {
  /** The largest amount that went all the way round; 0 where none did. */
  readonly carriedMsat: bigint;
  /** What its route would cost. */
  readonly feeMsat: bigint;
  /** The smallest amount that found no way; `null` where all did. */
  readonly refusedMsat: bigint | null;
}

/** What all states share: the terms, and what has happened so far. */
export interface Run {
  readonly terms: RebalanceTerms;
  readonly startedAtMs: number;
  /** The most that an attempt is to move; shrinks, never grows. */
  readonly amountMsat: bigint;
  readonly learnt: Learnt;
  readonly attempts: readonly AttemptReport[];
  readonly invoice: OpenInvoice | null;
  readonly invoices: readonly InvoiceEnd[];
  /** What keeps it from trying anything more, once it has come. */
  readonly stop: StopCause | null;
  /** The report is out with an attempt under way; what follows only brings the journal to its end. */
  readonly reported: boolean;
  /** Something is in the journal, so an end must be too. */
  readonly journaled: boolean;
  /** What the store refused; it is written together with the end, or not at all. */
  readonly unwritten: readonly JournalRecord[];
  readonly notSentCount: number;
  readonly refusedCount: number;
  /** Peers that handed a payment over on another channel than asked for, once for each time. */
  readonly strayed: readonly NodeId[];
  readonly probed: Probed;
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
      readonly result: ReliableResult;
      /** The limit on the fee, where the budget's was below the request's. */
      readonly budgetMsat: bigint | null;
      readonly snapshot: GraphSnapshot;
      readonly blockHeight: number;
      readonly ownChannels: readonly ListedChannel[];
    }
  /** By the node, which did not tell what the search needs, or by the search itself, which is a fault of Ballast. */
  | { readonly kind: 'search_failed'; readonly fault: 'node' | 'internal'; readonly reason: string }
  /**
   * What payments of other rebalances hold stood in the way until the stop. Lost ones are not followed any more, so
   * waiting for them would be no use.
   */
  | {
      readonly kind: 'search_blocked';
      readonly lost: boolean;
      readonly payments: readonly PaymentHash[];
    }
  | { readonly kind: 'secret_drawn'; readonly secret: Secret }
  | { readonly kind: 'committed' }
  | { readonly kind: 'commit_failed'; readonly reason: string }
  | {
      readonly kind: 'invoice_added';
      readonly paymentHash: PaymentHash;
      readonly paymentAddr: Uint8Array;
    }
  | {
      readonly kind: 'invoice_failed';
      readonly reason: string;
      /** The node was not allowed to make one, so there is none to be cancelled. */
      readonly denied?: true;
    }
  /** Of a hold invoice that is watched. */
  | { readonly kind: 'invoice_seen'; readonly invoice: InvoiceRecord }
  | { readonly kind: 'watch_lost'; readonly paymentHash: PaymentHash; readonly reason: string }
  | {
      readonly kind: 'invoice_settled';
      readonly paymentHash: PaymentHash;
      readonly outcome: SettleInvoiceOutcome;
    }
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

/** What the shell is to do. Every command but `observe`, `emit` and `finish` is answered by an input. */
export type RebalanceCommand =
  /**
   * The shell adds our own balances and the height, both fresh from the node. Own channels go by the ids that the node
   * lists; the shell puts the graph's in their place. What other rebalances hold is left out, and waited for where
   * nothing else stands in the way; the route that is found is held for this one, unless it is only to be shown.
   */
  | {
      readonly kind: 'find_route';
      readonly request: Omit<BudgetedRequest, 'blockHeight'>;
      /** Smaller amounts that will do as well, largest first: the best of all is to be found. */
      readonly smaller: readonly AmountChoice[];
      /** The shell weighs it against what is believed of the corridors. */
      readonly attemptCost: AttemptCost;
      readonly dryRun: boolean;
    }
  | { readonly kind: 'draw_secret' }
  | { readonly kind: 'commit'; readonly batch: readonly JournalRecord[] }
  /** With `hold`, what arrives waits for `settle_invoice` or `cancel_invoice`. */
  | {
      readonly kind: 'add_invoice';
      readonly request: InvoiceRequest;
      readonly paymentHash: PaymentHash;
      readonly hold: boolean;
    }
  /** Report what arrives at a hold invoice, after a pause. */
  | { readonly kind: 'watch_invoice'; readonly paymentHash: PaymentHash; readonly delayMs: number }
  | {
      readonly kind: 'settle_invoice';
      readonly paymentHash: PaymentHash;
      readonly preimage: Uint8Array;
      readonly delayMs: number;
    }
  | { readonly kind: 'send'; readonly request: SendRequest }
  /** Follow the payment, after a pause. A stream that ends undecided counts as lost. */
  | { readonly kind: 'track'; readonly paymentHash: PaymentHash; readonly delayMs: number }
  | { readonly kind: 'cancel_invoice'; readonly paymentHash: PaymentHash; readonly delayMs: number }
  | { readonly kind: 'find_arrival'; readonly paymentHash: PaymentHash }
  /**
   * An attempt has ended, and this is what it tells of the corridors on its way: for beliefs that outlive the rebalance.
   * The snapshot is the one that its route was found in; `null` where only the journal knew of the attempt.
   */
  | {
      readonly kind: 'observe';
      readonly facts: readonly LiquidityFact[];
      readonly snapshot: GraphSnapshot | null;
      /** Our own node. */
      readonly self: NodeId | null;
    }
  /** Report `grace_over` after the time that a cancelled payment is given to fail back. */
  | { readonly kind: 'start_grace' }
  | { readonly kind: 'emit'; readonly event: RebalanceEvent }
  /** A second one, after a report with an attempt under way, tells how that attempt ended. */
  | { readonly kind: 'finish'; readonly report: RebalanceReport };

export interface Step {
  readonly state: RebalanceState;
  readonly commands: readonly RebalanceCommand[];
}

/** Nothing to do where nothing was learnt. */
export const observe = (
  facts: readonly LiquidityFact[],
  { ground }: Pick<LiveAttempt, 'ground'>,
): readonly RebalanceCommand[] =>
  facts.length === 0
    ? []
    : [
        {
          kind: 'observe',
          facts,
          snapshot: ground?.snapshot ?? null,
          self: ground?.path.hops[0]?.from ?? null,
        },
      ];

export const emit = (event: RebalanceEvent): RebalanceCommand => ({ kind: 'emit', event });
