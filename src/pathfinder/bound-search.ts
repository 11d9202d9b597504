/**
 * The bidirectional search at the fixed requested amount. All its weights are lower bounds, so the distances of the
 * forward half guide the exact search, and where the halves cannot meet within the limit there is no route.
 */
import type { AmountView } from './amount-view.ts';
import { NumberHeap } from './number-heap.ts';
import type { RequestEdges } from './request-edges.ts';

export interface Meeting {
  /** Edges from the first node to the last one; without the request's own first and last channels. */
  readonly edges: readonly number[];
  readonly first: number;
  readonly last: number;
}

/** Which half reached a node, by search number, so that nothing is cleared between searches. */
class Half {
  readonly distance: Float64Array;
  readonly reached: Uint32Array;
  readonly settled: Uint32Array;
  /** Edge by which the node was reached; -1 - i for end i of the request. */
  readonly by: Int32Array;
  readonly heap: NumberHeap = new NumberHeap();

  constructor(nodeCount: number) {
    this.distance = new Float64Array(nodeCount);
    this.reached = new Uint32Array(nodeCount);
    this.settled = new Uint32Array(nodeCount);
    this.by = new Int32Array(nodeCount);
  }
}

export class BoundSearch {
  readonly #view: AmountView;
  readonly #forward: Half;
  readonly #backward: Half;
  #search = 0;
  /** Every node that the forward half did not settle lies at least this far from the start. */
  #radius = 0;
  #leastFirst = 0;
  #best = 0;
  #meeting = -1;

  constructor(view: AmountView) {
    this.#view = view;
    this.#forward = new Half(view.snapshot.nodeCount);
    this.#backward = new Half(view.snapshot.nodeCount);
  }

  /** Least that any path pays on its first channel. */
  get leastFirstMsat(): number {
    return this.#leastFirst;
  }

  /** Lower bound of what a path pays from the start up to and including its arrival at the node. */
  distanceTo(node: number): number {
    return this.#forward.settled[node] === this.#search
      ? this.#forward.distance[node]!
      : this.#radius;
  }

  /** The path of least weight below the limit, or `undefined` where there is none. */
  run(request: RequestEdges, limitMsat: number): Meeting | undefined {
    this.#search++;
    this.#best = limitMsat;
    this.#meeting = -1;
    const [forward, backward] = [this.#forward, this.#backward];
    this.#seed(forward, request.first);
    this.#seed(backward, request.last);
    this.#leastFirst = request.first.reduce(
      (least, { weight }) => Math.min(least, weight),
      Number.POSITIVE_INFINITY,
    );
    let [forwardKey, backwardKey] = [0, 0];
    while (forward.heap.size > 0 && backward.heap.size > 0) {
      if (forwardKey + backwardKey >= this.#best) break;
      if (forward.heap.size <= backward.heap.size) {
        const node = forward.heap.pop();
        forwardKey = forward.heap.poppedKey;
        if (forward.settled[node] !== this.#search) this.#settleForward(node, request, limitMsat);
      } else {
        const node = backward.heap.pop();
        backwardKey = backward.heap.poppedKey;
        if (backward.settled[node] !== this.#search)
          this.#settleBackward(node, request, forwardKey);
      }
    }
    this.#radius = forward.heap.size === 0 ? Number.POSITIVE_INFINITY : forwardKey;
    return this.#meeting < 0 ? undefined : this.#pathThrough(this.#meeting);
  }

  #seed(half: Half, ends: RequestEdges['first'] | RequestEdges['last']): void {
    half.heap.clear();
    for (let i = 0; i < ends.length; i++) {
      const { node, weight } = ends[i]!;
      if (half.reached[node] === this.#search && half.distance[node]! <= weight) continue;
      half.reached[node] = this.#search;
      half.distance[node] = weight;
      half.by[node] = -1 - i;
      half.heap.push(weight, node);
    }
  }

  /** Pruned by the caller's limit only: its distances must hold for the exact search. */
  #settleForward(node: number, request: RequestEdges, limitMsat: number): void {
    const search = this.#search;
    const { outStart, outEdge, outTo, outWeight } = this.#view;
    const { distance, reached, by, heap } = this.#forward;
    const other = this.#backward;
    this.#forward.settled[node] = search;
    const here = distance[node]!;
    for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
      const next = outTo[i]!;
      const there = here + outWeight[i]!;
      if (there >= limitMsat || (reached[next] === search && there >= distance[next]!)) continue;
      if (request.isClosed(outEdge[i]!, next)) continue;
      reached[next] = search;
      distance[next] = there;
      by[next] = outEdge[i]!;
      heap.push(there, next);
      if (other.reached[next] === search) this.#meet(next, there + other.distance[next]!);
    }
  }

  #settleBackward(node: number, request: RequestEdges, forwardKey: number): void {
    const search = this.#search;
    const { start, from, weight } = this.#view;
    const { distance, reached, by, heap } = this.#backward;
    const other = this.#forward;
    this.#backward.settled[node] = search;
    const here = distance[node]!;
    for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
      const there = here + weight[edge]!;
      // Edges come lightest first.
      if (there + forwardKey >= this.#best) break;
      const next = from[edge]!;
      if (reached[next] === search && there >= distance[next]!) continue;
      if (request.isClosed(edge, next)) continue;
      reached[next] = search;
      distance[next] = there;
      by[next] = edge;
      heap.push(there, next);
      if (other.reached[next] === search) this.#meet(next, there + other.distance[next]!);
    }
  }

  #meet(node: number, total: number): void {
    if (total >= this.#best) return;
    this.#best = total;
    this.#meeting = node;
  }

  #pathThrough(meeting: number): Meeting {
    const { from, to } = this.#view;
    const edges: number[] = [];
    let node = meeting;
    for (let edge = this.#forward.by[node]!; edge >= 0; edge = this.#forward.by[node]!) {
      edges.push(edge);
      node = from[edge]!;
    }
    const first = -1 - this.#forward.by[node]!;
    edges.reverse();
    node = meeting;
    for (let edge = this.#backward.by[node]!; edge >= 0; edge = this.#backward.by[node]!) {
      edges.push(edge);
      node = to[edge]!;
    }
    return { edges, first, last: -1 - this.#backward.by[node]! };
  }
}
