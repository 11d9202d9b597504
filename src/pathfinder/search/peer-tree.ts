/** Lower bounds from one of our peers to all others: they serve every circle that leaves by this peer. */
import type { AmountView } from '../view/amount-view.ts';
import { ReachedNodes } from './reached-nodes.ts';
import type { RequestEdges } from './request-edges.ts';
import type { StartBounds } from './search-task.ts';

/** Distances from one node at the fixed amount; nodes that lie farther than those asked for share one lower bound. */
export interface PeerTree {
  readonly distance: Float64Array;
  /** All nodes that were not settled lie at least this far. */
  readonly radius: number;
}

/** Grows trees over one view, one after another. */
export class PeerTrees {
  readonly #view: AmountView;
  readonly #reached: ReachedNodes;

  constructor(view: AmountView) {
    this.#view = view;
    this.#reached = new ReachedNodes(view.nodeCount);
  }

  /** @param targets Nodes whose distances must be exact; where they are settled the tree ends. */
  grow(
    peer: number,
    { request, targets }: { request: RequestEdges; targets: ReadonlySet<number> },
  ): PeerTree {
    const { outStart, outEdge, outTo, outWeight } = this.#view;
    const reached = this.#reached;
    const { distance, heap } = reached;
    reached.clear();
    reached.reach(peer, 0);
    let left = targets.size;
    let radius = 0;
    while (heap.size > 0 && left > 0) {
      const node = reached.settle();
      radius = heap.poppedKey;
      if (node < 0) continue;
      if (targets.has(node)) left--;
      const here = distance[node]!;
      for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
        const next = outTo[i]!;
        const there = here + outWeight[i]!;
        if (there < distance[next]! && !request.isClosed(outEdge[i]!, next)) {
          reached.reach(next, there);
        }
      }
    }
    if (left > 0) radius = Number.POSITIVE_INFINITY;
    return { distance: distance.slice(), radius };
  }

  /** Least that any way costs from each node to the end, its last channel included. */
  distancesToEnd(request: RequestEdges): Float64Array {
    const { start, from, weight } = this.#view;
    const reached = this.#reached;
    const { distance, heap } = reached;
    reached.clear();
    for (const channel of request.last) {
      if (channel.node >= 0 && channel.weight < distance[channel.node]!) {
        reached.reach(channel.node, channel.weight);
      }
    }
    while (heap.size > 0) {
      const node = reached.settle();
      if (node < 0) continue;
      const here = distance[node]!;
      for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
        const next = from[edge]!;
        const there = here + weight[edge]!;
        if (there < distance[next]! && !request.isClosed(edge, next)) {
          reached.reach(next, there);
        }
      }
    }
    return distance.slice();
  }
}

/** A tree's distances behind one of the channels to its peer. */
export class PeerBounds implements StartBounds {
  readonly #tree: PeerTree;
  readonly leastFirstMsat: number;

  constructor(tree: PeerTree, firstWeightMsat: number) {
    this.#tree = tree;
    this.leastFirstMsat = firstWeightMsat;
  }

  distanceTo(node: number): number {
    const { distance, radius } = this.#tree;
    const known = distance[node]!;
    return this.leastFirstMsat + (known < radius ? known : radius);
  }
}
