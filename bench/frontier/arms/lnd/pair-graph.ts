/**
 * A snapshot's directions grouped by the pair of nodes that they join, for lnd's search, which takes parallel channels
 * as one. Pairs into node n stand at `pairOffsets[n]` to `pairOffsets[n + 1]`, the directions of pair p at
 * `edgeOffsets[p]` to `edgeOffsets[p + 1]`.
 */
import { type ChannelColumns, DISABLED, HAS_POLICY } from '../../../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../../../src/graph/snapshot.ts';
import type { ChannelUpdateRecord } from '../../../../src/ports.ts';

export interface PairGraph {
  readonly snapshot: GraphSnapshot;
  readonly pairOffsets: Int32Array;
  /** By pair: the node it comes from. */
  readonly pairFrom: Int32Array;
  readonly edgeOffsets: Int32Array;
  /** By edge: its direction in the snapshot, and the policies that govern it. */
  readonly direction: Int32Array;
  readonly baseMsat: Float64Array;
  readonly ratePpm: Float64Array;
  readonly timeLockDelta: Int32Array;
  readonly minMsat: Float64Array;
  /** The smaller of announced maximum and capacity. */
  readonly maxMsat: Float64Array;
  /** The announced maximum where the capacity is unknown; 0 where both are. */
  readonly capacityMsat: Float64Array;
  readonly disabled: Uint8Array;
  readonly inboundBaseMsat: Int32Array;
  readonly inboundRatePpm: Int32Array;
}

/** Directions without a policy are left out; disabled ones are not, for an own channel may be used all the same. */
export function pairGraph(snapshot: GraphSnapshot): PairGraph {
  const { columns } = snapshot;
  const pairs = groupedByPair(snapshot);
  const direction = Int32Array.from(pairs.directions);
  const column = (read: (direction: number) => number): Float64Array =>
    Float64Array.from(direction, read);
  return {
    snapshot,
    pairOffsets: pairs.pairOffsets,
    pairFrom: Int32Array.from(pairs.pairFrom),
    edgeOffsets: Int32Array.from([...pairs.edgeStarts, direction.length]),
    direction,
    baseMsat: column((d) => columns.feeBaseMsat[d]!),
    ratePpm: column((d) => columns.feeRatePpm[d]!),
    timeLockDelta: Int32Array.from(direction, (d) => columns.timeLockDelta[d]!),
    minMsat: column((d) => columns.minHtlcMsat[d]!),
    maxMsat: column((d) => largestMsat(columns, d)),
    capacityMsat: column((d) => {
      const announced = columns.maxHtlcMsat[d]!;
      return capacityMsat(columns, d) || (Number.isFinite(announced) ? announced : 0);
    }),
    disabled: Uint8Array.from(direction, (d) => isDisabled(columns, d)),
    inboundBaseMsat: Int32Array.from(direction, (d) => columns.inboundFeeBaseMsat[d ^ 1]!),
    inboundRatePpm: Int32Array.from(direction, (d) => columns.inboundFeeRatePpm[d ^ 1]!),
  };
}

/** The graph with other policies for some directions; those that had none are left out as before. */
export function withPolicies(graph: PairGraph, updates: readonly ChannelUpdateRecord[]): PairGraph {
  const snapshot = graph.snapshot.withPolicies(updates);
  const { columns } = snapshot;
  const patched = {
    ...graph,
    snapshot,
    baseMsat: graph.baseMsat.slice(),
    ratePpm: graph.ratePpm.slice(),
    timeLockDelta: graph.timeLockDelta.slice(),
    minMsat: graph.minMsat.slice(),
    maxMsat: graph.maxMsat.slice(),
    disabled: graph.disabled.slice(),
    inboundBaseMsat: graph.inboundBaseMsat.slice(),
    inboundRatePpm: graph.inboundRatePpm.slice(),
  };
  for (const { channelId, from } of updates) {
    const direction = snapshot.directionFrom(channelId, from);
    if (direction === undefined) continue;
    const back = graph.direction.indexOf(direction ^ 1);
    if (back >= 0) {
      patched.inboundBaseMsat[back] = columns.inboundFeeBaseMsat[direction]!;
      patched.inboundRatePpm[back] = columns.inboundFeeRatePpm[direction]!;
    }
    const edge = graph.direction.indexOf(direction);
    if (edge < 0) continue;
    patched.baseMsat[edge] = columns.feeBaseMsat[direction]!;
    patched.ratePpm[edge] = columns.feeRatePpm[direction]!;
    patched.timeLockDelta[edge] = columns.timeLockDelta[direction]!;
    patched.minMsat[edge] = columns.minHtlcMsat[direction]!;
    patched.maxMsat[edge] = largestMsat(columns, direction);
    patched.disabled[edge] = isDisabled(columns, direction);
  }
  return patched;
}

const capacityMsat = (columns: Readonly<ChannelColumns>, direction: number): number =>
  1000 * columns.capacitySat[direction >> 1]!;

const largestMsat = (columns: Readonly<ChannelColumns>, direction: number): number =>
  Math.min(
    columns.maxHtlcMsat[direction]!,
    capacityMsat(columns, direction) || Number.POSITIVE_INFINITY,
  );

const isDisabled = (columns: Readonly<ChannelColumns>, direction: number): number =>
  (columns.flags[direction]! & DISABLED) === 0 ? 0 : 1;

function groupedByPair(snapshot: GraphSnapshot): {
  pairOffsets: Int32Array;
  pairFrom: number[];
  edgeStarts: number[];
  directions: number[];
} {
  const { columns, adjacency, nodeCount } = snapshot;
  const { offsets, outgoing } = adjacency;
  const pairOffsets = new Int32Array(nodeCount + 1);
  const [pairFrom, edgeStarts, directions]: [number[], number[], number[]] = [[], [], []];
  for (let node = 0; node < nodeCount; node++) {
    const incoming = Array.from(
      outgoing.subarray(offsets[node]!, offsets[node + 1]!),
      (direction) => direction ^ 1,
    ).filter((direction) => (columns.flags[direction]! & HAS_POLICY) !== 0);
    incoming.sort((a, b) => snapshot.from(a) - snapshot.from(b) || a - b);
    let last = -1;
    for (const direction of incoming) {
      const from = snapshot.from(direction);
      if (from !== last) {
        pairFrom.push(from);
        edgeStarts.push(directions.length);
        last = from;
      }
      directions.push(direction);
    }
    pairOffsets[node + 1] = pairFrom.length;
  }
  return { pairOffsets, pairFrom, edgeStarts, directions };
}
