/** How our own balances stood in the past. */
import type { ChannelId, NodeId } from '../units/ids.ts';

/** One of our channels at a moment. */
export interface ChannelBalance {
  /** The id under which the node lists it. */
  readonly channelId: ChannelId;
  readonly peer: NodeId;
  /** As the peer called itself then. */
  readonly peerAlias: string;
  readonly capacitySat: bigint;
  /** The node's figures, before reserves and fees are taken off. */
  readonly localMsat: bigint;
  readonly remoteMsat: bigint;
}

/** All of our channels at a moment. */
export interface BalanceSample {
  /** Milliseconds since the Unix epoch, whole. */
  readonly atMs: number;
  /** At most one entry for each channel; a store gives them back in an order of its own. */
  readonly channels: readonly ChannelBalance[];
}
