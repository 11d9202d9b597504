/** GraphGetNode and GraphGetChannel: one record for each call. */
import type {
  GraphGetChannelRequest,
  GraphGetChannelResponse,
  GraphGetNodeRequest,
  GraphGetNodeResponse,
} from '../../generated/services/ldk-server/api.ts';
import type { GraphChannelUpdate } from '../../generated/services/ldk-server/types.ts';
import type { ChannelPolicy } from '../../ports.ts';
import { type NodeId, tryParseChannelId } from '../../units/ids.ts';
import { invalidRequest } from './rpc-error.ts';
import type { ServedLdkNode } from './served-node.ts';

/** Nodes without channels are not in LDK's graph. */
export function graphNode(
  served: ServedLdkNode,
  request: GraphGetNodeRequest,
): GraphGetNodeResponse {
  const { channelsOf, aliases } = served.graph;
  const channels = channelsOf.get(request.nodeId);
  if (channels === undefined) throw invalidRequest('the graph has no such node');
  const { alias = '', lastUpdate = 0 } = aliases.get(request.nodeId as NodeId) ?? {};
  return {
    node: {
      channels: channels.map((channelId) => BigInt(channelId)),
      announcementInfo: { lastUpdate, alias, rgb: '3399ff', addresses: [], features: {} },
    },
  };
}

export function graphChannel(
  served: ServedLdkNode,
  request: GraphGetChannelRequest,
  tellsCapacity: boolean,
): GraphGetChannelResponse {
  const channelId = tryParseChannelId(request.shortChannelId);
  const record = channelId === undefined ? undefined : served.graph.channels.get(channelId);
  if (record === undefined) throw invalidRequest('the graph has no such channel');
  return {
    channel: {
      nodeOne: record.node1,
      nodeTwo: record.node2,
      ...(tellsCapacity && { capacitySats: record.capacitySat }),
      oneToTwo: writeUpdate(record.policy1),
      twoToOne: writeUpdate(record.policy2),
    },
  };
}

/** Inbound fees are not told: LDK does not read them. */
function writeUpdate(policy: ChannelPolicy | null): GraphChannelUpdate | undefined {
  if (policy === null) return undefined;
  return {
    lastUpdate: policy.lastUpdate,
    enabled: !policy.disabled,
    cltvExpiryDelta: policy.timeLockDelta,
    htlcMinimumMsat: policy.minHtlcMsat,
    htlcMaximumMsat: policy.maxHtlcMsat ?? 0n,
    fees: { baseMsat: Number(policy.feeBaseMsat), proportionalMillionths: policy.feeRatePpm },
  };
}
