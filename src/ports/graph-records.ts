/** The network graph as nodes and files describe it, record by record. */
import type { InboundFee, OutboundFee } from '../units/fee.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

/**
 * What one end of a channel announced for forwarding out over it. The inbound fee is that end's too: it is charged
 * for HTLCs which arrive at it over this channel.
 */
export interface ChannelPolicy extends OutboundFee, InboundFee {
  /** Blocks that must lie between the expiries of the incoming and the outgoing HTLC. */
  readonly timeLockDelta: number;
  readonly minHtlcMsat: bigint;
  /** `null` where the node announced none; the channel's capacity is then the only bound. */
  readonly maxHtlcMsat: bigint | null;
  readonly disabled: boolean;
  /** Unix seconds of the announcement; 0 where unknown (lnd's topology stream never tells it). */
  readonly lastUpdate: number;
}

/** One channel of the graph. `policy1` is what `node1` announced: it governs the direction node1 -> node2. */
export interface ChannelRecord {
  readonly channelId: ChannelId;
  readonly node1: NodeId;
  readonly node2: NodeId;
  readonly capacitySat: bigint;
  /** `null`: never announced, so nothing can be routed in that direction. */
  readonly policy1: ChannelPolicy | null;
  readonly policy2: ChannelPolicy | null;
  /** Funding output, `txid:index`; empty where unknown. */
  readonly channelPoint: string;
}

/** A node as the network knows it. Its alias is whatever its owner typed: never trust it as a name. */
export interface NodeRecord {
  readonly nodeId: NodeId;
  readonly alias: string;
  /** Unix seconds; 0 where unknown. */
  readonly lastUpdate: number;
}

/** A record that was refused: the id it gave itself, and why. */
export interface RejectedRecord {
  readonly kind: 'node' | 'channel';
  readonly id: string;
  readonly reason: string;
}

/** The graph as a node or a file describes it, record by record, valid ones apart from refused ones. */
export interface GraphDescription {
  readonly nodes: readonly NodeRecord[];
  readonly channels: readonly ChannelRecord[];
  readonly rejected: readonly RejectedRecord[];
}

/** News about one direction of a channel: the policy that `from` announced. */
export interface ChannelUpdateRecord {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly policy: ChannelPolicy;
}
