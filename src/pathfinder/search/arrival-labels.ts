/**
 * Ways from the start to each node, told apart by the channel that they arrive over: what a node keeps depends on the
 * discount that it grants there. A way that cost `c` and arrives at an inbound fee `in` comes to c + max(0, keeps + in)
 * for a payment of which the node wants to keep `keeps`, its outbound fee. All figures are lower bounds.
 */

import type { AmountView, NodeBounds } from '../view/amount-view.ts';
import { firstArrivalBoundMsat } from '../view/bounds.ts';

const NONE = -1;

/** A way in the making; fields as in `ArrivalLabels`. */
export interface Arrival {
  readonly node: number;
  readonly costMsat: number;
  readonly inboundMsat: number;
  readonly by: number;
  readonly parent: number;
}

export class ArrivalLabels {
  #capacity = 1024;
  count = 0;
  /** See `leastFor`. */
  bestWay: number = NONE;
  /** Paid before the node. */
  costMsat: Float64Array = new Float64Array(this.#capacity);
  /** Asked by the node for the arrival, or granted. */
  inboundMsat: Float64Array = new Float64Array(this.#capacity);
  /** With the least that the node keeps. */
  leastMsat: Float64Array = new Float64Array(this.#capacity);
  /** The same where edges' weights are added to it, which count on the node's least inbound fee. */
  weightMsat: Float64Array = new Float64Array(this.#capacity);
  node: Int32Array = new Int32Array(this.#capacity);
  /** Edge that it arrives over, or -1 - i for first channel i. */
  by: Int32Array = new Int32Array(this.#capacity);
  parent: Int32Array = new Int32Array(this.#capacity);
  dead: Uint8Array = new Uint8Array(this.#capacity);
  #next: Int32Array = new Int32Array(this.#capacity);
  readonly #head: Int32Array;
  readonly #stamp: Uint32Array;
  readonly #bounds: NodeBounds;
  #search = 0;

  constructor(view: AmountView) {
    this.#head = new Int32Array(view.nodeCount);
    this.#stamp = new Uint32Array(view.nodeCount);
    this.#bounds = view.bounds;
  }

  clear(): void {
    this.#search++;
    this.count = 0;
  }

  first(node: number): number {
    return this.#stamp[node] === this.#search ? this.#head[node]! : NONE;
  }

  next(label: number): number {
    return this.#next[label]!;
  }

  /** The least of `weightMsat` at a node; Infinity where no way is known. */
  leastAt(node: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let label = this.first(node); label >= 0; label = this.#next[label]!) {
      if (this.weightMsat[label]! < least) least = this.weightMsat[label]!;
    }
    return least;
  }

  /** The least for a payment of which the node wants to keep so much; `bestWay` is then the way that has it, or -1. */
  leastFor(node: number, keepsMsat: number): number {
    let least = Number.POSITIVE_INFINITY;
    this.bestWay = NONE;
    for (let label = this.first(node); label >= 0; label = this.#next[label]!) {
      const kept = keepsMsat + this.inboundMsat[label]!;
      const total = this.costMsat[label]! + (kept > 0 ? kept : 0);
      if (total >= least) continue;
      least = total;
      this.bestWay = label;
    }
    return least;
  }

  leastOf({ node, costMsat, inboundMsat }: Arrival): number {
    const kept = this.#bounds.leastOutMsat[node]! + inboundMsat;
    return costMsat + (kept > 0 ? kept : 0);
  }

  /** A first channel's discount may be larger than those that the view knows of: see `firstArrivalBoundMsat`. */
  weightOf(way: Arrival): number {
    const { costMsat, inboundMsat } = way;
    const leastInMsat = this.#bounds.leastInMsat[way.node]!;
    if (inboundMsat >= leastInMsat) return this.leastOf(way);
    const leastOutMsat = this.#bounds.leastOutMsat[way.node]!;
    return costMsat + firstArrivalBoundMsat(inboundMsat, { leastOutMsat, leastInMsat });
  }

  /**
   * Enters a way, unless another one is at least as good whatever the node keeps; takes out those that it beats itself.
   * As every payment leaves the least outbound fee or more, comparing the totals at that fee and at a very large one
   * decides for all between.
   *
   * @returns its number, or -1.
   */
  add(way: Arrival): number {
    const { node, costMsat, inboundMsat } = way;
    const least = this.leastOf(way);
    const most = costMsat + inboundMsat;
    for (let other = this.first(node); other >= 0; other = this.#next[other]!) {
      const otherMost = this.costMsat[other]! + this.inboundMsat[other]!;
      if (this.leastMsat[other]! <= least && otherMost <= most) return NONE;
    }
    let before = NONE;
    for (let other = this.first(node); other >= 0; ) {
      const following = this.#next[other]!;
      const otherMost = this.costMsat[other]! + this.inboundMsat[other]!;
      if (least <= this.leastMsat[other]! && most <= otherMost) {
        this.dead[other] = 1;
        if (before < 0) this.#head[node] = following;
        else this.#next[before] = following;
      } else before = other;
      other = following;
    }
    if (this.count === this.#capacity) this.#grow();
    const label = this.count++;
    this.#next[label] = this.first(node);
    this.#head[node] = label;
    this.#stamp[node] = this.#search;
    this.costMsat[label] = costMsat;
    this.inboundMsat[label] = inboundMsat;
    this.leastMsat[label] = least;
    this.weightMsat[label] = this.weightOf(way);
    this.node[label] = node;
    this.by[label] = way.by;
    this.parent[label] = way.parent;
    this.dead[label] = 0;
    return label;
  }

  /** The edges of a way in the direction of travel, and the first channel before them. */
  wayTo(label: number): { readonly first: number; readonly edges: number[] } {
    const edges: number[] = [];
    let at = label;
    for (; this.by[at]! >= 0; at = this.parent[at]!) edges.push(this.by[at]!);
    edges.reverse();
    return { first: -1 - this.by[at]!, edges };
  }

  #grow(): void {
    this.#capacity *= 2;
    const grown = <T extends Float64Array | Int32Array | Uint8Array>(larger: T, column: T): T => {
      larger.set(column);
      return larger;
    };
    const doubles = (column: Float64Array): Float64Array =>
      grown(new Float64Array(this.#capacity), column);
    const integers = (column: Int32Array): Int32Array =>
      grown(new Int32Array(this.#capacity), column);
    this.costMsat = doubles(this.costMsat);
    this.inboundMsat = doubles(this.inboundMsat);
    this.leastMsat = doubles(this.leastMsat);
    this.weightMsat = doubles(this.weightMsat);
    this.node = integers(this.node);
    this.by = integers(this.by);
    this.parent = integers(this.parent);
    this.#next = integers(this.#next);
    this.dead = grown(new Uint8Array(this.#capacity), this.dead);
  }
}
