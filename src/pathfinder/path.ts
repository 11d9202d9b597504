/** A priced way through the network, channel by channel, and what it costs as a whole. */
import type { ChannelPolicy } from '../ports.ts';
import type { InboundFee } from '../units/fee.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

/**
 * One channel crossed, and what the node at its end does there. As in lnd's `Hop`, the fee is that of `to`, for
 * forwarding from this channel to the next one; the last hop's `to` forwards nothing and charges nothing.
 */
export interface PathHop {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly capacitySat: bigint;
  /** What `from` asks for forwarding over this channel. `null` only in the first hop, which costs us nothing. */
  readonly policy: ChannelPolicy | null;
  /** What `to` adds or grants for HTLCs that arrive over this channel. */
  readonly inboundFee: InboundFee;
  /** Amount that arrives at `to` over this channel. */
  readonly amountInMsat: bigint;
  /** Amount that `to` sends on; in the last hop the amount delivered. */
  readonly amountOutMsat: bigint;
  /** Expiries of the HTLCs that `to` receives and sends, in blocks above the current height. */
  readonly cltvInBlocks: number;
  readonly cltvOutBlocks: number;
}

/** Hops in the direction of travel; each begins where the one before ended. */
export interface Path {
  readonly hops: readonly PathHop[];
}

/** What a path costs and needs. */
export interface Quote {
  /** Delivered at the end. */
  readonly amountMsat: bigint;
  /** Leaves us on the first channel: `amountMsat + feeMsat`. */
  readonly sentMsat: bigint;
  readonly feeMsat: bigint;
  /** For people; limits are checked in msat. */
  readonly feePpm: number;
  /** Blocks from now to the expiry of the first HTLC: how long the money can be locked at worst. */
  readonly cltvBlocks: number;
  readonly hopCount: number;
  /** Of the 1,300 that an onion holds, with the MPP record in the last hop. */
  readonly onionBytes: number;
}
