/** What a failed attempt means: types only. `interpretFailure` fills them. */
import type { Failure_FailureCode } from '../generated/messages/failure.ts';
import type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
import type { ChannelUpdateRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

/** Name of a failure code in lnd's numbering, such as `TEMPORARY_CHANNEL_FAILURE`. */
export type FailureCodeName = keyof typeof Failure_FailureCode;

/** A channel of the route in the direction of travel; `link` is its place, 0 for the sender's own. */
export interface RouteLink {
  readonly link: number;
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  /** What was to cross it. */
  readonly amountMsat: bigint;
}

/** Where along the route the failure arose. */
export type FailurePosition =
  /** Our own node, before or at the first channel. */
  | 'self'
  | 'first'
  | 'middle'
  /** The node before the final one; in a circle the peer that hands the payment back to us. */
  | 'last_but_one'
  | 'final'
  /** The code says that nobody can tell. */
  | 'unknown';

/** Who is to blame, and therefore what a further attempt had better avoid. */
export type Blame =
  /** Our own link or node refused before anything left. */
  | { readonly kind: 'own_channel'; readonly channelId: ChannelId }
  /** One direction of a channel: it lacks the balance, or its owner asks other terms than we met. */
  | { readonly kind: 'channel'; readonly cause: 'liquidity' | 'policy'; readonly at: RouteLink }
  /** The connection between two nodes, whichever channel and direction. */
  | { readonly kind: 'pair'; readonly at: RouteLink }
  | { readonly kind: 'node'; readonly nodeId: NodeId }
  /** Ourselves, as the receiver of our own payment. */
  | { readonly kind: 'final' }
  /** One of these links or the nodes between them. */
  | { readonly kind: 'unknown'; readonly among: readonly RouteLink[] };

/** What became of the `channel_update` that may come with a failure. */
export type UpdateReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'usable'; readonly update: ChannelUpdateRecord }
  /** It is not about a channel of the failing node on this route, or its figures cannot be right. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What a failure means: who failed the payment, what is to blame, what was learnt, and whether to go on. */
export interface Verdict {
  readonly code: FailureCodeName;
  readonly position: FailurePosition;
  /** 0 is ourselves, i the node that hop i leads to; `null` where the source is unknown. */
  readonly sourceIndex: number | null;
  /** The node that failed the payment; `null` where unknown. */
  readonly source: NodeId | null;
  readonly blame: Blame;
  /**
   * Whom to blame instead where the route meets the update's terms: the failing node then dislikes how the payment
   * reached it, an inbound fee that we do not know of for instance. `null` where the code has no second suspect.
   */
  readonly otherwise: Blame | null;
  readonly facts: readonly LiquidityFact[];
  readonly update: UpdateReading;
  /** The update may make the same path pass: price it anew and send it once more. */
  readonly repriceable: boolean;
  /**
   * - `retry`: go on by another way, or the same one repriced;
   * - `new_invoice`: our own node refused the arrival; go on only with a new hash and a cancelled old invoice;
   * - `stop`: another attempt would meet the same end.
   */
  readonly next: 'retry' | 'new_invoice' | 'stop';
  /** The verdict in one sentence, for people. */
  readonly reason: string;
}
