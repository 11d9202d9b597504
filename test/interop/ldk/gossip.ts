/** The network graph as LDK's nodes announce it, in Ballast's records. */
import type { ChannelAnnouncement, ChannelUpdate } from 'lightningdevkit';
import type { ChannelPolicy, ChannelRecord, GraphDescription } from '../../../src/ports.ts';
import {
  type ChannelId,
  type NodeId,
  parseChannelId,
  parseNodeId,
} from '../../../src/units/ids.ts';

/** Bits of BOLT 7's `channel_flags`. */
const FROM_SECOND_NODE = 1;
const DISABLED = 2;

interface Ends {
  readonly node1: NodeId;
  readonly node2: NodeId;
}

export class Gossip {
  readonly #ends = new Map<ChannelId, Ends>();
  readonly #policies = new Map<ChannelId, [ChannelPolicy | null, ChannelPolicy | null]>();

  announced(message: ChannelAnnouncement): void {
    const contents = message.get_contents();
    const channelId = parseChannelId(contents.get_short_channel_id().toString());
    const nodeId = (bytes: Uint8Array) => parseNodeId(Buffer.from(bytes).toString('hex'));
    this.#ends.set(channelId, {
      node1: nodeId(contents.get_node_id_1().as_array()),
      node2: nodeId(contents.get_node_id_2().as_array()),
    });
  }

  updated(message: ChannelUpdate): void {
    const contents = message.get_contents();
    const channelId = parseChannelId(contents.get_short_channel_id().toString());
    const flags = contents.get_channel_flags();
    const policies = this.#policies.get(channelId) ?? [null, null];
    policies[(flags & FROM_SECOND_NODE) === 0 ? 0 : 1] = {
      feeBaseMsat: BigInt(contents.get_fee_base_msat()),
      feeRatePpm: contents.get_fee_proportional_millionths(),
      timeLockDelta: contents.get_cltv_expiry_delta(),
      minHtlcMsat: contents.get_htlc_minimum_msat(),
      maxHtlcMsat: contents.get_htlc_maximum_msat(),
      disabled: (flags & DISABLED) !== 0,
      inboundFeeBaseMsat: 0n,
      inboundFeeRatePpm: 0,
      lastUpdate: contents.get_timestamp(),
    };
    this.#policies.set(channelId, policies);
  }

  /** An announcement tells no capacity; one looks it up on chain, here in `capacitiesSat`, which also has no closed ones. */
  description(capacitiesSat: ReadonlyMap<ChannelId, bigint>): GraphDescription {
    const channels: ChannelRecord[] = [];
    for (const [channelId, { node1, node2 }] of this.#ends) {
      const capacitySat = capacitiesSat.get(channelId);
      if (capacitySat === undefined) continue;
      const [policy1, policy2] = this.#policies.get(channelId) ?? [null, null];
      channels.push({ channelId, node1, node2, capacitySat, policy1, policy2, channelPoint: '' });
    }
    const ids = new Set(channels.flatMap(({ node1, node2 }) => [node1, node2]));
    const nodes = [...ids].map((nodeId) => ({ nodeId, alias: '', lastUpdate: 0 }));
    return { nodes, channels, rejected: [] };
  }
}
