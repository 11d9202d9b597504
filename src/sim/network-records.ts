/** What a simulated network tells about itself as a whole: its ledger, and news about its channels. */
import type { ChannelPolicy } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';

/** The hidden truth about a channel. The two balances and what is in flight always add up to the capacity. */
export interface ChannelBalances {
  readonly node1: NodeId;
  readonly node2: NodeId;
  readonly balance1Msat: bigint;
  readonly balance2Msat: bigint;
  readonly inFlightMsat: bigint;
}

/** An HTLC that is locked on a channel. */
export interface PendingHtlc {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
  readonly expiryHeight: number;
  readonly paymentHash: PaymentHash;
}

/** An HTLC at the moment when it is locked on a channel, settled there or failed there. */
export interface HtlcChange extends PendingHtlc {
  readonly kind: 'locked' | 'settled' | 'failed';
  /** Counted per channel and offering end, from 0. */
  readonly index: bigint;
}

/** A change of what a node asks for on one of its channels. */
export interface PolicyUpdate {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  /** What is left out stays. */
  readonly policy: Partial<ChannelPolicy>;
  /** False: it goes by the new policy while the graph still shows the old one. Default true. */
  readonly announce?: boolean;
}

/** How a node forwards where nothing holds it to the onion. */
export interface ForwardingWays {
  /** Kept from what the onion tells it to hand on; the next node is underpaid. Default 0. */
  readonly skimMsat: bigint;
  /** Takes another channel to the same peer than the one that the onion names, where one would do. Default false. */
  readonly prefersSiblings: boolean;
}

/** How a node lets its forwards be intercepted. */
export interface InterceptionWays {
  /** lnd's `--requireinterceptor`: without a connected client no forward passes. Default false. */
  readonly required?: boolean;
  /** Whose margins and on-chain offers it has, asked each time. Default: those of lnd 0.22. */
  readonly version?: () => string;
}

/** What a stream does to its messages; shares from 0 to 1, 0 unless given. */
export interface StreamFaults {
  /** Never told. */
  readonly lost: number;
  /** Told a second time, up to five messages later. */
  readonly repeated: number;
  /** Told up to five messages later than it happened. */
  readonly late: number;
}

/** Which streams of one node lose, repeat or delay messages, and how often. */
export interface NodeStreamFaults {
  readonly htlcEvents?: Partial<StreamFaults>;
  /** SubscribeChannelGraph, whose order lnd does not promise. */
  readonly graph?: Partial<StreamFaults>;
}

/** What gossip, or a node's own channels, would tell. Private channels are reported too. */
export type GraphChange =
  | {
      readonly kind: 'policy';
      readonly channelId: ChannelId;
      readonly from: NodeId;
      readonly policy: ChannelPolicy;
      readonly private: boolean;
    }
  | { readonly kind: 'channel_opened'; readonly channelId: ChannelId; readonly private: boolean }
  | {
      readonly kind: 'channel_removed';
      readonly channelId: ChannelId;
      readonly node1: NodeId;
      readonly node2: NodeId;
      readonly capacitySat: bigint;
      readonly channelPoint: string;
      readonly private: boolean;
    }
  /** The link came up or went down without either node changing. */
  | { readonly kind: 'link'; readonly channelId: ChannelId; readonly up: boolean }
  | { readonly kind: 'online'; readonly nodeId: NodeId; readonly online: boolean };
