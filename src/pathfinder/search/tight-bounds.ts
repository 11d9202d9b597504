/**
 * Bounds for requests that the rough ones of `bound-search.ts` leave with too many labels. Those charge every fee on
 * the requested amount; but a channel far from the target carries all fees that are paid behind it. So first a
 * backward search finds what is paid behind each node at least, and then a forward search charges each fee on the
 * requested amount plus that. Channels that have room for the
 * requested amount, but not for these fees as well, drop out on the way.
 */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT } from '../view/bounds.ts';
import { ReachedNodes } from './reached-nodes.ts';
import type { RequestEdges } from './request-edges.ts';
import type { StartBounds } from './search-task.ts';

export class TightBounds implements StartBounds {
  readonly #view: AmountView;
  /** Fees alone, from a node to the end. */
  readonly #behind: ReachedNodes;
  readonly #ahead: ReachedNodes;
  #leastFirst = 0;

  constructor(view: AmountView) {
    this.#view = view;
    this.#behind = new ReachedNodes(view.nodeCount);
    this.#ahead = new ReachedNodes(view.nodeCount);
  }

  get leastFirstMsat(): number {
    return this.#leastFirst;
  }

  /** Infinity for nodes that no path below the limit passes. */
  distanceTo(node: number): number {
    return this.#ahead.distance[node]!;
  }

  /** Finds bounds that hold for paths which cost less than `belowMsat`, given rougher ones. */
  run(request: RequestEdges, given: { rough: StartBounds; belowMsat: number }): void {
    this.#leastFirst = given.rough.leastFirstMsat;
    this.#searchBackward(request, given);
    this.#searchForward(request, given.belowMsat);
  }

  #searchBackward(
    request: RequestEdges,
    { rough, belowMsat }: { rough: StartBounds; belowMsat: number },
  ): void {
    const { start, from, weight, priceMsat } = this.#view;
    const behind = this.#behind;
    const { distance, heap } = behind;
    behind.clear();
    for (const channel of request.last) {
      const feeMsat = channel.weight - channel.priceMsat - HOP_MSAT;
      if (channel.node >= 0 && feeMsat < distance[channel.node]!) {
        behind.reach(channel.node, feeMsat, -1);
      }
    }
    while (heap.size > 0) {
      const node = behind.settle();
      if (node < 0) continue;
      const here = distance[node]!;
      for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
        const next = from[edge]!;
        const there = here + weight[edge]! - priceMsat[edge]! - HOP_MSAT;
        if (there >= distance[next]! || there + rough.distanceTo(next) >= belowMsat) continue;
        if (request.isClosed(edge, next)) continue;
        if (this.#crossingMsat(edge, here) <= request.maximum(edge))
          behind.reach(next, there, edge);
      }
    }
  }

  #searchForward(request: RequestEdges, belowMsat: number): void {
    const { outStart, outEdge, outTo } = this.#view;
    const behind = this.#behind.distance;
    const ahead = this.#ahead;
    const { distance, heap } = ahead;
    ahead.clear();
    for (const { node, weight } of request.first) {
      if (node >= 0 && behind[node]! + weight < belowMsat && weight < distance[node]!) {
        ahead.reach(node, weight, -1);
      }
    }
    while (heap.size > 0) {
      const node = ahead.settle();
      if (node < 0) continue;
      const here = distance[node]!;
      for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
        const next = outTo[i]!;
        const paid = behind[next]!;
        if (here + paid >= belowMsat) continue;
        const edge = outEdge[i]!;
        const crossing = this.#crossingMsat(edge, paid);
        if (request.isClosed(edge, next) || crossing > request.maximum(edge)) continue;
        const there = here + this.#weightMsat(edge, crossing);
        if (there < distance[next]! && there + paid < belowMsat) ahead.reach(next, there, edge);
      }
    }
  }

  /** Least amount that crosses an edge, given what is paid behind the node at its end. */
  #crossingMsat(edge: number, paidMsat: number): number {
    const { amountMsat, weight, leavingMsat, priceMsat } = this.#view;
    const arriving = weight[edge]! - leavingMsat[edge]! - priceMsat[edge]! - HOP_MSAT;
    return amountMsat + Math.floor(paidMsat + arriving);
  }

  /** An edge's weight with the outbound fee charged on the amount that crosses it. */
  #weightMsat(edge: number, crossingMsat: number): number {
    const { from, weight, leavingMsat, terms, bounds } = this.#view;
    const node = from[edge]!;
    const { feeBaseMsat, feeRatePpm } = terms;
    const due = outboundFeeNumber(feeBaseMsat[edge]!, feeRatePpm[edge]!, crossingMsat);
    const least = bounds.leastInMsat[node]!;
    const leaving = Math.max(0, due + least) - Math.max(0, bounds.leastOutMsat[node]! + least);
    return weight[edge]! + leaving - leavingMsat[edge]!;
  }
}
