/**
 * The forward half of the bidirectional search where inbound fees differ by channel: ways instead of nodes, with the
 * discount of the channel that each arrives over. As in `half-search.ts`, a settled way stands in the heap by the
 * lightest of its edges that is still to follow; the way over that edge is made only then.
 */
import type { AmountView, OutTerms } from '../view/amount-view.ts';
import { HOP_MSAT, leastInboundMsat } from '../view/bounds.ts';
import { type Arrival, ArrivalLabels } from './arrival-labels.ts';
import type { ForwardHalf } from './bound-search.ts';
import type { Half } from './half-search.ts';
import type { Junction } from './junction.ts';
import { NumberHeap } from './number-heap.ts';
import type { RequestEdges } from './request-edges.ts';
import type { StartWay } from './search-task.ts';

const UNSETTLED = -1;

export class WaySearch implements ForwardHalf {
  readonly ways: ArrivalLabels;
  /** By node: the least weight of a way to it. */
  readonly distance: Float64Array;
  /** By node: the way of that weight, or one of a settled way and the edge that leads on from it. */
  readonly #way: Int32Array;
  readonly #edge: Int32Array;
  readonly #touched: Int32Array;
  #touchedCount = 0;
  readonly #view: AmountView;
  readonly #heap = new NumberHeap();
  /** By way: the position of its next edge to follow. */
  #cursor = new Int32Array(1024);
  readonly #terms: OutTerms;
  #request!: RequestEdges;
  #limitMsat = 0;

  constructor(view: AmountView) {
    const { nodeCount, outTerms } = view;
    if (outTerms === undefined)
      throw new Error('ways are told apart by discounts, of which there are none');
    this.#view = view;
    this.#terms = outTerms;
    this.ways = new ArrivalLabels(view);
    this.distance = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
    this.#way = new Int32Array(nodeCount);
    this.#edge = new Int32Array(nodeCount);
    this.#touched = new Int32Array(nodeCount);
  }

  get key(): number {
    return this.#heap.size === 0 ? Number.POSITIVE_INFINITY : this.#heap.topKey;
  }

  begin(request: RequestEdges, limitMsat: number): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      this.distance[this.#touched[i]!] = Number.POSITIVE_INFINITY;
    }
    this.#touchedCount = 0;
    this.#request = request;
    this.#limitMsat = limitMsat;
    this.#heap.clear();
    this.ways.clear();
    request.first.forEach(({ node, terms, edge, priceMsat }, i) => {
      if (node < 0) return;
      const [base, rate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
      const inboundMsat = leastInboundMsat(base, rate, this.#view);
      this.#enter({ node, costMsat: priceMsat + HOP_MSAT, inboundMsat, by: -1 - i, parent: -1 });
    });
  }

  /** The way that this settles, or -1. */
  follow(): number {
    const heap = this.#heap;
    const way = heap.topItem;
    if (this.ways.dead[way] === 1) {
      heap.pop();
      return -1;
    }
    const position = this.#cursor[way]!;
    const { outStart, outWeight } = this.#view;
    const node = this.ways.node[way]!;
    const following = position === UNSETTLED ? outStart[node]! : position + 1;
    this.#cursor[way] = following;
    const key =
      following < outStart[node + 1]!
        ? this.ways.weightMsat[way]! + outWeight[following]!
        : Number.POSITIVE_INFINITY;
    if (key < this.#limitMsat) heap.raiseTop(key);
    else heap.pop();
    if (position === UNSETTLED) return way;
    this.#extend(way, position);
    return -1;
  }

  reachFrom(way: number, other: Half, junction: Junction): number {
    const { outStart, outEdge, outTo, outWeight, bounds } = this.#view;
    const { ways, distance } = this;
    const { outMsat, inboundMsat, priceMsat } = this.#terms;
    const otherKey = other.key;
    const node = ways.node[way]!;
    const here = ways.weightMsat[way]!;
    const [before, inbound] = [ways.costMsat[way]!, ways.inboundMsat[way]!];
    junction.offer(node, here + other.distance[node]!);
    const first = outStart[node]!;
    let i = first;
    for (const end = outStart[node + 1]!; i < end; i++) {
      if (here + outWeight[i]! + otherKey >= junction.totalMsat) break;
      const next = outTo[i]!;
      const kept = outMsat[i]! + inbound;
      const keeps = bounds.leastOutMsat[next]! + inboundMsat[i]!;
      const there = before + (kept > 0 ? kept : 0) + priceMsat[i]! + (keeps > 0 ? keeps : 0);
      if (there >= distance[next]! || this.#request.isClosed(outEdge[i]!, next)) continue;
      this.#reach(next, there, { way, edge: outEdge[i]! });
      junction.offer(next, there + other.distance[next]!);
    }
    return i - first;
  }

  wayTo(node: number): StartWay {
    const way = this.ways.wayTo(this.#way[node]!);
    const edge = this.#edge[node]!;
    if (edge >= 0) way.edges.push(edge);
    return way;
  }

  /** Pruned by the caller's limit only: what it finds must hold for the exact search. */
  #extend(way: number, position: number): void {
    const { ways } = this;
    const terms = this.#terms;
    const kept = terms.outMsat[position]! + ways.inboundMsat[way]!;
    const costMsat = ways.costMsat[way]! + (kept > 0 ? kept : 0) + terms.priceMsat[position]!;
    if (costMsat >= this.#limitMsat) return;
    const [node, by] = [this.#view.outTo[position]!, this.#view.outEdge[position]!];
    if (this.#request.isClosed(by, node)) return;
    const inboundMsat = terms.inboundMsat[position]!;
    this.#enter({ node, costMsat, inboundMsat, by, parent: way });
  }

  #enter(arrival: Arrival): void {
    const { ways } = this;
    if (ways.leastOf(arrival) >= this.#limitMsat) return;
    const way = ways.add(arrival);
    if (way < 0) return;
    if (way >= this.#cursor.length) this.#grow();
    this.#cursor[way] = UNSETTLED;
    const { node } = arrival;
    const weightMsat = ways.weightMsat[way]!;
    if (weightMsat < this.distance[node]!) this.#reach(node, weightMsat, { way, edge: -1 });
    this.#heap.push(weightMsat, way);
  }

  #reach(node: number, weightMsat: number, by: { way: number; edge: number }): void {
    if (this.distance[node] === Number.POSITIVE_INFINITY) {
      this.#touched[this.#touchedCount++] = node;
    }
    this.distance[node] = weightMsat;
    this.#way[node] = by.way;
    this.#edge[node] = by.edge;
  }

  #grow(): void {
    const cursor = new Int32Array(2 * this.#cursor.length);
    cursor.set(this.#cursor);
    this.#cursor = cursor;
  }
}
