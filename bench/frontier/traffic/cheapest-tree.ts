/** The cheapest way from every node to one receiver, by announced terms: a plain Dijkstra, backwards. */
import type { PaymentGraph } from './payment-graph.ts';

export interface CheapestTree {
  /** By node: cost to the root; Infinity where there is no way. */
  readonly cost: Float32Array;
  /** By node: the direction to leave by; -1 at the root and where there is none. */
  readonly next: Int32Array;
}

/** @param costOf By direction: what crossing it counts; above 0. */
export function cheapestTree(
  graph: PaymentGraph,
  terms: { readonly root: number; readonly amountMsat: number; readonly costOf: Float64Array },
): CheapestTree {
  const { arrivingStart, arriving, from, maxMsat } = graph;
  const { amountMsat, costOf } = terms;
  const cost = new Float32Array(graph.nodeCount).fill(Number.POSITIVE_INFINITY);
  const next = new Int32Array(graph.nodeCount).fill(-1);
  const heap = new CostHeap();
  cost[terms.root] = 0;
  heap.push(terms.root, 0);
  for (let node = heap.pop(); node >= 0; node = heap.pop()) {
    if (heap.poppedCost > cost[node]!) continue;
    for (let i = arrivingStart[node]!; i < arrivingStart[node + 1]!; i++) {
      const direction = arriving[i]!;
      if (maxMsat[direction]! < amountMsat) continue;
      const before = from[direction]!;
      const through = Math.fround(cost[node]! + costOf[direction]!);
      if (through >= cost[before]!) continue;
      cost[before] = through;
      next[before] = direction;
      heap.push(before, through);
    }
  }
  return { cost, next };
}

/** A binary heap; a node may stand in it several times, and only its cheapest entry counts. */
class CostHeap {
  readonly #nodes: number[] = [];
  readonly #costs: number[] = [];
  poppedCost = 0;

  push(node: number, cost: number): void {
    const [nodes, costs] = [this.#nodes, this.#costs];
    let at = nodes.length;
    nodes.push(node);
    costs.push(cost);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (costs[parent]! <= cost) break;
      nodes[at] = nodes[parent]!;
      costs[at] = costs[parent]!;
      at = parent;
    }
    nodes[at] = node;
    costs[at] = cost;
  }

  /** The cheapest node, or -1. */
  pop(): number {
    const [nodes, costs] = [this.#nodes, this.#costs];
    const top = nodes[0];
    if (top === undefined) return -1;
    this.poppedCost = costs[0]!;
    const [node, cost] = [nodes.pop()!, costs.pop()!];
    const size = nodes.length;
    if (size === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && costs[child + 1]! < costs[child]!) child++;
      if (costs[child]! >= cost) break;
      nodes[at] = nodes[child]!;
      costs[at] = costs[child]!;
      at = child;
    }
    nodes[at] = node;
    costs[at] = cost;
    return top;
  }
}
