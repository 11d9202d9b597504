/** What our own node tells about itself and its channels. */
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';

/** A channel of our own node. Amounts are what can be used now: reserve, commitment fee and pending HTLCs are off. */
export interface OwnChannel {
  /** The id under which the node lists it and reports arriving HTLCs. */
  readonly channelId: ChannelId;
  /** The id under which the graph has it; differs for public zero-conf channels that have confirmed. */
  readonly graphChannelId: ChannelId;
  /** The id to put into the last hop of a route that returns over it; differs for private alias channels. */
  readonly inboundChannelId: ChannelId;
  /** More ids by which others may ask us to forward over it, where it has any. */
  readonly aliases?: readonly ChannelId[];
  readonly peer: NodeId;
  readonly peerAlias: string;
  readonly capacitySat: bigint;
  /** The node's own figures, before reserves and fees are taken off. */
  readonly localBalanceSat: bigint;
  readonly remoteBalanceSat: bigint;
  readonly spendableMsat: bigint;
  readonly receivableMsat: bigint;
  /** HTLCs under way over it, in both directions. Their amounts are off the balances already. */
  readonly pendingHtlcs: readonly PendingHtlc[];
  /** HTLCs that may be under way at once: offered by us, and offered by the peer. `null` where the node does not tell. */
  readonly maxOutgoingHtlcs: number | null;
  readonly maxIncomingHtlcs: number | null;
  /** Peer online and link able to forward. */
  readonly active: boolean;
  readonly private: boolean;
}

/** A payment under way over one of our channels; what it holds is in neither side's balance. */
export interface PendingHtlc {
  readonly paymentHash: PaymentHash;
  /** Offered by the peer. */
  readonly incoming: boolean;
  /** Rounded down. */
  readonly amountSat: bigint;
  /** Height at which it is resolved on chain at the latest, where it does not end before. */
  readonly expiryHeight: number;
  /** Index among those that its end has offered over the channel; absent where the node does not tell. */
  readonly htlcId?: bigint;
  /** The channel over which it was sent on, or came from; absent where it was not, or not yet. */
  readonly otherChannelId?: ChannelId;
}

/** A channel of ours that is being closed: what was under way over it is resolved on chain. */
export interface ClosingChannel {
  /** Funding output, `txid:index`. */
  readonly channelPoint: string;
  readonly peer: NodeId;
  /** Ours, and not spendable yet. */
  readonly limboSat: bigint;
  /** HTLCs that wait on chain; none before the closing transaction has confirmed. */
  readonly htlcs: readonly {
    readonly incoming: boolean;
    readonly amountSat: bigint;
    readonly maturityHeight: number;
  }[];
}

/** The node itself: its name, its version, and how far it has got. */
export interface NodeInfo {
  readonly nodeId: NodeId;
  readonly alias: string;
  readonly version: string;
  readonly blockHeight: number;
  readonly syncedToChain: boolean;
  readonly syncedToGraph: boolean;
  /** How many blocks before its expiry the node gives a held HTLC back by itself. */
  readonly holdExpiryBlocks: number;
  /** It forwards nothing unless somebody intercepts: forwards then stop where Ballast does. Absent means no. */
  readonly requiresInterceptor?: boolean;
  /** The date that the newest block bears which the node knows; absent where it does not tell. */
  readonly bestBlockAtMs?: number;
}
