/** The graph as people and libraries walk it: a graphology multi-graph with attributes, made from a snapshot. */
import { MultiDirectedGraph } from 'graphology';
import type { ChannelPolicy } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { HAS_POLICY } from './columns.ts';
import type { GraphSnapshot } from './snapshot.ts';

/** What the graphology view knows of a node; `lastUpdate` in Unix seconds. */
export type NodeAttributes = { alias: string; lastUpdate: number };

/** A direction's attributes: its policy, the channel and its capacity. */
export type ChannelAttributes = ChannelPolicy & {
  channelId: ChannelId;
  capacitySat: bigint;
};

/** The methods by which a graphology graph could be changed. */
const MUTATORS = [
  'addNode',
  'mergeNode',
  'updateNode',
  'dropNode',
  'addEdge',
  'addEdgeWithKey',
  'addDirectedEdge',
  'addDirectedEdgeWithKey',
  'mergeEdge',
  'mergeEdgeWithKey',
  'mergeDirectedEdge',
  'mergeDirectedEdgeWithKey',
  'updateEdge',
  'updateEdgeWithKey',
  'updateDirectedEdge',
  'updateDirectedEdgeWithKey',
  'dropEdge',
  'dropDirectedEdge',
  'clear',
  'clearEdges',
  'import',
  'setNodeAttribute',
  'updateNodeAttribute',
  'removeNodeAttribute',
  'replaceNodeAttributes',
  'mergeNodeAttributes',
  'updateNodeAttributes',
  'updateEachNodeAttributes',
  'setEdgeAttribute',
  'updateEdgeAttribute',
  'removeEdgeAttribute',
  'replaceEdgeAttributes',
  'mergeEdgeAttributes',
  'updateEdgeAttributes',
  'updateEachEdgeAttributes',
] as const;

/**
 * Nodes are keyed by node id, edges by `channelId/0` (node1 -> node2) or `channelId/1`; a direction without a policy
 * has no edge. Isolated nodes are kept. Every method that would change the graph throws: it shows one version, and
 * changes go through `NetworkGraph`.
 */
export function graphologyView(
  snapshot: GraphSnapshot,
): MultiDirectedGraph<NodeAttributes, ChannelAttributes> {
  const graph = new MultiDirectedGraph<NodeAttributes, ChannelAttributes>();
  for (let node = 0; node < snapshot.nodeCount; node++) {
    const { nodeId, alias, lastUpdate } = snapshot.node(node);
    graph.addNode(nodeId, { alias, lastUpdate });
  }
  for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
    if ((snapshot.columns.flags[direction]! & HAS_POLICY) === 0) continue;
    const slot = direction >> 1;
    const channelId = snapshot.channelId(slot);
    graph.addDirectedEdgeWithKey(
      `${channelId}/${direction & 1}`,
      snapshot.nodeId(snapshot.from(direction)),
      snapshot.nodeId(snapshot.to(direction)),
      {
        ...snapshot.policy(direction)!,
        channelId,
        capacitySat: BigInt(snapshot.columns.capacitySat[slot]!),
      },
    );
  }
  return refuseChanges(graph);
}

function refuseChanges<G extends object>(graph: G): G {
  const refuse = (): never => {
    throw new Error(
      'this graphology graph is a read-only view; change the NetworkGraph and read `.graphology` again, or `.copy()` it',
    );
  };
  for (const name of MUTATORS) Object.defineProperty(graph, name, { value: refuse });
  return graph;
}
