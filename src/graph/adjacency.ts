/** Which directions leave each node, in one flat array: those of node n stand at `offsets[n]` to `offsets[n + 1]`. */
import type { ChannelColumns } from './columns.ts';

export interface Adjacency {
  readonly offsets: Uint32Array;
  /** Outgoing directions, by node. `direction ^ 1` of each is the incoming one over the same channel. */
  readonly outgoing: Uint32Array;
}

export function buildAdjacency(graph: {
  columns: ChannelColumns;
  channelSlots: number;
  nodeCount: number;
}): Adjacency {
  const { columns, channelSlots, nodeCount } = graph;
  const offsets = new Uint32Array(nodeCount + 1);
  for (let slot = 0; slot < channelSlots; slot++) {
    if (columns.removed[slot] === 1) continue;
    offsets[columns.node1[slot]! + 1]!++;
    offsets[columns.node2[slot]! + 1]!++;
  }
  for (let node = 0; node < nodeCount; node++) offsets[node + 1]! += offsets[node]!;
  const next = offsets.slice(0, nodeCount);
  const outgoing = new Uint32Array(offsets[nodeCount]!);
  for (let slot = 0; slot < channelSlots; slot++) {
    if (columns.removed[slot] === 1) continue;
    outgoing[next[columns.node1[slot]!]!++] = 2 * slot;
    outgoing[next[columns.node2[slot]!]!++] = 2 * slot + 1;
  }
  return { offsets, outgoing };
}
