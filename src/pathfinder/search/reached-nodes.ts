/** Distances of one search by node, with its heap; what was touched is wiped before the next. */
import { NumberHeap } from './number-heap.ts';

export class ReachedNodes {
  /** Infinity where the search has not been. */
  readonly distance: Float64Array;
  readonly heap: NumberHeap = new NumberHeap();
  readonly #touched: Int32Array;
  #touchedCount = 0;

  constructor(nodeCount: number) {
    this.distance = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
    this.#touched = new Int32Array(nodeCount);
  }

  clear(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      this.distance[this.#touched[i]!] = Number.POSITIVE_INFINITY;
    }
    this.#touchedCount = 0;
    this.heap.clear();
  }

  /** Enters a distance that is less than what was known. */
  reach(node: number, distance: number): void {
    if (this.distance[node] === Number.POSITIVE_INFINITY) {
      this.#touched[this.#touchedCount++] = node;
    }
    this.distance[node] = distance;
    this.heap.push(distance, node);
  }

  /** The next node to settle, or -1 for an entry that a nearer one of the same node has replaced. */
  settle(): number {
    const node = this.heap.pop();
    return this.heap.poppedKey > this.distance[node]! ? -1 : node;
  }
}
