/**
 * Prices of a view's edges that move. An edge of another price has another weight, and with it another place among the
 * edges into its end and among those out of its start; all between the old place and the new one move up by one, and
 * the edges' numbers with them. The view is then the same as one made afresh, down to the order of equal weights.
 */
import type { AmountView } from './amount-view.ts';
import { edgeWeight, HOP_MSAT } from './bounds.ts';

type Column = Float64Array | Uint32Array;

/** Up to so many entries are quicker moved one by one. */
const FEW = 24;

export class EdgePrices {
  readonly #view: AmountView;
  /** By edge: its position among the view's outgoing edges. */
  readonly #outPosition: Uint32Array;
  /** All that the view knows by the number of an edge, but for `to`: that stays the same within a node's edges. */
  readonly #byEdge: readonly Column[];
  /** The same by position among the outgoing edges. */
  readonly #byPosition: readonly Column[];

  constructor(view: AmountView) {
    this.#view = view;
    this.#outPosition = new Uint32Array(view.edgeCount);
    for (let i = 0; i < view.edgeCount; i++) this.#outPosition[view.outEdge[i]!] = i;
    const { from, terms, priceMsat, weight, leavingMsat, rank } = view;
    const { direction, feeBaseMsat, feeRatePpm, timeLockDelta, minMsat, maxMsat } = terms;
    const { inboundBaseMsat, inboundRatePpm } = terms;
    this.#byEdge = [
      ...[this.#outPosition, from, rank, direction, timeLockDelta],
      ...[feeBaseMsat, feeRatePpm, minMsat, maxMsat, inboundBaseMsat, inboundRatePpm],
      ...[priceMsat, weight, leavingMsat],
    ];
    const { outEdge, outTo, outWeight, outTerms } = view;
    this.#byPosition = [
      ...[outEdge, outTo, outWeight],
      ...(outTerms === undefined
        ? []
        : [outTerms.outMsat, outTerms.inboundMsat, outTerms.priceMsat]),
    ];
  }

  /** Prices a direction, if an edge stands for it. */
  move(direction: number, priceOf: (direction: number, timeLockDelta: number) => number): void {
    const view = this.#view;
    const edge = view.edgeOf[direction]!;
    if (edge < 0) return;
    const priceMsat = priceOf(direction, view.terms.timeLockDelta[edge]!);
    if (priceMsat === view.priceMsat[edge]) return;
    const position = this.#outPosition[edge]!;
    view.priceMsat[edge] = priceMsat;
    view.weight[edge] = edgeWeight(view, edge);
    view.outWeight[position] = view.weight[edge]!;
    if (view.outTerms !== undefined) view.outTerms.priceMsat[position] = priceMsat + HOP_MSAT;
    this.#moveIncoming(edge);
    this.#moveOutgoing(position);
  }

  #moveIncoming(edge: number): void {
    const { start, to, weight, rank, terms, edgeOf, outEdge } = this.#view;
    const outPosition = this.#outPosition;
    const node = to[edge]!;
    const [own, ownRank] = [weight[edge]!, rank[edge]!];
    const place = placeIn(
      { at: edge, first: start[node]!, end: start[node + 1]! },
      (other) => weight[other]! < own || (weight[other] === own && rank[other]! < ownRank),
    );
    if (place === edge) return;
    for (const column of this.#byEdge) shift(column, edge, place);
    for (let i = Math.min(edge, place), last = Math.max(edge, place); i <= last; i++) {
      edgeOf[terms.direction[i]!] = i;
      outEdge[outPosition[i]!] = i;
    }
  }

  /** Of equal weights the smaller number comes first: that of the smaller end, and of the smaller rank within one. */
  #moveOutgoing(position: number): void {
    const { outStart, outEdge, outWeight, from } = this.#view;
    const outPosition = this.#outPosition;
    const ownEdge = outEdge[position]!;
    const node = from[ownEdge]!;
    const own = outWeight[position]!;
    const place = placeIn(
      { at: position, first: outStart[node]!, end: outStart[node + 1]! },
      (other) => outWeight[other]! < own || (outWeight[other] === own && outEdge[other]! < ownEdge),
    );
    if (place === position) return;
    for (const column of this.#byPosition) shift(column, position, place);
    for (let i = Math.min(position, place), last = Math.max(position, place); i <= last; i++) {
      outPosition[outEdge[i]!] = i;
    }
  }
}

/** Where an entry belongs in a list that is sorted but for it; `isBefore` tells which others stand before it. */
function placeIn(
  { at, first, end }: { readonly at: number; readonly first: number; readonly end: number },
  isBefore: (other: number) => boolean,
): number {
  const behind = at + 1 < end && isBefore(at + 1);
  let [low, high] = behind ? [at + 2, end] : [first, at];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return behind ? low - 1 : low;
}

/** Takes an entry to another place; those between move up. */
function shift(column: Column, at: number, place: number): void {
  const entry = column[at]!;
  if (Math.abs(place - at) > FEW) {
    if (place > at) column.copyWithin(at, at + 1, place + 1);
    else column.copyWithin(place + 1, place, at);
  } else {
    for (let i = at; i < place; i++) column[i] = column[i + 1]!;
    for (let i = at; i > place; i--) column[i] = column[i - 1]!;
  }
  column[place] = entry;
}
