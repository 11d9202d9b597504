/** A graph as sorted lines of text, one for each channel, so that lnd's and Ballast's can be compared as they stand. */
import type { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { ChannelPolicy, GraphDescription } from '../../../src/ports.ts';
import type { RawGraph, RawPolicy } from './messages.ts';

export function rawLines({ edges }: RawGraph): readonly string[] {
  return edges
    .map((edge) =>
      [
        edge.channel_id,
        edge.chan_point,
        edge.node1_pub,
        edge.node2_pub,
        edge.capacity,
        rawPolicyText(edge.node1_policy),
        rawPolicyText(edge.node2_policy),
      ].join(' '),
    )
    .sort();
}

export function ballastLines({ channels }: GraphDescription): readonly string[] {
  return channels
    .map((channel) =>
      [
        channel.channelId,
        channel.channelPoint,
        channel.node1,
        channel.node2,
        channel.capacitySat,
        policyText(channel.policy1),
        policyText(channel.policy2),
      ].join(' '),
    )
    .sort();
}

/** Undated, for lnd's stream of changes tells no dates. */
export function undatedLines(graph: NetworkGraph): readonly string[] {
  return graph.graphology
    .mapDirectedEdges((_, policy, from) =>
      [policy.channelId, from, policyText({ ...policy, lastUpdate: 0 })].join(' '),
    )
    .sort();
}

function rawPolicyText(policy: RawPolicy | null): string {
  if (policy === null) return 'none';
  return [
    `${policy.fee_base_msat}+${policy.fee_rate_milli_msat}`,
    `in ${policy.inbound_fee_base_msat}+${policy.inbound_fee_rate_milli_msat}`,
    `delta ${policy.time_lock_delta}`,
    `${policy.min_htlc}..${policy.max_htlc_msat === '0' ? 'any' : policy.max_htlc_msat}`,
    policy.disabled ? 'disabled' : 'enabled',
    `at ${policy.last_update}`,
  ].join(', ');
}

function policyText(policy: ChannelPolicy | null): string {
  if (policy === null) return 'none';
  return [
    `${policy.feeBaseMsat}+${policy.feeRatePpm}`,
    `in ${policy.inboundFeeBaseMsat}+${policy.inboundFeeRatePpm}`,
    `delta ${policy.timeLockDelta}`,
    `${policy.minHtlcMsat}..${policy.maxHtlcMsat ?? 'any'}`,
    policy.disabled ? 'disabled' : 'enabled',
    `at ${policy.lastUpdate}`,
  ].join(', ');
}
