/**
 * Lower bounds at a fixed amount. Amounts only grow backwards, so an outbound fee at the requested amount is a lower
 * bound, and a discount is largest at the largest amount that the fee limit allows.
 *
 * A node between an arriving edge d and a leaving edge e keeps max(0, out_e + in_d). The bound splits this between
 * the two edges, so that a path's edges can be weighed one by one:
 *
 *     arriving part  beta(d)  = max(0, leastOut + in_d)
 *     leaving part   alpha(e) = max(0, out_e + leastIn) - max(0, leastOut + leastIn)
 *
 * and alpha(e) + beta(d) never exceeds what the node keeps. An edge's weight is alpha at its start plus beta at its
 * end plus the caller's price. Where there are no inbound fees the sum over a path is exact at the requested amount.
 */
import { HAS_POLICY } from '../../graph/columns.ts';
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import { outboundFeeNumber, proportionalFeeNumber } from '../../units/fee-number.ts';
import type { AmountView, NodeBounds, ViewTerms } from './amount-view.ts';
import { type EdgeTerms, isWideEnough } from './edge-terms.ts';
import type { PassableNodes } from './passable-nodes.ts';

/** Added per edge, so that of two paths at the same price the shorter one wins; 1,024 edges make a millisatoshi. */
export const HOP_MSAT: number = 2 ** -10;

/** The least that an inbound fee can come to for amounts from the requested one up to the limit. */
export function leastInboundMsat(
  baseMsat: number,
  ratePpm: number,
  amount: { amountMsat: number; limitMsat: number },
): number {
  if (ratePpm >= 0) return baseMsat + proportionalFeeNumber(amount.amountMsat, ratePpm);
  if (ratePpm <= -1_000_000) return Number.NEGATIVE_INFINITY;
  // y = p + base - |rate| p / 1e6 <= amount + limit bounds p, and with it the discount.
  const most = amount.amountMsat + amount.limitMsat - Math.min(0, baseMsat);
  const largest = Math.ceil(most / (1 + ratePpm / 1e6)) + 1;
  return baseMsat - Math.ceil((largest * -ratePpm) / 1e6) - 2;
}

function arrivingBoundMsat(leastOutMsat: number, inboundMsat: number): number {
  return Math.max(0, leastOutMsat + inboundMsat);
}

/**
 * The same for a first channel. Its discount may be larger than any that the view knows of at the node, as our own
 * direction need not be open to others; what the leaving part counts on is then taken off here.
 */
export function firstArrivalBoundMsat(
  inboundMsat: number,
  node: { leastOutMsat: number; leastInMsat: number },
): number {
  const { leastOutMsat, leastInMsat } = node;
  if (inboundMsat >= leastInMsat) return arrivingBoundMsat(leastOutMsat, inboundMsat);
  const excess = leastInMsat - inboundMsat;
  return Math.max(arrivingBoundMsat(leastOutMsat, leastInMsat) - excess, -Number.MAX_SAFE_INTEGER);
}

export function leavingBoundMsat(
  outboundMsat: number,
  node: { leastOutMsat: number; leastInMsat: number },
): number {
  const { leastOutMsat, leastInMsat } = node;
  return Math.max(0, outboundMsat + leastInMsat) - Math.max(0, leastOutMsat + leastInMsat);
}

export function nodeBounds(snapshot: GraphSnapshot, view: ViewTerms & PassableNodes): NodeBounds {
  const { columns } = snapshot;
  const { nodeCount, numberOf } = view;
  const leastOutMsat = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
  const leastInMsat = new Float64Array(nodeCount);
  for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
    if ((columns.flags[direction]! & HAS_POLICY) === 0) continue;
    const node = numberOf[snapshot.from(direction)]!;
    if (node < 0) continue;
    const base = columns.inboundFeeBaseMsat[direction]!;
    const rate = columns.inboundFeeRatePpm[direction]!;
    if ((base < 0 || rate < 0) && isWideEnough(snapshot, direction ^ 1, view.amountMsat)) {
      leastInMsat[node] = Math.min(leastInMsat[node]!, leastInboundMsat(base, rate, view));
    }
    if (!isWideEnough(snapshot, direction, view.amountMsat)) continue;
    const out = outboundFeeNumber(
      columns.feeBaseMsat[direction]!,
      columns.feeRatePpm[direction]!,
      view.amountMsat,
    );
    if (out < leastOutMsat[node]!) leastOutMsat[node] = out;
  }
  return { leastOutMsat, leastInMsat };
}

interface EdgesToWeigh {
  readonly terms: EdgeTerms;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly priceMsat: Float64Array;
  readonly bounds: NodeBounds;
}

export function weighEdges(
  edges: EdgesToWeigh,
  { amountMsat, limitMsat }: ViewTerms,
): { readonly weight: Float64Array; readonly leavingMsat: Float64Array } {
  const { terms, from, bounds } = edges;
  const weight = new Float64Array(from.length);
  const leavingMsat = new Float64Array(from.length);
  const weighed = { ...edges, leavingMsat, amountMsat, limitMsat };
  for (let edge = 0; edge < weight.length; edge++) {
    const source = from[edge]!;
    const out = outboundFeeNumber(terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!, amountMsat);
    leavingMsat[edge] = leavingBoundMsat(out, {
      leastOutMsat: bounds.leastOutMsat[source]!,
      leastInMsat: bounds.leastInMsat[source]!,
    });
    weight[edge] = edgeWeight(weighed, edge);
  }
  return { weight, leavingMsat };
}

/** The weight of an edge whose leaving part is known. */
export function edgeWeight(
  edges: Omit<EdgesToWeigh, 'from'> & Pick<AmountView, 'leavingMsat' | 'amountMsat' | 'limitMsat'>,
  edge: number,
): number {
  const { terms, to, priceMsat, bounds, leavingMsat } = edges;
  const [base, rate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
  const inbound = leastInboundMsat(base, rate, edges);
  const arriving = arrivingBoundMsat(bounds.leastOutMsat[to[edge]!]!, inbound);
  return leavingMsat[edge]! + arriving + priceMsat[edge]! + HOP_MSAT;
}
