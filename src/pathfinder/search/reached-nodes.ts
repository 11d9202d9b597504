/** Distances of one search by node, with its heap; what was touched is wiped before the next. */
import type { EndChannels } from './end-channels.ts';
import { NumberHeap } from './number-heap.ts';

export class ReachedNodes {
  /** Infinity where the search has not been. */
  readonly distance: Float64Array;
  /** The edge by which a node was reached; -1 - i for end i of the request. */
  readonly by: Int32Array;
  readonly heap: NumberHeap = new NumberHeap();
  readonly #touched: Int32Array;
  #touchedCount = 0;

  constructor(nodeCount: number) {
    this.distance = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
    this.by = new Int32Array(nodeCount);
    this.#touched = new Int32Array(nodeCount);
  }

  clear(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      this.distance[this.#touched[i]!] = Number.POSITIVE_INFINITY;
    }
    this.#touchedCount = 0;
    this.heap.clear();
  }

  /** Starts anew from the channels at one end. */
  seed({ nodes, weights, indices }: EndChannels): void {
    this.clear();
    for (let i = 0; i < nodes.length; i++) {
      this.distance[nodes[i]!] = weights[i]!;
      this.by[nodes[i]!] = -1 - indices[i]!;
    }
    this.#touched.set(nodes);
    this.#touchedCount = nodes.length;
    this.heap.fill(weights, nodes);
  }

  /** Enters a distance that is less than what was known. */
  reach(node: number, distance: number, by: number): void {
    if (this.distance[node] === Number.POSITIVE_INFINITY) {
      this.#touched[this.#touchedCount++] = node;
    }
    this.distance[node] = distance;
    this.by[node] = by;
    this.heap.push(distance, node);
  }

  /** The next node to settle, or -1 for an entry that a nearer one of the same node has replaced. */
  settle(): number {
    const node = this.heap.pop();
    return this.heap.poppedKey > this.distance[node]! ? -1 : node;
  }
}
