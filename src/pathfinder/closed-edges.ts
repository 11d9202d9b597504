/** What a request closes or narrows of a view. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { AmountView } from './amount-view.ts';
import type { Exclusions, NodePair } from './request.ts';
import type { SpaceTerms } from './space-terms.ts';

export function closedNodes(
  snapshot: GraphSnapshot,
  exclude: Exclusions | undefined,
): ReadonlySet<number> | undefined {
  if (exclude?.nodes === undefined || exclude.nodes.length === 0) return undefined;
  const indices = exclude.nodes.map((nodeId) => snapshot.nodeIndex(nodeId));
  return new Set(indices.filter((index) => index !== undefined));
}

/** Edges that exclusions close (-1), or known lacks of liquidity narrow. */
export function narrowedEdges(
  view: AmountView,
  terms: SpaceTerms,
): ReadonlyMap<number, number> | undefined {
  const { snapshot, edgeOf } = view;
  const narrowed = new Map<number, number>();
  const narrow = (edge: number, maximum: number): void => {
    narrowed.set(edge, Math.min(narrowed.get(edge) ?? Number.POSITIVE_INFINITY, maximum));
  };
  for (const channelId of terms.exclude?.channels ?? []) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    for (const direction of [2 * slot, 2 * slot + 1]) {
      if (edgeOf[direction]! >= 0) narrow(edgeOf[direction]!, -1);
    }
  }
  const pair = ({ from, to }: NodePair, maximum: number): void => {
    const [source, target] = [snapshot.nodeIndex(from), snapshot.nodeIndex(to)];
    if (source === undefined || target === undefined) return;
    for (let i = view.outStart[source]!; i < view.outStart[source + 1]!; i++) {
      if (view.outTo[i] === target) narrow(view.outEdge[i]!, maximum);
    }
  };
  for (const excluded of terms.exclude?.pairs ?? []) pair(excluded, -1);
  for (const ceiling of terms.overlay?.ceilings ?? []) {
    pair(ceiling, Number(ceiling.atLeastMsat) - 1);
  }
  return narrowed.size === 0 ? undefined : narrowed;
}
