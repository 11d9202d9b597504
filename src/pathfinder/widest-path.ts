/** How much could pass at all, whatever it costs. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { RouteTask } from './best-route.ts';
import { NumberHeap } from './search/number-heap.ts';
import { RequestEdges } from './search/request-edges.ts';
import { type EndChannel, RequestSpace } from './search/request-space.ts';
import { buildAmountView } from './view/amount-view.ts';

/**
 * The largest amount for which some path has room on every channel, leaving fees, minimums and all other limits out of
 * account; 0 where no path exists. Of all ways it takes the one whose narrowest channel is widest.
 */
export function widestPathMsat(snapshot: GraphSnapshot, task: RouteTask): number {
  const smallest = { amountMsat: 1, siblings: 'named' } as const;
  const view = buildAmountView(snapshot, {
    ...smallest,
    limitMsat: task.amountMsat,
    priced: false,
    priceOf: () => 0,
  });
  const space = new RequestSpace(view, { ...task, ...smallest, penalties: undefined });
  const request = new RequestEdges(space);
  const widths = new Widths(request);
  return Math.max(0, ...request.last.map((channel) => widths.arriving(channel)));
}

/**
 * A search from the start, widest first. Each node is settled twice, from two different first channels: a circle may
 * not come back over the channel that it left by.
 */
class Widths {
  readonly #request: RequestEdges;
  readonly #heap = new NumberHeap();
  readonly #labels: { readonly node: number; readonly first: number }[] = [];
  /** Two entries per node: the first channel, or -1, and the width. */
  readonly #first: Int32Array;
  readonly #width: Float64Array;

  constructor(request: RequestEdges) {
    const { view, first } = request;
    this.#request = request;
    this.#first = new Int32Array(2 * view.nodeCount).fill(-1);
    this.#width = new Float64Array(2 * view.nodeCount);
    first.forEach(({ node, direction, terms, edge }) => {
      this.#open(node, direction >> 1, terms.maxMsat[edge]!);
    });
    while (this.#heap.size > 0) {
      const { node, first: slot } = this.#labels[this.#heap.pop()]!;
      this.#settle(node, slot, -this.#heap.poppedKey);
    }
  }

  /** The most that can come in over a last channel. */
  arriving({ node, direction, terms, edge, direct }: EndChannel): number {
    const most = terms.maxMsat[edge]!;
    if (direct) return most;
    if (node < 0) return 0;
    const at = this.#first[2 * node] === direction >> 1 ? 2 * node + 1 : 2 * node;
    return Math.min(most, this.#width[at]!);
  }

  #open(node: number, first: number, width: number): void {
    if (node < 0 || width <= 0) return;
    this.#heap.push(-width, this.#labels.push({ node, first }) - 1);
  }

  #settle(node: number, first: number, width: number): void {
    const at = this.#first[2 * node] === -1 ? 2 * node : 2 * node + 1;
    if (this.#first[at] !== -1 || this.#first[2 * node] === first) return;
    this.#first[at] = first;
    this.#width[at] = width;
    const request = this.#request;
    const { outStart, outEdge, outTo } = request.view;
    for (let i = outStart[node]!; i < outStart[node + 1]!; i++) {
      const [edge, next] = [outEdge[i]!, outTo[i]!];
      if (request.isClosed(edge, next)) continue;
      if (this.#first[2 * next + 1] !== -1 || this.#first[2 * next] === first) continue;
      this.#open(next, first, Math.min(width, request.maximum(edge)));
    }
  }
}
