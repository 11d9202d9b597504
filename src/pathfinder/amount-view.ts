/**
 * A snapshot as one amount sees it: only what can carry it, each node's incoming edges sorted by a lower bound of
 * their cost. Made once for an amount (some ten milliseconds at mainnet size) and shared by all searches for it.
 */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { nodeBounds, weighEdges } from './view-bounds.ts';
import {
  allocateEdges,
  carriesAmount,
  type EdgeTerms,
  isSteep,
  isWideEnough,
  raiseToSibling,
  raiseToTerms,
  type SiblingPricing,
  setAnnounced,
} from './view-edges.ts';

export interface AmountView {
  readonly snapshot: GraphSnapshot;
  readonly amountMsat: number;
  /** Fees up to here: discounts are bounded for amounts of at most `amountMsat + limitMsat`. */
  readonly limitMsat: number;
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
  /** Lower bound of what the edge adds to a path: see `view-bounds.ts`. */
  readonly weight: Float64Array;
  /** Edges out of node n: `outEdge[outStart[n]]` to `outEdge[outStart[n + 1] - 1]`. */
  readonly outStart: Uint32Array;
  readonly outEdge: Uint32Array;
  readonly outTo: Uint32Array;
  readonly outWeight: Float64Array;
  readonly bounds: NodeBounds;
  /** Edge that stands for a direction, or -1. */
  readonly edgeOf: Int32Array;
  /** No edge under which a larger amount could pay less. */
  readonly monotone: boolean;
}

/** By node, over all of its announced policies; for lower bounds. */
export interface NodeBounds {
  /** Least outbound fee for the amount; 0 where it forwards nothing. */
  readonly leastOutMsat: Float64Array;
  /** Least inbound fee for amounts up to the limit, at most 0. */
  readonly leastInMsat: Float64Array;
  /** 1 where some inbound part is negative. */
  readonly discounts: Uint8Array;
  /** 1 where the node can stand between two others. */
  readonly passable: Uint8Array;
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
  const bounds = nodeBounds(snapshot, terms);
  const raw = collectEdges(snapshot, terms, bounds);
  const count = raw.terms.direction.length;
  const priceMsat = new Float64Array(count);
  for (let edge = 0; edge < count; edge++) {
    priceMsat[edge] = terms.priceOf(raw.terms.direction[edge]!, raw.terms.timeLockDelta[edge]!);
  }
  const weight = weighEdges({ ...raw, priceMsat, bounds }, terms);
  const order = sortedByNode(raw.to, weight, snapshot.nodeCount);
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
  return {
    snapshot,
    amountMsat: terms.amountMsat,
    limitMsat: terms.limitMsat,
    edgeCount: count,
    start: offsetsBy(to, snapshot.nodeCount),
    from,
    to,
    terms: sorted,
    priceMsat: pick(priceMsat),
    priced: terms.priced,
    weight: sortedWeight,
    ...outgoingOf({ from, to, weight: sortedWeight, nodeCount: snapshot.nodeCount }),
    bounds,
    edgeOf: edgesByDirection(snapshot, sorted.direction),
    monotone: raw.monotone,
  };
}

/**
 * One edge per direction that is wide enough, or per node pair where siblings are priced together. Nodes that cannot
 * stand between two others are left out; the ends of a path are looked up apart from the view.
 */
function collectEdges(snapshot: GraphSnapshot, view: ViewTerms, bounds: NodeBounds) {
  const { offsets, outgoing } = snapshot.adjacency;
  const { passable } = bounds;
  const largest = outgoing.length;
  const terms = allocateEdges(largest);
  const [from, to] = [new Uint32Array(largest), new Uint32Array(largest)];
  const sibling = new Int32Array(snapshot.nodeCount).fill(-1);
  let [count, monotone] = [0, true];
  for (let node = 0; node < snapshot.nodeCount; node++) {
    if (passable[node] === 0) continue;
    const first = count;
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      const direction = outgoing[i]! ^ 1;
      const source = snapshot.from(direction);
      if (passable[source] === 0 || !isWideEnough(snapshot, direction, view.amountMsat)) continue;
      const at = { snapshot, direction };
      const shared = view.siblings === 'any' && carriesAmount(snapshot, direction, view.amountMsat);
      const known = shared ? sibling[source]! : -1;
      if (known >= first) {
        raiseToSibling(terms, known, at);
        continue;
      }
      setAnnounced(terms, count, at);
      from[count] = source;
      to[count] = node;
      if (shared) sibling[source] = count;
      count++;
    }
    // A channel whose minimum lies above the amount is an edge of its own; when the amount is raised to its minimum,
    // the node may still pick one of the others.
    for (let edge = first; edge < count; edge++) {
      const pair = sibling[from[edge]!]!;
      if (pair >= first && pair !== edge) raiseToTerms(terms, edge, pair);
    }
  }
  const cut = <T extends Float64Array | Uint32Array>(column: T): T => column.slice(0, count) as T;
  const kept = {
    direction: cut(terms.direction),
    feeBaseMsat: cut(terms.feeBaseMsat),
    feeRatePpm: cut(terms.feeRatePpm),
    timeLockDelta: cut(terms.timeLockDelta),
    minMsat: cut(terms.minMsat),
    maxMsat: cut(terms.maxMsat),
    inboundBaseMsat: cut(terms.inboundBaseMsat),
    inboundRatePpm: cut(terms.inboundRatePpm),
  };
  for (let edge = 0; edge < count; edge++) if (isSteep(kept, edge)) monotone = false;
  return { terms: kept, from: cut(from), to: cut(to), monotone };
}

/** Edge numbers ordered by target node, and by weight within each. */
function sortedByNode(to: Uint32Array, weight: Float64Array, nodeCount: number): Uint32Array {
  const start = offsetsBy(to, nodeCount);
  const order = new Uint32Array(to.length);
  const next = start.slice();
  for (let edge = 0; edge < to.length; edge++) order[next[to[edge]!]!++] = edge;
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
  const outStart = offsetsBy(edges.from, edges.nodeCount);
  const outEdge = new Uint32Array(edges.from.length);
  const next = outStart.slice();
  for (let edge = 0; edge < outEdge.length; edge++) outEdge[next[edges.from[edge]!]!++] = edge;
  return {
    outStart,
    outEdge,
    outTo: outEdge.map((edge) => edges.to[edge]!),
    outWeight: Float64Array.from(outEdge, (edge) => edges.weight[edge]!),
  };
}

function edgesByDirection(snapshot: GraphSnapshot, directions: Uint32Array): Int32Array {
  const edgeOf = new Int32Array(2 * snapshot.channelSlots).fill(-1);
  for (let edge = 0; edge < directions.length; edge++) edgeOf[directions[edge]!] = edge;
  return edgeOf;
}
