/** The corridors of a snapshot: which of its directions lead from the same node to the same other one. */
import { DISABLED, HAS_POLICY } from '../graph/columns.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { outboundFeeNumber } from '../units/fee-number.ts';
import type { NodeId } from '../units/ids.ts';

export interface SnapshotCorridors {
  /** Directions ordered so that those of one corridor stand together. */
  readonly directions: Uint32Array;
  /** Corridor c has `directions[start[c]]` to `directions[start[c + 1] - 1]`. */
  readonly start: Uint32Array;
  /** By direction: its corridor; directions of closed channels have none, and read 0xffffffff. */
  readonly corridorOf: Uint32Array;
}

const known = new WeakMap<GraphSnapshot, SnapshotCorridors>();

export function snapshotCorridors(snapshot: GraphSnapshot): SnapshotCorridors {
  let corridors = known.get(snapshot);
  if (corridors === undefined) {
    corridors = group(snapshot);
    known.set(snapshot, corridors);
  }
  return corridors;
}

function group(snapshot: GraphSnapshot): SnapshotCorridors {
  const { offsets, outgoing } = snapshot.adjacency;
  const directions = new Uint32Array(outgoing.length);
  const start = new Uint32Array(outgoing.length + 1);
  const corridorOf = new Uint32Array(2 * snapshot.channelSlots).fill(0xffffffff);
  let [count, filled] = [0, 0];
  for (let node = 0; node < snapshot.nodeCount; node++) {
    const leaving = outgoing.slice(offsets[node], offsets[node + 1]);
    leaving.sort((a, b) => snapshot.to(a) - snapshot.to(b) || a - b);
    let last = -1;
    for (const direction of leaving) {
      const to = snapshot.to(direction);
      if (to !== last) start[count++] = filled;
      last = to;
      corridorOf[direction] = count - 1;
      directions[filled++] = direction;
    }
  }
  start[count] = filled;
  return { directions, start: start.slice(0, count + 1), corridorOf };
}

/** The snapshot's number of a corridor, or -1 where it has no channel between the two nodes. */
export function corridorBetween(
  snapshot: GraphSnapshot,
  { from, to }: { readonly from: NodeId; readonly to: NodeId },
): number {
  const [source, target] = [snapshot.nodeIndex(from), snapshot.nodeIndex(to)];
  if (source === undefined || target === undefined) return -1;
  const { offsets, outgoing } = snapshot.adjacency;
  for (let i = offsets[source]!; i < offsets[source + 1]!; i++) {
    if (snapshot.to(outgoing[i]!) === target) {
      return snapshotCorridors(snapshot).corridorOf[outgoing[i]!]!;
    }
  }
  return -1;
}

/** What a model is told about the channels of a corridor. */
export interface CorridorChannels {
  readonly capacitiesMsat: readonly number[];
  readonly leans: readonly number[];
}

/** Those of its channels that could forward the amount; none where no policy allows it. */
export function channelsOf(
  snapshot: GraphSnapshot,
  corridor: number,
  amountMsat: number,
): CorridorChannels {
  return described(snapshot, usable(snapshot, corridor, amountMsat));
}

/**
 * The channels over which a node may forward what a route sends over one of them: that one, and those that ask no more
 * for it. Its siblings that ask more would refuse.
 */
export function channelsBeside(
  snapshot: GraphSnapshot,
  direction: number,
  amountMsat: number,
): CorridorChannels {
  const corridor = snapshotCorridors(snapshot).corridorOf[direction]!;
  const siblings = usable(snapshot, corridor, amountMsat);
  if (!siblings.includes(direction)) return described(snapshot, []);
  const { timeLockDelta } = snapshot.columns;
  const [feeMsat, delta] = [outFee(snapshot, direction, amountMsat), timeLockDelta[direction]!];
  const accepting = siblings.filter(
    (sibling) =>
      outFee(snapshot, sibling, amountMsat) <= feeMsat && timeLockDelta[sibling]! <= delta,
  );
  return described(snapshot, accepting);
}

function usable(snapshot: GraphSnapshot, corridor: number, amountMsat: number): number[] {
  const { directions, start } = snapshotCorridors(snapshot);
  const { flags, maxHtlcMsat, capacitySat } = snapshot.columns;
  const found: number[] = [];
  for (let i = start[corridor]!; i < start[corridor + 1]!; i++) {
    const direction = directions[i]!;
    const capacityMsat = capacitySat[direction >> 1]! * 1000;
    if ((flags[direction]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) continue;
    if (maxHtlcMsat[direction]! < amountMsat) continue;
    if (capacityMsat === 0 || capacityMsat >= amountMsat) found.push(direction);
  }
  return found;
}

function described(snapshot: GraphSnapshot, directions: readonly number[]): CorridorChannels {
  const capacitiesMsat = directions.map((direction) => {
    const capacityMsat = snapshot.columns.capacitySat[direction >> 1]! * 1000;
    return capacityMsat > 0 ? capacityMsat : UNKNOWN_CAPACITY_MSAT;
  });
  return { capacitiesMsat, leans: directions.map((direction) => leanOf(snapshot, direction)) };
}

const outFee = ({ columns }: GraphSnapshot, direction: number, amountMsat: number): number =>
  outboundFeeNumber(columns.feeBaseMsat[direction]!, columns.feeRatePpm[direction]!, amountMsat);

/** Directions with the same channels beside them, at one amount: a model has one answer where nothing is known of them. */
export interface DirectionKinds {
  readonly kinds: readonly CorridorChannels[];
  /** By direction: its kind, or -1 where it could not forward the amount. */
  readonly kindOf: Int32Array;
}

export function directionKinds(snapshot: GraphSnapshot, amountMsat: number): DirectionKinds {
  const kindOf = new Int32Array(2 * snapshot.channelSlots).fill(-1);
  const kinds: CorridorChannels[] = [];
  const numbers = new Map<string, number>();
  for (const direction of snapshotCorridors(snapshot).directions) {
    const channels = channelsBeside(snapshot, direction, amountMsat);
    if (channels.capacitiesMsat.length === 0) continue;
    const key = `${channels.capacitiesMsat.join()}/${channels.leans.join()}`;
    let kind = numbers.get(key);
    if (kind === undefined) {
      kind = kinds.push(channels) - 1;
      numbers.set(key, kind);
    }
    kindOf[direction] = kind;
  }
  return { kinds, kindOf };
}

/** Where the node could not look it up: about the median of the real network. */
const UNKNOWN_CAPACITY_MSAT = 2e9;
/** Fees are compared for an amount that many payments have. */
const TYPICAL_MSAT = 1e8;
const LITTLE = 1.3;
const MUCH = 4;
/** ppm that make no difference. */
const SMALL_PPM = 20;

/** See `CorridorQuery.leans`. A channel that is closed the other way leans most: nothing ever comes back over it. */
function leanOf(snapshot: GraphSnapshot, direction: number): number {
  const { flags } = snapshot.columns;
  if ((flags[direction ^ 1]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) return 0;
  const ratio = comparableFee(snapshot, direction) / comparableFee(snapshot, direction ^ 1);
  if (ratio >= 1) return ratio > MUCH ? 2 : ratio > LITTLE ? 1 : 0;
  return ratio < 1 / MUCH ? -2 : ratio < 1 / LITTLE ? -1 : 0;
}

function comparableFee(snapshot: GraphSnapshot, direction: number): number {
  return outFee(snapshot, direction, TYPICAL_MSAT) + (TYPICAL_MSAT * SMALL_PPM) / 1e6;
}
