/** graphology-shortest-path's bidirectional Dijkstra. It can leave no node out, so some answers run through us. */
import { DirectedGraph } from 'graphology';
import { bidirectional } from 'graphology-shortest-path/dijkstra.js';
import type { WeightedEdge } from './fixed-weights.ts';

export class GraphologyBidirectional {
  readonly #graph = new DirectedGraph<{ [key: string]: never }, { weight: number }>();

  constructor(nodeCount: number, edges: readonly WeightedEdge[]) {
    for (let node = 0; node < nodeCount; node++) this.#graph.addNode(String(node));
    for (const { from, to, weightMsat } of edges) {
      this.#graph.addDirectedEdge(String(from), String(to), { weight: weightMsat });
    }
  }

  /** Nodes from `source` to `target`, as the library names them, or `null`. */
  path(source: number, target: number): string[] | null {
    return bidirectional(this.#graph, String(source), String(target), 'weight');
  }
}
