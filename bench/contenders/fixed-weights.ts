/**
 * What libraries for shortest paths are given, and what their answers truly cost. They know one fixed weight per
 * edge: the fee at the requested amount. Fees on fees, minima and parallel channels come in afterwards, when the
 * sequence of nodes that they return is priced exactly.
 */
import { type IncomingDirections, outboundFee } from './incoming-directions.ts';

export interface WeightedEdge {
  readonly from: number;
  readonly to: number;
  readonly weightMsat: number;
}

/** One edge for each ordered pair of nodes, with the fee of its cheapest channel for the amount. */
export function fixedWeightEdges(graph: IncomingDirections, amountMsat: number): WeightedEdge[] {
  const edges: WeightedEdge[] = [];
  for (let to = 0; to < graph.nodeCount; to++) {
    const cheapest = new Map<number, number>();
    for (let i = graph.offsets[to]!; i < graph.offsets[to + 1]!; i++) {
      if (graph.minMsat[i]! > amountMsat) continue;
      const from = graph.from[i]!;
      const weightMsat = outboundFee(graph.baseMsat[i]!, graph.ratePpm[i]!, amountMsat);
      const known = cheapest.get(from);
      if (known === undefined || weightMsat < known) cheapest.set(from, weightMsat);
    }
    for (const [from, weightMsat] of cheapest) edges.push({ from, to, weightMsat });
  }
  return edges;
}

/**
 * What must leave ourselves when the payment goes out over `first`, along the nodes, and back over `last`, taking
 * the cheapest channel between each two nodes for the amount that truly crosses. `null` where some amount cannot
 * cross or the path runs through ourselves.
 */
export function sentAlongNodes(
  graph: IncomingDirections,
  nodes: readonly number[],
  circle: { self: number; first: number; last: number; amountMsat: number },
): number | null {
  if (nodes.length === 0 || nodes.includes(circle.self)) return null;
  const backwards = [circle.self, ...nodes.toReversed(), circle.self];
  let asked: number | null = circle.amountMsat;
  for (let i = 0; i + 1 < backwards.length && asked !== null; i++) {
    const isLast = i === 0;
    const isFirst = i + 2 === backwards.length;
    asked = cheapestCrossing(graph, {
      from: backwards[i + 1]!,
      to: backwards[i]!,
      amountMsat: asked,
      only: isLast ? circle.last : isFirst ? circle.first : undefined,
      isFree: isFirst,
    });
  }
  return asked;
}

function cheapestCrossing(
  graph: IncomingDirections,
  step: { from: number; to: number; amountMsat: number; only: number | undefined; isFree: boolean },
): number | null {
  let best: number | null = null;
  for (let i = graph.offsets[step.to]!; i < graph.offsets[step.to + 1]!; i++) {
    if (graph.from[i] !== step.from) continue;
    if (step.only !== undefined && graph.direction[i] !== step.only) continue;
    const crossing = Math.max(step.amountMsat, graph.minMsat[i]!);
    if (crossing > graph.maxMsat[i]!) continue;
    const feeMsat = step.isFree ? 0 : outboundFee(graph.baseMsat[i]!, graph.ratePpm[i]!, crossing);
    if (best === null || crossing + feeMsat < best) best = crossing + feeMsat;
  }
  return best;
}
