/** Small graphs for tests, from short descriptions. */
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { ChannelPolicy, ChannelRecord } from '../../src/ports.ts';
import { type NodeId, parseChannelId } from '../../src/units/ids.ts';

/** A valid-looking node id for a small number or a name. */
export function nodeIdOf(name: number | string): NodeId {
  const text = typeof name === 'number' ? name.toString(16) : Buffer.from(name).toString('hex');
  return `02${text.padStart(64, '0').slice(-64)}` as NodeId;
}

export function policyOf(fields: Partial<ChannelPolicy> = {}): ChannelPolicy {
  return {
    feeBaseMsat: 0n,
    feeRatePpm: 0,
    timeLockDelta: 40,
    minHtlcMsat: 0n,
    maxHtlcMsat: null,
    disabled: false,
    inboundFeeBaseMsat: 0n,
    inboundFeeRatePpm: 0,
    lastUpdate: 0,
    ...fields,
  };
}

export interface ChannelSketch {
  readonly id: number | string;
  readonly ends: readonly [number | string, number | string];
  readonly capacitySat?: bigint;
  /** Of the first end; `null` for none, absent for a free policy. */
  readonly policy1?: Partial<ChannelPolicy> | null;
  readonly policy2?: Partial<ChannelPolicy> | null;
}

export function channelOf(sketch: ChannelSketch): ChannelRecord {
  const policy = (fields: Partial<ChannelPolicy> | null | undefined): ChannelPolicy | null =>
    fields === null ? null : policyOf(fields);
  return {
    channelId: parseChannelId(String(sketch.id)),
    node1: nodeIdOf(sketch.ends[0]),
    node2: nodeIdOf(sketch.ends[1]),
    capacitySat: sketch.capacitySat ?? 100_000_000n,
    policy1: policy(sketch.policy1),
    policy2: policy(sketch.policy2),
    channelPoint: '',
  };
}

export function graphOf(channels: readonly ChannelSketch[]): NetworkGraph {
  const { graph, rejected } = NetworkGraph.fromDescription({
    nodes: [],
    channels: channels.map(channelOf),
    rejected: [],
  });
  if (rejected.length > 0) throw new Error(`bad test graph: ${JSON.stringify(rejected)}`);
  return graph;
}
