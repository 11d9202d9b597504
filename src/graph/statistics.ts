/** Figures about a graph as a whole, computed on its graphology view. */
import { connectedComponents } from 'graphology-components';
import type { NetworkGraph } from './network-graph.ts';
import { type Quantiles, quantilesOf } from './quantiles.ts';

/** The whole graph in figures. */
export interface GraphStatistics {
  readonly nodes: number;
  readonly channels: number;
  readonly directedPolicies: number;
  readonly disabledPolicies: number;
  /** Directions whose owner adds or grants something for HTLCs arriving over the channel. */
  readonly inboundFeePolicies: number;
  readonly capacitySat: bigint;
  readonly components: number;
  readonly largestComponentNodes: number;
  /** Channels per node, over nodes that have a channel. */
  readonly degree: Quantiles;
  readonly channelCapacitySat: Quantiles;
  readonly feeBaseMsat: Quantiles;
  readonly feeRatePpm: Quantiles;
  readonly timeLockDelta: Quantiles;
}

/**
 * Counts and distributions of the current version. Channels without any policy count as channels, but join no
 * components: nothing can be routed over them.
 */
export function graphStatistics(network: NetworkGraph): GraphStatistics {
  const graph = network.graphology;
  const snapshot = network.snapshot();
  const { columns } = snapshot;
  const capacities: number[] = [];
  const degrees = new Map<number, number>();
  for (let slot = 0; slot < snapshot.channelSlots; slot++) {
    if (columns.removed[slot] === 1) continue;
    capacities.push(columns.capacitySat[slot]!);
    for (const node of [columns.node1[slot]!, columns.node2[slot]!]) {
      degrees.set(node, (degrees.get(node) ?? 0) + 1);
    }
  }
  const bases: number[] = [];
  const rates: number[] = [];
  const deltas: number[] = [];
  let disabled = 0;
  let inbound = 0;
  graph.forEachEdge((_key, policy) => {
    bases.push(Number(policy.feeBaseMsat));
    rates.push(policy.feeRatePpm);
    deltas.push(policy.timeLockDelta);
    if (policy.disabled) disabled++;
    if (policy.inboundFeeBaseMsat !== 0n || policy.inboundFeeRatePpm !== 0) inbound++;
  });
  const components = connectedComponents(graph);
  return {
    nodes: snapshot.nodeCount,
    channels: snapshot.channelCount,
    directedPolicies: graph.size,
    disabledPolicies: disabled,
    inboundFeePolicies: inbound,
    capacitySat: capacities.reduce((sum, capacity) => sum + BigInt(capacity), 0n),
    components: components.length,
    largestComponentNodes: components.reduce((most, part) => Math.max(most, part.length), 0),
    degree: quantilesOf([...degrees.values()]),
    channelCapacitySat: quantilesOf(capacities),
    feeBaseMsat: quantilesOf(bases),
    feeRatePpm: quantilesOf(rates),
    timeLockDelta: quantilesOf(deltas),
  };
}
