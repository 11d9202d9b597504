/** Figures about one node's place in the graph. */
import { singleSourceLength } from 'graphology-shortest-path/unweighted.js';
import type { NodeId } from '../units/ids.ts';
import type { NetworkGraph } from './network-graph.ts';
import { type Quantiles, quantilesOf } from './quantiles.ts';

/** One node in figures: its channels, what it asks for, and what is asked for towards it. */
export interface NodeStatistics {
  readonly nodeId: NodeId;
  readonly alias: string;
  readonly channels: number;
  readonly peers: number;
  readonly capacitySat: bigint;
  /** What the node asks for forwarding out, over its channels with a policy. */
  readonly feeRatePpmOut: Quantiles;
  /** What its peers ask for forwarding to it. */
  readonly feeRatePpmIn: Quantiles;
  /** How many other nodes are reached in 1, 2, 3, ... channels, by announced policies that are not looked into. */
  readonly reach: readonly number[];
}

/** `undefined` where the graph has no such node. */
export function nodeStatistics(network: NetworkGraph, nodeId: NodeId): NodeStatistics | undefined {
  const snapshot = network.snapshot();
  const node = snapshot.nodeIndex(nodeId);
  if (node === undefined) return undefined;
  const { offsets, outgoing } = snapshot.adjacency;
  const peers = new Set<number>();
  const [ratesOut, ratesIn]: [number[], number[]] = [[], []];
  let capacitySat = 0n;
  for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
    const direction = outgoing[i]!;
    peers.add(snapshot.to(direction));
    capacitySat += BigInt(snapshot.columns.capacitySat[direction >> 1]!);
    const [policyOut, policyIn] = [snapshot.policy(direction), snapshot.policy(direction ^ 1)];
    if (policyOut !== null) ratesOut.push(policyOut.feeRatePpm);
    if (policyIn !== null) ratesIn.push(policyIn.feeRatePpm);
  }
  return {
    nodeId,
    alias: snapshot.node(node).alias,
    channels: offsets[node + 1]! - offsets[node]!,
    peers: peers.size,
    capacitySat,
    feeRatePpmOut: quantilesOf(ratesOut),
    feeRatePpmIn: quantilesOf(ratesIn),
    reach: reachOf(network, nodeId),
  };
}

function reachOf(network: NetworkGraph, nodeId: NodeId): number[] {
  const reach: number[] = [];
  const distances: Record<string, number> = singleSourceLength(network.graphology, nodeId);
  for (const distance of Object.values(distances)) {
    if (distance > 0) reach[distance - 1] = (reach[distance - 1] ?? 0) + 1;
  }
  return reach;
}
