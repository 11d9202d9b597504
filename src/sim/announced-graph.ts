/** The network as gossip shows it. */
import type { ChannelRecord, GraphDescription } from '../ports.ts';
import type { SimulatedChannel } from './channel.ts';
import type { NetworkState } from './network-state.ts';

/** Public channels, the node with the smaller key first as in BOLT 7; all nodes, whether they have channels or not. */
export function announcedGraph(state: NetworkState): GraphDescription {
  const nodes = [...state.nodes.values()].map(({ nodeId, alias, lastUpdate }) => ({
    nodeId,
    alias,
    lastUpdate,
  }));
  const channels: ChannelRecord[] = [];
  for (const channel of state.channels.values()) {
    if (!channel.private) channels.push(channelRecordOf(channel));
  }
  return { nodes, channels, rejected: [] };
}

/** One channel with its announced policies, private or not. */
export function channelRecordOf(channel: SimulatedChannel): ChannelRecord {
  const [first, second] = channel.ends[0] < channel.ends[1] ? ([0, 1] as const) : ([1, 0] as const);
  return {
    channelId: channel.channelId,
    node1: channel.ends[first],
    node2: channel.ends[second],
    capacitySat: channel.capacitySat,
    policy1: channel.announced[first],
    policy2: channel.announced[second],
    channelPoint: channel.channelPoint,
  };
}
