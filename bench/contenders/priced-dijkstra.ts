/**
 * Backward Dijkstra on typed arrays for fee plus prices per channel. One label per node, the cheapest by cost, carries
 * its amount along; a dearer label with a smaller amount could end cheaper by a few msat, so this is a reference that
 * an exact search may undercut but never exceed.
 */
import type { CostPrices } from '../network/reliability-prices.ts';
import { type IncomingDirections, outboundFee } from './incoming-directions.ts';
import { LazyHeap } from './lazy-heap.ts';
import type { DijkstraTerms } from './typed-array-dijkstra.ts';

export class PricedDijkstra {
  readonly #graph: IncomingDirections;
  /** By position in the graph's columns. */
  readonly #priceMsat: Float64Array;
  readonly #prices: CostPrices;
  readonly #heap = new LazyHeap();
  readonly #costMsat: Float64Array;
  readonly #askedMsat: Float64Array;
  readonly #seen: Uint32Array;
  readonly #settled: Uint32Array;
  #search = 0;
  #bestMsat = 0;

  constructor(graph: IncomingDirections, prices: CostPrices) {
    this.#graph = graph;
    this.#prices = prices;
    this.#priceMsat = Float64Array.from(graph.direction, (direction, i) =>
      prices.priceMsat(direction, graph.timeLockDelta[i]!),
    );
    this.#costMsat = new Float64Array(graph.nodeCount);
    this.#askedMsat = new Float64Array(graph.nodeCount);
    this.#seen = new Uint32Array(graph.nodeCount);
    this.#settled = new Uint32Array(graph.nodeCount);
  }

  /** Fee and prices of the circle in msat, or `null` where there is none. */
  costMsat(terms: DijkstraTerms): number | null {
    this.#search++;
    this.#heap.clear();
    this.#bestMsat = Number.POSITIVE_INFINITY;
    this.#relax(
      terms.target,
      { amountMsat: terms.amountMsat, costMsat: 0, only: terms.last },
      terms,
    );
    while (this.#heap.size > 0) {
      const node = this.#heap.pop();
      const costMsat = this.#heap.key;
      if (costMsat >= this.#bestMsat) break;
      if (this.#settled[node] === this.#search) continue;
      this.#settled[node] = this.#search;
      this.#relax(node, { amountMsat: this.#askedMsat[node]!, costMsat, only: undefined }, terms);
    }
    return this.#bestMsat === Number.POSITIVE_INFINITY ? null : this.#bestMsat;
  }

  #relax(
    node: number,
    step: { amountMsat: number; costMsat: number; only: number | undefined },
    { source, first }: DijkstraTerms,
  ): void {
    const { offsets, from, direction, baseMsat, ratePpm, minMsat, maxMsat } = this.#graph;
    const search = this.#search;
    for (let i = offsets[node]!, end = offsets[node + 1]!; i < end; i++) {
      if (step.only !== undefined && direction[i] !== step.only) continue;
      const crossing = step.amountMsat < minMsat[i]! ? minMsat[i]! : step.amountMsat;
      if (crossing > maxMsat[i]!) continue;
      const raised = step.costMsat + crossing - step.amountMsat;
      const giver = from[i]!;
      if (giver === source) {
        // Our own first channel locks nothing for anybody else.
        const cost = raised + this.#prices.priceMsat(direction[i]!, 0);
        if (direction[i] === first && cost < this.#bestMsat) this.#bestMsat = cost;
        continue;
      }
      if (this.#settled[giver] === search) continue;
      const fee = outboundFee(baseMsat[i]!, ratePpm[i]!, crossing);
      const cost = raised + fee + this.#priceMsat[i]!;
      if (this.#seen[giver] === search && cost >= this.#costMsat[giver]!) continue;
      this.#seen[giver] = search;
      this.#costMsat[giver] = cost;
      this.#askedMsat[giver] = crossing + fee;
      this.#heap.push(cost, giver);
    }
  }
}
