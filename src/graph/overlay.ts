/**
 * What one request knows beyond the announced graph. It is laid over a snapshot and never changes it; the policies
 * among it go through `GraphSnapshot.withPolicies`.
 */
import type { ChannelUpdateRecord, OwnChannel } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

/** What one of our own channels can do now. `ownLiquidity` makes one from what the node lists. */
export interface OwnLiquidity {
  /** The id under which the graph has it. */
  readonly channelId: ChannelId;
  /** The id to put into the last hop of a route, where it differs (private channels with an alias). */
  readonly inboundChannelId?: ChannelId;
  readonly spendableMsat: bigint;
  readonly receivableMsat: bigint;
  readonly active: boolean;
}

/** The part of an `OwnChannel` that searches and routes need. */
export type ListedChannel = Pick<
  OwnChannel,
  | 'channelId'
  | 'graphChannelId'
  | 'inboundChannelId'
  | 'spendableMsat'
  | 'receivableMsat'
  | 'active'
>;

/** What a search needs of a channel that the node lists, under the id that the graph has it by. */
export const ownLiquidity = (channel: ListedChannel): OwnLiquidity => ({
  channelId: channel.graphChannelId,
  inboundChannelId: channel.inboundChannelId,
  spendableMsat: channel.spendableMsat,
  receivableMsat: channel.receivableMsat,
  active: channel.active,
});

/** `from` -> `to` is not expected to carry `atLeastMsat` or more over any of its channels. */
export interface PairCeiling {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly atLeastMsat: bigint;
}

/**
 * What one request knows beyond the snapshot, which it leaves as it is: own balances, reservations, newer policies.
 */
export interface Overlay {
  /**
   * Own channels with their balances. Where given, only these are used for the first and last hop; where absent,
   * the announced maxima are all that is known of our own balances.
   */
  readonly ownChannels?: readonly OwnLiquidity[];
  /** Policies newer than the snapshot's, as failures bring them. */
  readonly policies?: readonly ChannelUpdateRecord[];
  /** Liquidity known to be missing, by directed node pair, because forwarding is not strict. */
  readonly ceilings?: readonly PairCeiling[];
}
