/** What a request closes, narrows or makes dearer of a view. */
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import type { NodeId } from '../../units/ids.ts';
import type { Exclusions, NodePair } from '../request.ts';
import type { AmountView } from '../view/amount-view.ts';
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
  const { exclude, overlay } = terms;
  if (exclude === undefined && overlay?.ceilings === undefined) return undefined;
  const numberOf = (nodeId: NodeId): number => {
    const index = snapshot.nodeIndex(nodeId);
    return index === undefined ? -1 : view.numberOf[index]!;
  };
  const narrowed = new Map<number, number>();
  const narrow = (edge: number, maximum: number): void => {
    narrowed.set(edge, Math.min(narrowed.get(edge) ?? Number.POSITIVE_INFINITY, maximum));
  };
  for (const channelId of exclude?.channels ?? []) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    for (const direction of [2 * slot, 2 * slot + 1]) {
      if (edgeOf[direction]! >= 0) narrow(edgeOf[direction]!, -1);
    }
  }
  const pair = ({ from, to }: NodePair, maximum: number): void => {
    const [source, target] = [numberOf(from), numberOf(to)];
    if (source < 0 || target < 0) return;
    for (let i = view.outStart[source]!; i < view.outStart[source + 1]!; i++) {
      if (view.outTo[i] === target) narrow(view.outEdge[i]!, maximum);
    }
  };
  for (const excluded of exclude?.pairs ?? []) pair(excluded, -1);
  for (const ceiling of overlay?.ceilings ?? []) {
    pair(ceiling, Number(ceiling.atLeastMsat) - 1);
  }
  return narrowed.size === 0 ? undefined : narrowed;
}

export function penalisedEdges(
  { edgeOf }: AmountView,
  { penalties }: SpaceTerms,
): ReadonlyMap<number, number> | undefined {
  if (penalties === undefined || penalties.size === 0) return undefined;
  const byEdge = new Map<number, number>();
  for (const [direction, penalty] of penalties) {
    const edge = edgeOf[direction]!;
    if (edge >= 0) byEdge.set(edge, penalty);
  }
  return byEdge;
}
