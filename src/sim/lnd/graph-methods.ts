/** The RPCs about the network graph. */

import {
  type GraphTopologyUpdate,
  GraphTopologyUpdate as GraphTopologyUpdateMessage,
} from '../../generated/services/graph.ts';
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import type { ChannelPolicy, ChannelRecord } from '../../ports.ts';
import { type ChannelId, isNodeId, type NodeId } from '../../units/ids.ts';
import { Feed } from '../feed.ts';
import type { GraphChange } from '../network.ts';
import { writeChannelPoint, writeEdge, writeNode, writePolicy } from './graph-messages.ts';
import { notFound, plainError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

type GraphMethods = Pick<
  Methods<typeof LightningService, LightningServer>,
  'describeGraph' | 'subscribeChannelGraph' | 'getChanInfo' | 'getNodeInfo'
>;

export function graphMethods(served: ServedNode): GraphMethods {
  return {
    describeGraph: (request) => served.graph.message(request.includeUnannounced),
    subscribeChannelGraph: (_request, signal) => topologyUpdates(served, signal),
    getChanInfo: (request) => {
      if (request.chanId !== '0')
        return writeEdge(channelById(served, request.chanId as ChannelId));
      if (request.chanPoint !== '') return writeEdge(channelByPoint(served, request.chanPoint));
      throw plainError('specify either chan_id or chan_point');
    },
    getNodeInfo: (request) => {
      if (request.includeAuthProof && !request.includeChannels) {
        throw plainError('include_auth_proof depends on include_channels');
      }
      const nodeId = request.pubKey.toLowerCase();
      if (!isNodeId(nodeId)) throw plainError(`invalid public key: ${request.pubKey}`);
      const record = served.graph.announced.nodes.get(nodeId);
      if (record === undefined) throw notFound('unable to find node');
      const channels = served.graph.announced.channelsOf.get(nodeId) ?? [];
      const counted = [...channels, ...privateChannelsBetween(served, nodeId)];
      return {
        node: writeNode(record),
        numChannels: counted.length,
        totalCapacity: counted.reduce((sum, channel) => sum + channel.capacitySat, 0n),
        channels: request.includeChannels ? channels.map(writeEdge) : [],
      };
    },
  };
}

/** lnd counts unannounced channels that it knows, which are its own, but never lists them. */
function privateChannelsBetween(served: ServedNode, nodeId: NodeId): { capacitySat: bigint }[] {
  const own = served.node.listChannels().filter((channel) => channel.private);
  return nodeId === served.node.nodeId ? own : own.filter((channel) => channel.peer === nodeId);
}

/** A channel as this node may know it: announced, or one of its own. */
export function visibleChannel(
  served: ServedNode,
  channelId: ChannelId,
): ChannelRecord | undefined {
  const record = served.network.channelRecord(channelId);
  return record !== undefined && isVisible(served, record) ? record : undefined;
}

function channelById(served: ServedNode, channelId: ChannelId): ChannelRecord {
  const record = visibleChannel(served, channelId);
  if (record === undefined) throw notFound('edge not found');
  return record;
}

function channelByPoint(served: ServedNode, channelPoint: string): ChannelRecord {
  const point = channelPoint.toLowerCase();
  const own = served.node.listChannels().find((channel) => channel.channelPoint === point);
  if (own !== undefined) return channelById(served, own.channelId);
  const record = served.graph.announced.channels.find((channel) => channel.channelPoint === point);
  if (record === undefined) throw notFound('edge not found');
  return record;
}

function isVisible(served: ServedNode, record: ChannelRecord): boolean {
  if (record.node1 === served.node.nodeId || record.node2 === served.node.nodeId) return true;
  const channels = served.graph.announced.channelsOf.get(record.node1) ?? [];
  return channels.some((channel) => channel.channelId === record.channelId);
}

async function* topologyUpdates(
  served: ServedNode,
  signal: AbortSignal,
): AsyncGenerator<GraphTopologyUpdate> {
  const feed = new Feed<GraphTopologyUpdate>();
  const updates = feed.subscribe({ signal });
  const disorder = served.network.graphDisorder<GraphTopologyUpdate>(served.node.nodeId);
  const unsubscribe = served.network.onGraphChange((change) => {
    const update = writeTopology(served, change);
    if (update === undefined) return;
    for (const told of disorder.pass(update)) feed.publish(told);
  });
  try {
    yield* updates;
  } finally {
    unsubscribe();
  }
}

/** As lnd, nothing for a channel until it has a policy, and nothing for nodes and links that go up or down. */
function writeTopology(served: ServedNode, change: GraphChange): GraphTopologyUpdate | undefined {
  if (change.kind === 'online' || change.kind === 'link' || change.private) return undefined;
  if (change.kind === 'channel_removed') {
    const closed = {
      chanId: change.channelId,
      capacity: change.capacitySat,
      closedHeight: served.network.blockHeight,
      chanPoint: writeChannelPoint(change.channelPoint),
    };
    return GraphTopologyUpdateMessage.fromPartial({ closedChans: [closed] });
  }
  const channel = served.network.channelRecord(change.channelId);
  if (channel === undefined) return undefined;
  if (change.kind === 'policy') return policyUpdates(channel, [change]);
  const announced = [
    { from: channel.node1, policy: channel.policy1 },
    { from: channel.node2, policy: channel.policy2 },
  ].filter((side): side is AnnouncedPolicy => side.policy !== null);
  return announced.length === 0 ? undefined : policyUpdates(channel, announced);
}

interface AnnouncedPolicy {
  readonly from: NodeId;
  readonly policy: ChannelPolicy;
}

function policyUpdates(
  channel: ChannelRecord,
  announced: readonly AnnouncedPolicy[],
): GraphTopologyUpdate {
  return GraphTopologyUpdateMessage.fromPartial({
    channelUpdates: announced.map(({ from, policy }) => ({
      chanId: channel.channelId,
      chanPoint: writeChannelPoint(channel.channelPoint),
      capacity: channel.capacitySat,
      // lnd leaves the time out of this stream.
      routingPolicy: { ...writePolicy(policy), lastUpdate: 0 },
      advertisingNode: from,
      connectingNode: from === channel.node1 ? channel.node2 : channel.node1,
    })),
  });
}
