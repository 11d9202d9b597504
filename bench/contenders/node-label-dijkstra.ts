/**
 * Dijkstra with inbound fees and one label per node, as routers do it that know inbound fees at all. It is not
 * optimal: the cheapest way to a node may not be the best to continue from. Shown for what exactness is worth.
 */
import { DISABLED, HAS_POLICY } from '../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { type IncomingDirections, incomingDirections, outboundFee } from './incoming-directions.ts';
import { LazyHeap } from './lazy-heap.ts';
import type { DijkstraTerms } from './typed-array-dijkstra.ts';

export class NodeLabelDijkstra {
  readonly #graph: IncomingDirections;
  /** By position: what the node at the end asks for arrivals over the direction. */
  readonly #inboundBaseMsat: Float64Array;
  readonly #inboundRatePpm: Float64Array;
  readonly #heap = new LazyHeap();
  /** Amount that the node sends on, and the same with its outbound fee. */
  readonly #sendsMsat: Float64Array;
  readonly #asksMsat: Float64Array;
  readonly #seen: Uint32Array;
  readonly #settled: Uint32Array;
  #search = 0;

  constructor(snapshot: GraphSnapshot, amountMsat: number) {
    this.#graph = incomingDirections(snapshot, amountMsat);
    const { columns } = snapshot;
    const announced = (direction: number): boolean =>
      (columns.flags[direction ^ 1]! & (HAS_POLICY | DISABLED)) !== 0;
    const column = (values: Int32Array): Float64Array =>
      Float64Array.from(this.#graph.direction, (direction) =>
        announced(direction) ? values[direction ^ 1]! : 0,
      );
    this.#inboundBaseMsat = column(columns.inboundFeeBaseMsat);
    this.#inboundRatePpm = column(columns.inboundFeeRatePpm);
    const { nodeCount } = this.#graph;
    this.#sendsMsat = new Float64Array(nodeCount);
    this.#asksMsat = new Float64Array(nodeCount);
    this.#seen = new Uint32Array(nodeCount);
    this.#settled = new Uint32Array(nodeCount);
  }

  /** What must leave ourselves on the circle that it settles for, or `null`. */
  sentMsat({ source, first, last, amountMsat, maxSentMsat }: DijkstraTerms): number | null {
    const search = ++this.#search;
    this.#heap.clear();
    let best = maxSentMsat + 1;
    const { offsets, from, direction, baseMsat, ratePpm, minMsat, maxMsat } = this.#graph;
    let [node, sends, asks] = [source, amountMsat, amountMsat];
    for (;;) {
      for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
        if (node === source && direction[i] !== last) continue;
        const inbound = node === source ? 0 : this.#inbound(i, asks);
        const crossing = Math.max(sends, asks + inbound, minMsat[i]!);
        const giver = from[i]!;
        if (crossing > maxMsat[i]! || this.#settled[giver] === search) continue;
        if (giver === source) {
          if (direction[i] === first && crossing < best) best = crossing;
          continue;
        }
        const asked = crossing + outboundFee(baseMsat[i]!, ratePpm[i]!, crossing);
        if (this.#seen[giver] === search && asked >= this.#asksMsat[giver]!) continue;
        this.#seen[giver] = search;
        this.#sendsMsat[giver] = crossing;
        this.#asksMsat[giver] = asked;
        this.#heap.push(asked, giver);
      }
      do {
        if (this.#heap.size === 0) return best > maxSentMsat ? null : best;
        node = this.#heap.pop();
      } while (this.#settled[node] === search);
      this.#settled[node] = search;
      [sends, asks] = [this.#sendsMsat[node]!, this.#asksMsat[node]!];
      if (sends >= best) return best > maxSentMsat ? null : best;
    }
  }

  /** Truncated toward zero, as lnd does. */
  #inbound(position: number, amountMsat: number): number {
    const rate = this.#inboundRatePpm[position]!;
    const share = outboundFee(0, Math.abs(rate), amountMsat);
    return this.#inboundBaseMsat[position]! + (rate < 0 ? -share : share);
  }
}
