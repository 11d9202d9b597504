/** The announced network as those who pay see it: nodes that have a policy, and what each direction costs. */
import { DISABLED, HAS_POLICY } from '../../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';

/** Nodes have numbers of their own; directions keep those of the snapshot. */
export interface PaymentGraph {
  readonly nodeCount: number;
  /** By number: the sum of what its channels hold, sat. */
  readonly capacitySat: Float64Array;
  /** By direction; meaningless where `open` is 0. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly open: Uint8Array;
  /** Largest amount by policy and capacity, msat. */
  readonly maxMsat: Float64Array;
  /** Open directions out of node n: `leaving[leavingStart[n]]` to `leaving[leavingStart[n + 1] - 1]`. */
  readonly leavingStart: Uint32Array;
  readonly leaving: Uint32Array;
  readonly arrivingStart: Uint32Array;
  readonly arriving: Uint32Array;
  /** By direction: a number that all open ones between the same two nodes share. */
  readonly pairOf: Uint32Array;
  readonly pairStart: Uint32Array;
  readonly ofPair: Uint32Array;
}

export function paymentGraph(snapshot: GraphSnapshot): PaymentGraph {
  const { columns, channelSlots } = snapshot;
  const count = 2 * channelSlots;
  const numberOf = new Int32Array(snapshot.nodeCount).fill(-1);
  const [from, to] = [new Uint32Array(count), new Uint32Array(count)];
  const [open, maxMsat] = [new Uint8Array(count), new Float64Array(count)];
  let nodeCount = 0;
  const number = (node: number): number => {
    if (numberOf[node] === -1) numberOf[node] = nodeCount++;
    return numberOf[node]!;
  };
  const isOpen: number[] = [];
  for (let direction = 0; direction < count; direction++) {
    if ((columns.flags[direction]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) continue;
    open[direction] = 1;
    isOpen.push(direction);
    from[direction] = number(snapshot.from(direction));
    to[direction] = number(snapshot.to(direction));
    const capacity = columns.capacitySat[direction >> 1]! * 1000;
    maxMsat[direction] = Math.min(capacity, columns.maxHtlcMsat[direction]!);
  }
  const capacitySat = new Float64Array(nodeCount);
  for (const direction of isOpen) {
    capacitySat[from[direction]!]! += columns.capacitySat[direction >> 1]!;
  }
  const leaving = grouped(isOpen, { groups: nodeCount, groupOf: (direction) => from[direction]! });
  const arriving = grouped(isOpen, { groups: nodeCount, groupOf: (direction) => to[direction]! });
  const { pairOf, pairs } = numberPairs(isOpen, { from, to, nodeCount });
  const byPair = grouped(isOpen, { groups: pairs, groupOf: (direction) => pairOf[direction]! });
  return {
    nodeCount,
    capacitySat,
    from,
    to,
    open,
    maxMsat,
    leavingStart: leaving.start,
    leaving: leaving.members,
    arrivingStart: arriving.start,
    arriving: arriving.members,
    pairOf,
    pairStart: byPair.start,
    ofPair: byPair.members,
  };
}

function numberPairs(
  directions: readonly number[],
  ends: { from: Uint32Array; to: Uint32Array; nodeCount: number },
): { pairOf: Uint32Array; pairs: number } {
  const pairOf = new Uint32Array(ends.from.length);
  const known = new Map<number, number>();
  for (const direction of directions) {
    const key = ends.from[direction]! * ends.nodeCount + ends.to[direction]!;
    let pair = known.get(key);
    if (pair === undefined) {
      pair = known.size;
      known.set(key, pair);
    }
    pairOf[direction] = pair;
  }
  return { pairOf, pairs: known.size };
}

function grouped(
  members: readonly number[],
  by: { readonly groups: number; readonly groupOf: (member: number) => number },
): { start: Uint32Array; members: Uint32Array } {
  const start = new Uint32Array(by.groups + 1);
  for (const member of members) start[by.groupOf(member) + 1]!++;
  for (let group = 0; group < by.groups; group++) start[group + 1]! += start[group]!;
  const next = start.slice();
  const sorted = new Uint32Array(members.length);
  for (const member of members) sorted[next[by.groupOf(member)]!++] = member;
  return { start, members: sorted };
}
