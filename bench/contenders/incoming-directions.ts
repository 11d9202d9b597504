/** A snapshot's usable directions as flat arrays, those into node n at `offsets[n]` to `offsets[n + 1]`. */
import { DISABLED, HAS_POLICY } from '../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';

export interface IncomingDirections {
  readonly nodeCount: number;
  readonly offsets: Int32Array;
  /** The direction's number in the snapshot. */
  readonly direction: Int32Array;
  readonly from: Int32Array;
  readonly baseMsat: Float64Array;
  readonly ratePpm: Float64Array;
  readonly timeLockDelta: Float64Array;
  readonly minMsat: Float64Array;
  /** The smaller of announced maximum and capacity. */
  readonly maxMsat: Float64Array;
}

/**
 * Directions with an enabled policy that can carry the amount: like Ballast's own view of an amount, it is made before
 * the clock runs. Inbound fees are left out: what is built on this searches networks without.
 */
export function incomingDirections(
  snapshot: GraphSnapshot,
  amountMsat: number,
): IncomingDirections {
  const { columns, nodeCount } = snapshot;
  const usable: number[] = [];
  const offsets = new Int32Array(nodeCount + 1);
  for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
    if ((columns.flags[direction]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) continue;
    if (maximum(snapshot, direction) < amountMsat) continue;
    usable.push(direction);
    offsets[snapshot.to(direction) + 1]!++;
  }
  for (let node = 0; node < nodeCount; node++) offsets[node + 1]! += offsets[node]!;
  const next = offsets.slice(0, nodeCount);
  const sorted = new Int32Array(usable.length);
  for (const direction of usable) sorted[next[snapshot.to(direction)]!++] = direction;
  const column = (read: (direction: number) => number): Float64Array =>
    Float64Array.from(sorted, read);
  return {
    nodeCount,
    offsets,
    direction: sorted,
    from: Int32Array.from(sorted, (direction) => snapshot.from(direction)),
    baseMsat: column((direction) => columns.feeBaseMsat[direction]!),
    ratePpm: column((direction) => columns.feeRatePpm[direction]!),
    timeLockDelta: column((direction) => columns.timeLockDelta[direction]!),
    minMsat: column((direction) => columns.minHtlcMsat[direction]!),
    maxMsat: column((direction) => maximum(snapshot, direction)),
  };
}

function maximum(snapshot: GraphSnapshot, direction: number): number {
  const capacitySat = snapshot.columns.capacitySat[direction >> 1]!;
  const capacityMsat = capacitySat === 0 ? Number.POSITIVE_INFINITY : capacitySat * 1000;
  return Math.min(snapshot.columns.maxHtlcMsat[direction]!, capacityMsat);
}

/** base + floor(amount * rate / 1e6), exact in doubles: the amount is split so that no product exceeds 2^53. */
export function outboundFee(baseMsat: number, ratePpm: number, amountMsat: number): number {
  const millions = Math.floor(amountMsat / 1e6);
  return (
    baseMsat + millions * ratePpm + Math.floor(((amountMsat - millions * 1e6) * ratePpm) / 1e6)
  );
}
