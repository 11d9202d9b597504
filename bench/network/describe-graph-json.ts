/** Writes a network in the layout of `lncli describegraph`, so that loading can be measured without a real file. */
import type { ChannelPolicy, GraphDescription } from '../../src/ports.ts';

export function describeGraphJson(description: GraphDescription): string {
  return JSON.stringify({
    nodes: description.nodes.map((node) => ({
      last_update: node.lastUpdate,
      pub_key: node.nodeId,
      alias: node.alias,
      addresses: [],
      color: '#3399ff',
      features: {},
    })),
    edges: description.channels.map((channel) => ({
      channel_id: channel.channelId,
      chan_point: channel.channelPoint,
      last_update: Math.max(channel.policy1?.lastUpdate ?? 0, channel.policy2?.lastUpdate ?? 0),
      node1_pub: channel.node1,
      node2_pub: channel.node2,
      capacity: channel.capacitySat.toString(),
      node1_policy: policyFields(channel.policy1),
      node2_policy: policyFields(channel.policy2),
    })),
  });
}

function policyFields(policy: ChannelPolicy | null): object | null {
  if (policy === null) return null;
  return {
    time_lock_delta: policy.timeLockDelta,
    min_htlc: policy.minHtlcMsat.toString(),
    fee_base_msat: policy.feeBaseMsat.toString(),
    fee_rate_milli_msat: policy.feeRatePpm.toString(),
    disabled: policy.disabled,
    max_htlc_msat: (policy.maxHtlcMsat ?? 0n).toString(),
    last_update: policy.lastUpdate,
    inbound_fee_base_msat: Number(policy.inboundFeeBaseMsat),
    inbound_fee_rate_milli_msat: policy.inboundFeeRatePpm,
  };
}
