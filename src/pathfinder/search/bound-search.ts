/**
 * The bidirectional search at the fixed requested amount. All its weights are lower bounds, so the distances of the
 * forward half guide the exact search, and where the halves cannot meet within the limit there is no route.
 */
import type { AmountView } from '../view/amount-view.ts';
import { ReachedNodes } from './reached-nodes.ts';
import type { RequestEdges } from './request-edges.ts';
import type { StartBounds, StartWay } from './search-task.ts';

export interface Meeting {
  /** Edges from the first node to the last one; without the request's own first and last channels. */
  readonly edges: readonly number[];
  readonly first: number;
  readonly last: number;
}

/** The forward half may hold so many times more open nodes: it is cheap, and all that it settles guides the exact search. */
const FORWARD_SHARE = 4;

export class BoundSearch implements StartBounds {
  readonly #view: AmountView;
  readonly #forward: ReachedNodes;
  readonly #backward: ReachedNodes;
  /** Every node that the forward half did not settle lies at least this far from the start. */
  #radius = 0;
  #leastFirst = 0;
  #best = 0;
  #meeting = -1;

  constructor(view: AmountView) {
    this.#view = view;
    this.#forward = new ReachedNodes(view.nodeCount);
    this.#backward = new ReachedNodes(view.nodeCount);
  }

  get leastFirstMsat(): number {
    return this.#leastFirst;
  }

  distanceTo(node: number): number {
    const distance = this.#forward.distance[node]!;
    return distance < this.#radius ? distance : this.#radius;
  }

  wayFor(node: number): StartWay | undefined {
    const known = this.#forward.distance[node]! < Number.POSITIVE_INFINITY;
    return known ? this.#wayTo(node) : undefined;
  }

  /** The path of least weight below the limit, or `undefined` where there is none. */
  run(request: RequestEdges, limitMsat: number): Meeting | undefined {
    this.#best = limitMsat;
    this.#meeting = -1;
    const [forward, backward] = [this.#forward, this.#backward];
    forward.seed(request.firstEnds);
    backward.seed(request.lastEnds);
    this.#leastFirst = request.firstEnds.leastMsat;
    this.#meetAtEnds(request);
    let [forwardKey, backwardKey] = [0, 0];
    while (forward.heap.size > 0 && backward.heap.size > 0) {
      if (forwardKey + backwardKey >= this.#best) break;
      if (forward.heap.size <= backward.heap.size * FORWARD_SHARE) {
        const node = forward.settle();
        forwardKey = forward.heap.poppedKey;
        if (node >= 0) this.#settleForward(node, request, limitMsat);
      } else {
        const node = backward.settle();
        backwardKey = backward.heap.poppedKey;
        if (node >= 0) this.#settleBackward(node, request, forwardKey);
      }
    }
    this.#radius = forward.heap.size === 0 ? Number.POSITIVE_INFINITY : forwardKey;
    return this.#meeting < 0 ? undefined : this.#pathThrough(this.#meeting);
  }

  /** Nodes that are first and last at once. */
  #meetAtEnds({ firstEnds, lastEnds }: RequestEdges): void {
    const [few, other] =
      firstEnds.nodes.length < lastEnds.nodes.length
        ? [firstEnds, this.#backward.distance]
        : [lastEnds, this.#forward.distance];
    few.nodes.forEach((node, i) => {
      const total = few.weights[i]! + other[node]!;
      if (total < this.#best) this.#meet(node, total);
    });
  }

  /** Pruned by the caller's limit only: its distances must hold for the exact search. */
  #settleForward(node: number, request: RequestEdges, limitMsat: number): void {
    const { outStart, outEdge, outTo, outWeight } = this.#view;
    const forward = this.#forward;
    const { distance } = forward;
    const other = this.#backward.distance;
    const here = distance[node]!;
    for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
      const next = outTo[i]!;
      const there = here + outWeight[i]!;
      if (there >= distance[next]! || there >= limitMsat) continue;
      if (request.isClosed(outEdge[i]!, next)) continue;
      forward.reach(next, there, outEdge[i]!);
      if (there + other[next]! < this.#best) this.#meet(next, there + other[next]!);
    }
  }

  #settleBackward(node: number, request: RequestEdges, forwardKey: number): void {
    const { start, from, weight } = this.#view;
    const backward = this.#backward;
    const { distance } = backward;
    const other = this.#forward.distance;
    const here = distance[node]!;
    for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
      const there = here + weight[edge]!;
      // Edges come lightest first.
      if (there + forwardKey >= this.#best) break;
      const next = from[edge]!;
      if (there >= distance[next]! || request.isClosed(edge, next)) continue;
      backward.reach(next, there, edge);
      if (there + other[next]! < this.#best) this.#meet(next, there + other[next]!);
    }
  }

  #meet(node: number, total: number): void {
    this.#best = total;
    this.#meeting = node;
  }

  #wayTo(end: number): { first: number; edges: number[] } {
    const { by } = this.#forward;
    const edges: number[] = [];
    let node = end;
    for (let edge = by[node]!; edge >= 0; edge = by[node]!) {
      edges.push(edge);
      node = this.#view.from[edge]!;
    }
    edges.reverse();
    return { first: -1 - by[node]!, edges };
  }

  #pathThrough(meeting: number): Meeting {
    const { by } = this.#backward;
    const { first, edges } = this.#wayTo(meeting);
    let node = meeting;
    for (let edge = by[node]!; edge >= 0; edge = by[node]!) {
      edges.push(edge);
      node = this.#view.to[edge]!;
    }
    return { edges, first, last: -1 - by[node]! };
  }
}
