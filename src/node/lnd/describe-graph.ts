/** lnd's DescribeGraph, through the same record reader as the JSON of `lncli describegraph`. */
import {
  type ChannelEdge,
  type ChannelGraph,
  ChannelGraphRequest,
  type RoutingPolicy,
} from '../../generated/services/graph.ts';
import { LightningService } from '../../generated/services/lightning.ts';
import { type RawChannel, type RawPolicy, readChannel, readNode } from '../../graph/read-record.ts';
import type { ChannelRecord, GraphDescription, NodeRecord, RejectedRecord } from '../../ports.ts';
import type { LndCalls } from './lnd-calls.ts';

/** The node's graph with its own private channels; lnd may serve a copy that is up to a minute old. */
export async function fetchGraph(calls: LndCalls, deadlineMs: number): Promise<GraphDescription> {
  const request = ChannelGraphRequest.fromPartial({ includeUnannounced: true });
  return readGraph(await calls.unary(LightningService.describeGraph, request, deadlineMs));
}

function readGraph(graph: ChannelGraph): GraphDescription {
  const nodes: NodeRecord[] = [];
  const channels: ChannelRecord[] = [];
  const rejected: RejectedRecord[] = [];
  for (const { pubKey, alias, lastUpdate } of graph.nodes) {
    const result = readNode({ nodeId: pubKey, alias, lastUpdate });
    if (result.kind === 'ok') nodes.push(result.record);
    else rejected.push(result.rejected);
  }
  for (const edge of graph.edges) {
    const result = readChannel(channelFields(edge));
    if (result.kind === 'ok') channels.push(result.record);
    else rejected.push(result.rejected);
  }
  return { nodes, channels, rejected };
}

const channelFields = (edge: ChannelEdge): RawChannel => ({
  channelId: edge.channelId,
  node1: edge.node1Pub,
  node2: edge.node2Pub,
  capacitySat: edge.capacity,
  channelPoint: edge.chanPoint,
  policy1: policyFields(edge.node1Policy),
  policy2: policyFields(edge.node2Policy),
});

/** A policy message that is absent was never announced; one that is empty is a policy of zeros. */
function policyFields(policy: RoutingPolicy | undefined): RawPolicy | null {
  if (policy === undefined) return null;
  return {
    feeBaseMsat: policy.feeBaseMsat,
    feeRatePpm: policy.feeRateMilliMsat,
    timeLockDelta: policy.timeLockDelta,
    minHtlcMsat: policy.minHtlc,
    maxHtlcMsat: policy.maxHtlcMsat,
    disabled: policy.disabled,
    inboundFeeBaseMsat: policy.inboundFeeBaseMsat,
    inboundFeeRatePpm: policy.inboundFeeRateMilliMsat,
    lastUpdate: policy.lastUpdate,
  };
}
