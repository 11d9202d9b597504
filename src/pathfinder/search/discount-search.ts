/**
 * The bidirectional search of `bound-search.ts` for views with inbound discounts. What a node keeps then depends on the
 * pair of channels; an edge's weight assumes the node's largest discount on every arrival. So the forward half keeps
 * ways apart by the channel that they arrive over. The backward half goes by weights: it only finds where to meet.
 */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT, leastInboundMsat } from '../view/bounds.ts';
import { type Arrival, ArrivalLabels } from './arrival-labels.ts';
import type { Meeting } from './bound-search.ts';
import { NumberHeap } from './number-heap.ts';
import { ReachedNodes } from './reached-nodes.ts';
import type { RequestEdges } from './request-edges.ts';
import type { StartBounds, StartWay } from './search-task.ts';

/** The forward half may hold so many times more open ways; see `bound-search.ts`. */
const FORWARD_SHARE = 4;

export class DiscountSearch implements StartBounds {
  readonly #view: AmountView;
  readonly #ways: ArrivalLabels;
  readonly #heap = new NumberHeap();
  readonly #backward: ReachedNodes;
  /** By position in the view's outgoing edges: outbound fee, least inbound fee at the end, and price with the trifle. */
  readonly #outMsat: Float64Array;
  readonly #inboundMsat: Float64Array;
  readonly #priceMsat: Float64Array;
  /** Every way that is not known comes at least to this much. */
  #radius = 0;
  #leastFirst = 0;
  #best = 0;
  #meetingNode = -1;
  #meetingWay = -1;

  constructor(view: AmountView) {
    this.#view = view;
    this.#ways = new ArrivalLabels(view);
    this.#backward = new ReachedNodes(view.nodeCount);
    const { outEdge, terms, amountMsat } = view;
    this.#outMsat = new Float64Array(outEdge.length);
    this.#inboundMsat = new Float64Array(outEdge.length);
    this.#priceMsat = new Float64Array(outEdge.length);
    for (let i = 0; i < outEdge.length; i++) {
      const edge = outEdge[i]!;
      const [base, rate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
      this.#outMsat[i] = outboundFeeNumber(
        terms.feeBaseMsat[edge]!,
        terms.feeRatePpm[edge]!,
        amountMsat,
      );
      this.#inboundMsat[i] = leastInboundMsat(base, rate, view);
      this.#priceMsat[i] = view.priceMsat[edge]! + HOP_MSAT;
    }
  }

  get leastFirstMsat(): number {
    return this.#leastFirst;
  }

  distanceTo(node: number): number {
    return Math.min(this.#radius, this.#ways.leastAt(node));
  }

  restMsat(node: number, keepsMsat: number): number {
    const { leastOutMsat, leastInMsat } = this.#view.bounds;
    const least = leastInMsat[node]!;
    const unknown =
      this.#radius + Math.max(0, keepsMsat + least) - Math.max(0, leastOutMsat[node]! + least);
    return Math.min(unknown, this.#ways.leastFor(node, keepsMsat));
  }

  wayFor(node: number, keepsMsat: number): StartWay | undefined {
    this.#ways.leastFor(node, keepsMsat);
    return this.#ways.bestWay < 0 ? undefined : this.#ways.wayTo(this.#ways.bestWay);
  }

  /** The path of least bound below the limit, or `undefined` where there is none. */
  run(request: RequestEdges, limitMsat: number): Meeting | undefined {
    this.#best = limitMsat;
    this.#meetingNode = -1;
    const [heap, backward] = [this.#heap, this.#backward];
    this.#start(request, limitMsat);
    let [forwardKey, backwardKey] = [0, 0];
    while (heap.size > 0 && backward.heap.size > 0) {
      if (forwardKey + backwardKey >= this.#best) break;
      if (heap.size <= backward.heap.size * FORWARD_SHARE) {
        const way = heap.pop();
        forwardKey = heap.poppedKey;
        if (this.#ways.dead[way] === 0) this.#extend(way, request, limitMsat);
      } else {
        const node = backward.settle();
        backwardKey = backward.heap.poppedKey;
        if (node >= 0) this.#settleBackward(node, request, forwardKey);
      }
    }
    this.#radius = heap.size === 0 ? Number.POSITIVE_INFINITY : forwardKey;
    return this.#meetingNode < 0 ? undefined : this.#path();
  }

  #start(request: RequestEdges, limitMsat: number): void {
    this.#heap.clear();
    this.#ways.clear();
    this.#backward.seed(request.lastEnds);
    this.#leastFirst = request.firstEnds.leastMsat;
    request.first.forEach(({ node, terms, edge, priceMsat }, i) => {
      if (node < 0) return;
      const [base, rate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
      const inboundMsat = leastInboundMsat(base, rate, this.#view);
      const costMsat = priceMsat + HOP_MSAT;
      this.#enter({ node, costMsat, inboundMsat, by: -1 - i, parent: -1 }, limitMsat);
    });
  }

  /** Pruned by the caller's limit only: what it finds must hold for the exact search. */
  #extend(way: number, request: RequestEdges, limitMsat: number): void {
    const { outStart, outEdge, outTo, outWeight } = this.#view;
    const ways = this.#ways;
    const node = ways.node[way]!;
    const [before, inbound] = [ways.costMsat[way]!, ways.inboundMsat[way]!];
    const weightMsat = ways.weightMsat[way]!;
    for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
      // Edges come lightest first.
      if (weightMsat + outWeight[i]! >= limitMsat) break;
      const kept = this.#outMsat[i]! + inbound;
      const costMsat = before + (kept > 0 ? kept : 0) + this.#priceMsat[i]!;
      if (costMsat >= limitMsat) continue;
      const [next, by] = [outTo[i]!, outEdge[i]!];
      if (request.isClosed(by, next)) continue;
      const inboundMsat = this.#inboundMsat[i]!;
      this.#enter({ node: next, costMsat, inboundMsat, by, parent: way }, limitMsat);
    }
  }

  #enter(way: Arrival, limitMsat: number): void {
    const ways = this.#ways;
    if (ways.leastOf(way) >= limitMsat) return;
    const label = ways.add(way);
    if (label < 0) return;
    this.#heap.push(ways.weightMsat[label]!, label);
    this.#meet(label, this.#backward.distance[way.node]!);
  }

  #settleBackward(node: number, request: RequestEdges, forwardKey: number): void {
    const { start, from, weight } = this.#view;
    const { distance } = this.#backward;
    const ways = this.#ways;
    const here = distance[node]!;
    for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
      const there = here + weight[edge]!;
      // Edges come lightest first.
      if (there + forwardKey >= this.#best) break;
      const next = from[edge]!;
      if (there >= distance[next]! || request.isClosed(edge, next)) continue;
      this.#backward.reach(next, there, edge);
      for (let way = ways.first(next); way >= 0; way = ways.next(way)) {
        this.#meet(way, there);
      }
    }
  }

  #meet(way: number, behind: number): void {
    const total = this.#ways.weightMsat[way]! + behind;
    if (!(total < this.#best)) return;
    this.#best = total;
    this.#meetingWay = way;
    this.#meetingNode = this.#ways.node[way]!;
  }

  #path(): Meeting {
    const { first, edges } = this.#ways.wayTo(this.#meetingWay);
    const { by } = this.#backward;
    let node = this.#meetingNode;
    for (let edge = by[node]!; edge >= 0; edge = by[node]!) {
      edges.push(edge);
      node = this.#view.to[edge]!;
    }
    return { edges, first, last: -1 - by[node]! };
  }
}
