/** lnd's vectors of path choice, with their graphs; all of them are covered by the two tests beside this file. */
import type { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { OwnLiquidity } from '../../src/graph/overlay.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { graphOf } from '../graph/make-graph.ts';
import file from '../vectors/path-choice.json' with { type: 'json' };

interface PolicyVector {
  readonly fee_base_msat: number;
  readonly fee_rate_ppm: number;
  readonly time_lock_delta: number;
  readonly min_htlc_msat: number;
  /** 0 for none. */
  readonly max_htlc_msat: number;
  readonly disabled: boolean;
  readonly inbound_fee_base_msat: number;
  readonly inbound_fee_rate_ppm: number;
}

export interface ChannelVector {
  readonly chan_id: number;
  readonly capacity_sat: number;
  readonly node_a: string;
  readonly node_b: string;
  readonly policy_a: PolicyVector | null;
  readonly policy_b: PolicyVector | null;
}

export interface Vector<Input, Expected> {
  readonly id: string;
  readonly kind: string;
  readonly input: Input;
  readonly expected: Expected;
}

const graphs = file.graphs as Record<string, { channels: ChannelVector[] }>;

export const allKinds: readonly string[] = file.vectors.map(({ kind }) => kind);

export function vectorsOf<Input, Expected>(kind: string): Vector<Input, Expected>[] {
  return file.vectors.filter((v) => v.kind === kind) as unknown as Vector<Input, Expected>[];
}

export function channelsOfGraph(name: string): readonly ChannelVector[] {
  const graph = graphs[name];
  if (graph === undefined) throw new Error(`the vectors have no graph ${name}`);
  return graph.channels;
}

export function graphOfVector(name: string): NetworkGraph {
  return graphOf(
    channelsOfGraph(name).map((channel) => ({
      id: channel.chan_id,
      ends: [channel.node_a, channel.node_b] as const,
      capacitySat: BigInt(channel.capacity_sat),
      policy1: policyFields(channel.policy_a),
      policy2: policyFields(channel.policy_b),
    })),
  );
}

function policyFields(policy: PolicyVector | null): Partial<ChannelPolicy> | null {
  return (
    policy && {
      feeBaseMsat: BigInt(policy.fee_base_msat),
      feeRatePpm: policy.fee_rate_ppm,
      timeLockDelta: policy.time_lock_delta,
      minHtlcMsat: BigInt(policy.min_htlc_msat),
      maxHtlcMsat: policy.max_htlc_msat === 0 ? null : BigInt(policy.max_htlc_msat),
      disabled: policy.disabled,
      inboundFeeBaseMsat: BigInt(policy.inbound_fee_base_msat),
      inboundFeeRatePpm: policy.inbound_fee_rate_ppm,
    }
  );
}

/** Own channels that can send so much, by channel id. */
export function ownChannels(bandwidthMsat: Readonly<Record<string, number>>): OwnLiquidity[] {
  return Object.entries(bandwidthMsat).map(([channelId, msat]) => ({
    channelId: channelId as ChannelId,
    spendableMsat: BigInt(msat),
    receivableMsat: 0n,
    active: true,
  }));
}
