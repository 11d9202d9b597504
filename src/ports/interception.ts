/**
 * Forwards which the node shows us before it sends them on. The
 * simulator's gate (`sim/forward-gate.ts`) has types of similar names: those are the node's end, these are ours.
 */

import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { StopSignal } from './surroundings.ts';

/** Names the HTLC that came in. */
export interface CircuitKey {
  readonly channelId: ChannelId;
  /** Index among the HTLCs that the peer has offered over the channel. */
  readonly htlcId: bigint;
}

/** A forward as it is offered to us: the node has checked nothing of its way out yet. Heights are absolute. */
export interface OfferedForward {
  readonly circuit: CircuitKey;
  readonly paymentHash: PaymentHash;
  readonly amountInMsat: bigint;
  readonly expiryInHeight: number;
  readonly amountOutMsat: bigint;
  readonly expiryOutHeight: number;
  /**
   * What the sender asks for, by any of the ids that the channel goes by; another channel to the same peer may carry it.
   * `null` where the sender names the next node alone.
   */
  readonly outChannelId: ChannelId | null;
  /** The next node, where the sender names it instead of a channel. */
  readonly outPeer: NodeId | null;
  /** The node fails it at this height. */
  readonly autoFailHeight: number;
}

/** Limits that hold whatever anybody says later. */
export interface HoldTerms {
  /** Milliseconds from the offer after which a forward goes on, claimed or not. */
  readonly holdMs: number;
  /** Milliseconds from the offer within which a forward must be claimed, or it goes on. */
  readonly claimMs: number;
  /** Blocks that must be left before a forward's `autoFailHeight`; with fewer it is not kept. */
  readonly cltvMarginBlocks: number;
  /** Forwards that are kept at once; more go on. */
  readonly mostHeld: number;
}

/** Which forwards to ask about. All others go on at once, without anybody being asked. */
export interface StandingOrders {
  readonly watched: readonly WatchedPeer[];
  readonly blockHeight: number;
  /** Milliseconds from now; then no more is kept, until there are new orders. */
  readonly validMs: number;
}

/** A peer and the channels that lead to it: any of them may carry what is asked for over another. */
export interface WatchedPeer {
  readonly peer: NodeId;
  /** All ids by which senders may name them. */
  readonly channelIds: readonly ChannelId[];
  /** Forwards of less go on. */
  readonly fromMsat: bigint;
}

/** Why a forward that we were asked about went on. */
export type ReleaseCause =
  /** We said so. */
  | 'resumed'
  /** Nobody claimed it in time. */
  | 'unclaimed'
  | 'hold_deadline'
  /** Blocks came in, and its `autoFailHeight` close. */
  | 'cltv'
  /** The connection ended: the node lets go of everything. */
  | 'disconnected'
  /** It went on chain: only the holder of the preimage can still do anything. */
  | 'on_chain';

/** Forwards that were let pass without anybody being asked. */
export interface PassedForwards {
  /** Not among the orders, or too small. */
  readonly unwatched: number;
  /** Offered before: the node offers again after its link or we have started anew. */
  readonly repeated: number;
  /** Too close to their `autoFailHeight`. */
  readonly late: number;
  /** Too many were kept already. */
  readonly full: number;
  /** There were no orders, or they were out of date. */
  readonly unordered: number;
  /** Offered from the chain, and left alone: not even answered. */
  readonly onChain: number;
}

/** What intercepting forwards tells, in order. */
export type InterceptionNews =
  | { readonly kind: 'connected' }
  /** The node forwards without us meanwhile, unless it is set to wait (`NodeInfo.requiresInterceptor`). */
  | { readonly kind: 'disconnected'; readonly reason: string; readonly retryInMs: number }
  /** Claim it within the time, or it goes on. */
  | { readonly kind: 'offered'; readonly forward: OfferedForward; readonly claimMs: number }
  /** It is out of our hands. Exactly one of these follows each offer. */
  | {
      readonly kind: 'released';
      readonly circuit: CircuitKey;
      readonly cause: ReleaseCause;
      readonly heldMs: number;
    }
  /** Counts since the last such news. */
  | { readonly kind: 'passed'; readonly forwards: PassedForwards };

/**
 * A connection on which the node offers every forward, and waits for our word. It never fails or settles one: all go on
 * in the end, and what it keeps is bounded by its terms even while nobody reads, orders or answers. It connects anew by
 * itself. Reading it ends when its signal aborts, and throws `NodeError` where connecting anew cannot help.
 */
export interface ForwardInterception extends AsyncIterable<InterceptionNews> {
  /** For what is offered from now on. */
  order(orders: StandingOrders): void;
  /** Keeps a forward until {@link ForwardInterception.resume}, or its deadline. Too late, it does nothing. */
  claim(circuit: CircuitKey): void;
  /** Lets it go on. Does nothing where it has gone on. */
  resume(circuit: CircuitKey): void;
}

/** What is asked of the node when its forwards are to be intercepted. */
export interface InterceptOptions {
  readonly terms: HoldTerms;
  readonly signal: StopSignal;
}
