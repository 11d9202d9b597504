/** The edges of a view, still in no particular order. */
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import type { ViewTerms } from './amount-view.ts';
import {
  allocateEdges,
  carriesAmount,
  type EdgeTerms,
  isSteep,
  isWideEnough,
  raiseToSibling,
  raiseToTerms,
  setAnnounced,
} from './edge-terms.ts';
import type { PassableNodes } from './passable-nodes.ts';

interface CollectedEdges {
  readonly terms: EdgeTerms;
  /** Numbers of the view. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** See `AmountView.monotone`. */
  readonly monotone: boolean;
}

/**
 * One edge per direction that is wide enough, or per node pair where siblings are priced together. Nodes that cannot
 * stand between two others are left out; the ends of a path are looked up apart from the view.
 */
export function collectEdges(
  snapshot: GraphSnapshot,
  view: ViewTerms & PassableNodes,
): CollectedEdges {
  const { offsets, outgoing } = snapshot.adjacency;
  const { numberOf, amountMsat } = view;
  const largest = outgoing.length;
  const terms = allocateEdges(largest);
  const [from, to] = [new Uint32Array(largest), new Uint32Array(largest)];
  const sibling = new Int32Array(view.nodeCount).fill(-1);
  let count = 0;
  for (let node = 0; node < snapshot.nodeCount; node++) {
    const target = numberOf[node]!;
    if (target < 0) continue;
    const first = count;
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      const direction = outgoing[i]! ^ 1;
      const source = numberOf[snapshot.from(direction)]!;
      if (source < 0 || !isWideEnough(snapshot, direction, amountMsat)) continue;
      const { siblings } = view;
      const at = { snapshot, direction, siblings };
      const shared = siblings === 'any' && carriesAmount(snapshot, direction, amountMsat);
      const known = shared ? sibling[source]! : -1;
      if (known >= first) {
        raiseToSibling(terms, known, at);
        continue;
      }
      setAnnounced(terms, count, at);
      from[count] = source;
      to[count] = target;
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
  return cutTo(count, { terms, from, to });
}

function cutTo(count: number, raw: Omit<CollectedEdges, 'monotone'>): CollectedEdges {
  const cut = <T extends Float64Array | Uint32Array>(column: T): T => column.slice(0, count) as T;
  const terms = {
    direction: cut(raw.terms.direction),
    feeBaseMsat: cut(raw.terms.feeBaseMsat),
    feeRatePpm: cut(raw.terms.feeRatePpm),
    timeLockDelta: cut(raw.terms.timeLockDelta),
    minMsat: cut(raw.terms.minMsat),
    maxMsat: cut(raw.terms.maxMsat),
    inboundBaseMsat: cut(raw.terms.inboundBaseMsat),
    inboundRatePpm: cut(raw.terms.inboundRatePpm),
  };
  let monotone = true;
  for (let edge = 0; edge < count && monotone; edge++) monotone = !isSteep(terms, edge);
  return { terms, from: cut(raw.from), to: cut(raw.to), monotone };
}
