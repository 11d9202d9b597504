/** ngraph.path's bidirectional search (nba), the fastest for fixed weights in the registry of npm. */
import createGraph, { type Node } from 'ngraph.graph';
import { nba, type PathFinder } from 'ngraph.path';
import type { WeightedEdge } from './fixed-weights.ts';

export class NgraphNba {
  readonly #finder: PathFinder<undefined>;
  #excluded = -1;

  constructor(nodeCount: number, edges: readonly WeightedEdge[]) {
    const graph = createGraph<undefined, number>();
    for (let node = 0; node < nodeCount; node++) graph.addNode(node);
    for (const { from, to, weightMsat } of edges) graph.addLink(from, to, weightMsat);
    this.#finder = nba<undefined, number>(graph, {
      oriented: true,
      distance: (_from, _to, link) => link.data,
      blocked: (from, to) => from.id === this.#excluded || to.id === this.#excluded,
    });
  }

  /** The library's path from `source` to `target` that avoids one node; empty where there is none. */
  path(source: number, target: number, excluded: number): Node<undefined>[] {
    this.#excluded = excluded;
    return this.#finder.find(source, target);
  }
}
