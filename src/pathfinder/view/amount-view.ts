/**
 * A snapshot as one amount sees it: only what can carry it, each node's incoming edges sorted by a lower bound of
 * their cost. Made once for an amount (some ten milliseconds at mainnet size) and shared by all searches for it. Its
 * columns stay as they are but for `EdgePrices`, which puts edges in their new place when a price moves.
 *
 * Nodes have numbers of their own here, for only those count that can stand between two others: a search's memory
 * then fits the processor's nearest cache.
 */
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import { outboundFeeNumber } from '../../units/fee-number.ts';
import { HOP_MSAT, leastInboundMsat, nodeBounds, weighEdges } from './bounds.ts';
import { collectEdges } from './collect-edges.ts';
import type { EdgeTerms, SiblingPricing } from './edge-terms.ts';
import { passableNodes } from './passable-nodes.ts';

export interface AmountView {
  readonly snapshot: GraphSnapshot;
  readonly amountMsat: number;
  /** Fees up to here: discounts are bounded for amounts of at most `amountMsat + limitMsat`. */
  readonly limitMsat: number;
  readonly nodeCount: number;
  /** The view's number of a node of the snapshot, or -1. */
  readonly numberOf: Int32Array;
  readonly edgeCount: number;
  /** Edges into node n: `start[n]` to `start[n + 1]`, lightest first. */
  readonly start: Uint32Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly terms: EdgeTerms;
  /** What the caller prices an edge at besides its fee: time lock and unreliability, whole msat. */
  readonly priceMsat: Float64Array;
  /** Whether anything but fees counts. */
  readonly priced: boolean;
  /** Lower bound of what the edge adds to a path: see `bounds.ts`. */
  readonly weight: Float64Array;
  /** The part of the weight that stands for the outbound fee. */
  readonly leavingMsat: Float64Array;
  /** Edges out of node n: `outEdge[outStart[n]]` to `outEdge[outStart[n + 1] - 1]`, lightest first. */
  readonly outStart: Uint32Array;
  readonly outEdge: Uint32Array;
  readonly outTo: Uint32Array;
  readonly outWeight: Float64Array;
  /** What searches with discounts read of outgoing edges; absent where there are none. */
  readonly outTerms: OutTerms | undefined;
  /** By edge: which of two edges of the same weight stands first. */
  readonly rank: Uint32Array;
  readonly bounds: NodeBounds;
  /** Edge that stands for a direction, or -1. */
  readonly edgeOf: Int32Array;
  /** Some node grants a discount. */
  readonly discounts: boolean;
  /** No edge under which a larger amount could pay less. */
  readonly monotone: boolean;
}

/** Columns indexed by position in the view's outgoing edges. */
export interface OutTerms {
  readonly outMsat: Float64Array;
  /** The least inbound fee at the edge's end. */
  readonly inboundMsat: Float64Array;
  /** With the trifle per edge. */
  readonly priceMsat: Float64Array;
}

/** By node of the view, over all of its announced policies; for lower bounds. */
export interface NodeBounds {
  /** Least outbound fee for the amount; 0 where it forwards nothing. */
  readonly leastOutMsat: Float64Array;
  /** Least inbound fee on arrivals over the view's edges, for amounts up to the limit; at most 0. */
  readonly leastInMsat: Float64Array;
}

export interface ViewTerms {
  readonly amountMsat: number;
  readonly limitMsat: number;
  readonly siblings: SiblingPricing;
  /** Whether `priceOf` may give anything but zero. */
  readonly priced: boolean;
  /** Price of using a direction, in msat; not negative. */
  readonly priceOf: (direction: number, timeLockDelta: number) => number;
}

export function buildAmountView(snapshot: GraphSnapshot, terms: ViewTerms): AmountView {
  const nodes = passableNodes(snapshot, terms.amountMsat);
  const bounds = nodeBounds(snapshot, { ...terms, ...nodes });
  const raw = collectEdges(snapshot, { ...terms, ...nodes });
  const count = raw.from.length;
  const priceMsat = new Float64Array(count);
  for (let edge = 0; edge < count; edge++) {
    priceMsat[edge] = terms.priceOf(raw.terms.direction[edge]!, raw.terms.timeLockDelta[edge]!);
  }
  const { weight, leavingMsat } = weighEdges({ ...raw, priceMsat, bounds }, terms);
  const order = sortedByNode({ nodes: raw.to, weight, nodeCount: nodes.nodeCount });
  const pick = <T extends Float64Array | Uint32Array>(column: T): T => {
    const picked = column.slice();
    for (let i = 0; i < count; i++) picked[i] = column[order[i]!]!;
    return picked as T;
  };
  const sorted: EdgeTerms = {
    direction: pick(raw.terms.direction),
    feeBaseMsat: pick(raw.terms.feeBaseMsat),
    feeRatePpm: pick(raw.terms.feeRatePpm),
    timeLockDelta: pick(raw.terms.timeLockDelta),
    minMsat: pick(raw.terms.minMsat),
    maxMsat: pick(raw.terms.maxMsat),
    inboundBaseMsat: pick(raw.terms.inboundBaseMsat),
    inboundRatePpm: pick(raw.terms.inboundRatePpm),
  };
  const [from, to, sortedWeight] = [pick(raw.from), pick(raw.to), pick(weight)];
  const sortedPrice = pick(priceMsat);
  const outgoing = outgoingOf({ from, to, weight: sortedWeight, nodeCount: nodes.nodeCount });
  const discounts = bounds.leastInMsat.some((least) => least < 0);
  const priced = { terms: sorted, priceMsat: sortedPrice, outEdge: outgoing.outEdge };
  return {
    snapshot,
    amountMsat: terms.amountMsat,
    limitMsat: terms.limitMsat,
    ...nodes,
    edgeCount: count,
    start: offsetsBy(to, nodes.nodeCount),
    from,
    to,
    terms: sorted,
    priceMsat: sortedPrice,
    priced: terms.priced,
    weight: sortedWeight,
    leavingMsat: pick(leavingMsat),
    ...outgoing,
    outTerms: discounts ? outTermsOf(priced, terms) : undefined,
    rank: order,
    bounds,
    edgeOf: edgesByDirection(snapshot, sorted.direction),
    discounts,
    monotone: raw.monotone,
  };
}

/** Edge numbers ordered by node, and by weight within each. */
function sortedByNode(edges: {
  nodes: Uint32Array;
  weight: Float64Array;
  nodeCount: number;
}): Uint32Array {
  const { nodes, weight, nodeCount } = edges;
  const start = offsetsBy(nodes, nodeCount);
  const order = new Uint32Array(nodes.length);
  const next = start.slice();
  for (let edge = 0; edge < nodes.length; edge++) order[next[nodes[edge]!]!++] = edge;
  for (let node = 0; node < nodeCount; node++) {
    const [first, end] = [start[node]!, start[node + 1]!];
    if (end - first > 1)
      order.subarray(first, end).sort((a, b) => weight[a]! - weight[b]! || a - b);
  }
  return order;
}

function offsetsBy(nodes: Uint32Array, nodeCount: number): Uint32Array {
  const offsets = new Uint32Array(nodeCount + 1);
  for (const node of nodes) offsets[node + 1]!++;
  for (let node = 0; node < nodeCount; node++) offsets[node + 1]! += offsets[node]!;
  return offsets;
}

function outgoingOf(edges: {
  from: Uint32Array;
  to: Uint32Array;
  weight: Float64Array;
  nodeCount: number;
}): Pick<AmountView, 'outStart' | 'outEdge' | 'outTo' | 'outWeight'> {
  const { from, to, weight, nodeCount } = edges;
  const outEdge = sortedByNode({ nodes: from, weight, nodeCount });
  const outTo = outEdge.map((edge) => to[edge]!);
  const outWeight = new Float64Array(outEdge.length);
  for (let i = 0; i < outEdge.length; i++) outWeight[i] = weight[outEdge[i]!]!;
  return { outStart: offsetsBy(from, nodeCount), outEdge, outTo, outWeight };
}

function outTermsOf(
  { terms, priceMsat, outEdge }: Pick<AmountView, 'terms' | 'priceMsat' | 'outEdge'>,
  view: ViewTerms,
): OutTerms {
  const count = outEdge.length;
  const columns: OutTerms = {
    outMsat: new Float64Array(count),
    inboundMsat: new Float64Array(count),
    priceMsat: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const edge = outEdge[i]!;
    const [base, rate] = [terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!];
    const [inboundBase, inboundRate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
    columns.outMsat[i] = outboundFeeNumber(base, rate, view.amountMsat);
    columns.inboundMsat[i] = leastInboundMsat(inboundBase, inboundRate, view);
    columns.priceMsat[i] = priceMsat[edge]! + HOP_MSAT;
  }
  return columns;
}

function edgesByDirection(snapshot: GraphSnapshot, directions: Uint32Array): Int32Array {
  const edgeOf = new Int32Array(2 * snapshot.channelSlots).fill(-1);
  for (let edge = 0; edge < directions.length; edge++) edgeOf[directions[edge]!] = edge;
  return edgeOf;
}
