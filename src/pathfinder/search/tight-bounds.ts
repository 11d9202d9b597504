/**
 * Bounds for requests that the rough ones leave with too many labels. Those charge every fee on the requested amount;
 * but a channel far from the target carries all fees that are paid behind it. So first a backward search finds what is
 * paid behind each node at least, and then a forward search, guided by that, charges each fee on the requested amount
 * plus that, and bounds each discount by what may still be spent. It keeps ways apart by the channel that they arrive
 * over. Channels that have room for the requested amount, but not for these fees as well, drop out on the way.
 */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT, leastInboundMsat } from '../view/bounds.ts';
import type { EdgeTerms } from '../view/edge-terms.ts';
import { type Arrival, ArrivalLabels } from './arrival-labels.ts';
import { NumberHeap } from './number-heap.ts';
import { priceMeeting } from './price-meeting.ts';
import { ReachedNodes } from './reached-nodes.ts';
import type { RequestEdges } from './request-edges.ts';
import type { FoundPath, StartBounds, StartWay } from './search-task.ts';

interface TightTask {
  /** Bounds that hold already. */
  readonly rough: StartBounds;
  /** Only paths that cost less count. */
  readonly belowMsat: number;
  readonly maxFeeMsat: number;
  /** Whether any path will do that keeps the fee limit. If not, none that turns up may bound the others. */
  readonly unlimited: boolean;
}

export class TightBounds implements StartBounds {
  readonly #view: AmountView;
  /** Fees alone from a node to the end, and all that counts; the same where only fees count. */
  readonly #feesBehind: ReachedNodes;
  readonly #costBehind: ReachedNodes;
  readonly #ways: ArrivalLabels;
  readonly #heap = new NumberHeap();
  #behind!: Float64Array;
  #leastBehind = 0;
  #request!: RequestEdges;
  #task!: TightTask;
  #leastFirst = 0;
  #belowMsat = 0;
  #best: FoundPath | undefined;

  constructor(view: AmountView) {
    this.#view = view;
    this.#feesBehind = new ReachedNodes(view.nodeCount);
    this.#costBehind = new ReachedNodes(view.nodeCount);
    this.#ways = new ArrivalLabels(view);
  }

  get leastFirstMsat(): number {
    return this.#leastFirst;
  }

  /** Infinity for nodes that no path below the limit passes. */
  distanceTo(node: number): number {
    return this.#ways.leastAt(node);
  }

  restMsat(node: number, keepsMsat: number): number {
    return this.#ways.leastFor(node, keepsMsat);
  }

  wayFor(node: number, keepsMsat: number): StartWay | undefined {
    this.#ways.leastFor(node, keepsMsat);
    return this.#ways.bestWay < 0 ? undefined : this.#ways.wayTo(this.#ways.bestWay);
  }

  /**
   * Finds bounds that hold for paths which cost less than `belowMsat`, and for less than the path that it returns: the
   * cheapest of those that it came across, if any keeps the fee limit.
   */
  run(request: RequestEdges, task: TightTask): FoundPath | undefined {
    const { rough } = task;
    this.#request = request;
    this.#task = task;
    this.#belowMsat = task.belowMsat;
    this.#leastFirst = rough.leastFirstMsat;
    this.#best = undefined;
    this.#searchBackward(this.#feesBehind, rough, 'fees');
    if (request.priced) this.#searchBackward(this.#costBehind, rough, 'costs');
    this.#behind = (request.priced ? this.#costBehind : this.#feesBehind).distance;
    this.#leastBehind = Number.POSITIVE_INFINITY;
    for (const node of request.lastEnds.nodes) {
      this.#leastBehind = Math.min(this.#leastBehind, this.#behind[node]!);
    }
    this.#searchForward();
    return this.#best;
  }

  #searchBackward(behind: ReachedNodes, rough: StartBounds, counted: 'fees' | 'costs'): void {
    const { start, from, weight, priceMsat } = this.#view;
    const request = this.#request;
    const belowMsat = this.#belowMsat;
    const fees = counted === 'fees';
    // Edges come lightest first, but prices are part of the weight.
    const sorted = !(fees && request.priced);
    const leastAhead = rough.leastFirstMsat - (fees ? HOP_MSAT : 0);
    const { distance, heap } = behind;
    behind.clear();
    for (const { node, weight: whole, priceMsat: price } of request.last) {
      const least = fees ? whole - price - HOP_MSAT : whole;
      if (node >= 0 && least < distance[node]!) behind.reach(node, least);
    }
    while (heap.size > 0) {
      const node = behind.settle();
      if (node < 0) continue;
      const here = distance[node]!;
      for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
        if (sorted && here + weight[edge]! + leastAhead >= belowMsat) break;
        const next = from[edge]!;
        const least = fees
          ? weight[edge]! - priceMsat[edge]! - HOP_MSAT
          : weight[edge]! - priceMsat[edge]! + request.priceMsat(edge);
        const there = here + least;
        if (there >= distance[next]! || there + rough.distanceTo(next) >= belowMsat) continue;
        if (request.isClosed(edge, next)) continue;
        if (!fees || this.#crossingMsat(edge, here) <= request.maximum(edge)) {
          behind.reach(next, there);
        }
      }
    }
  }

  /** In the order of what the whole path comes to at least, so that the first complete way is close to the best. */
  #searchForward(): void {
    const request = this.#request;
    const [ways, heap] = [this.#ways, this.#heap];
    ways.clear();
    heap.clear();
    request.first.forEach(({ node, terms, edge, priceMsat }, i) => {
      if (node < 0 || priceMsat === Number.POSITIVE_INFINITY) return;
      const costMsat = priceMsat + HOP_MSAT;
      const inboundMsat = this.#inboundMsat(terms, edge, costMsat);
      this.#enter({ node, costMsat, inboundMsat, by: -1 - i, parent: -1 });
    });
    const lastAt = Map.groupBy(request.last.keys(), (i) => request.last[i]!.node);
    while (heap.size > 0) {
      const way = heap.pop();
      if (heap.poppedKey >= this.#belowMsat) break;
      if (ways.dead[way] === 1) continue;
      if (this.#task.unlimited) {
        for (const last of lastAt.get(ways.node[way]!) ?? []) this.#complete(way, last);
      }
      this.#extend(way);
    }
  }

  /** A way that reaches the end may pass a node twice; if it does not, its exact price is one to beat. */
  #complete(way: number, last: number): void {
    const meeting = { ...this.#ways.wayTo(way), last };
    const found = priceMeeting(meeting, this.#request, this.#task.maxFeeMsat);
    if (found === undefined || found.costMsat >= this.#belowMsat) return;
    this.#best = found;
    this.#belowMsat = Math.floor(found.costMsat);
  }

  #extend(way: number): void {
    const { outStart, outEdge, outTo, outWeight, terms } = this.#view;
    const { feeBaseMsat, feeRatePpm } = terms;
    const request = this.#request;
    const ways = this.#ways;
    const [fees, behind] = [this.#feesBehind.distance, this.#behind];
    const node = ways.node[way]!;
    const [before, inbound] = [ways.costMsat[way]!, ways.inboundMsat[way]!];
    const weightMsat = ways.weightMsat[way]! + this.#leastBehind;
    for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
      // Edges come lightest first.
      if (weightMsat + outWeight[i]! >= this.#belowMsat) break;
      const next = outTo[i]!;
      if (before + behind[next]! >= this.#belowMsat) continue;
      const edge = outEdge[i]!;
      const crossing = this.#crossingMsat(edge, fees[next]!);
      if (request.isClosed(edge, next) || crossing > request.maximum(edge)) continue;
      const kept = outboundFeeNumber(feeBaseMsat[edge]!, feeRatePpm[edge]!, crossing) + inbound;
      const costMsat = before + (kept > 0 ? kept : 0) + request.priceMsat(edge) + HOP_MSAT;
      if (costMsat + behind[next]! >= this.#belowMsat) continue;
      const inboundMsat = this.#inboundMsat(terms, edge, costMsat);
      this.#enter({ node: next, costMsat, inboundMsat, by: edge, parent: way });
    }
  }

  #enter(way: Arrival): void {
    const ways = this.#ways;
    const behind = this.#behind[way.node]!;
    if (ways.weightOf(way) + behind >= this.#belowMsat) return;
    const label = ways.add(way);
    if (label >= 0) this.#heap.push(ways.weightMsat[label]! + behind, label);
  }

  /** Least inbound fee on an arrival that the path has paid so much for already. */
  #inboundMsat(terms: EdgeTerms, edge: number, paidMsat: number): number {
    const [base, rate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
    if (rate === 0) return base;
    const limitMsat = Math.min(this.#task.maxFeeMsat, this.#belowMsat - paidMsat);
    return leastInboundMsat(base, rate, { amountMsat: this.#view.amountMsat, limitMsat });
  }

  /** Least amount that crosses an edge, given what is paid behind the node at its end. */
  #crossingMsat(edge: number, paidMsat: number): number {
    const { amountMsat, weight, leavingMsat, priceMsat } = this.#view;
    const arriving = weight[edge]! - leavingMsat[edge]! - priceMsat[edge]! - HOP_MSAT;
    return amountMsat + Math.floor(paidMsat + arriving);
  }
}
