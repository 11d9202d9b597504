/**
 * Which directions of a snapshot carry an amount, and at what terms: the raw material of an amount view.
 */
import { DISABLED, HAS_POLICY } from '../../graph/columns.ts';
import type { GraphSnapshot } from '../../graph/snapshot.ts';

/**
 * How parallel channels between two nodes are priced. Forwarding is not strict: a node may send an HTLC over any of
 * its channels to the next node, and lnd picks one at random.
 * - `any`: so that whichever channel is picked, both nodes accept: the maxima of base fee, rate, both inbound parts
 *   and CLTV delta, each taken apart, over the channels that are usable at the requested amount. lnd's own choice,
 *   the sibling of the highest total fee, is not always safe. Inbound discounts count up to 100 %. A circle does not
 *   go out to a peer and straight back, for the peer may return the payment over the very channel that it came by.
 * - `named`: by the terms of the very channel that the route names. Cheaper or equal, and may be refused.
 */
export type SiblingPricing = 'any' | 'named';

/** Terms of one direction as the search charges them; columns indexed by edge. */
export interface EdgeTerms {
  /** The direction that the route will name. */
  readonly direction: Uint32Array;
  readonly feeBaseMsat: Float64Array;
  readonly feeRatePpm: Float64Array;
  readonly timeLockDelta: Uint32Array;
  readonly minMsat: Float64Array;
  readonly maxMsat: Float64Array;
  /** What the node at the end asks for arrivals over this edge. */
  readonly inboundBaseMsat: Float64Array;
  readonly inboundRatePpm: Float64Array;
}

export function allocateEdges(count: number): EdgeTerms {
  return {
    direction: new Uint32Array(count),
    feeBaseMsat: new Float64Array(count),
    feeRatePpm: new Float64Array(count),
    timeLockDelta: new Uint32Array(count),
    minMsat: new Float64Array(count),
    maxMsat: new Float64Array(count),
    inboundBaseMsat: new Float64Array(count),
    inboundRatePpm: new Float64Array(count),
  };
}

/** A discount of the whole amount: beyond, what a hop keeps falls as what it asks for going out rises. */
const STEEPEST_SHARED_PPM = -1_000_000;

/**
 * The edge's own terms, as announced. Where any sibling may be picked, steeper discounts than 100 % are left unused, for
 * with them the largest fee of each part is not the largest fee of all.
 */
export function setAnnounced(
  edges: EdgeTerms,
  edge: number,
  at: { snapshot: GraphSnapshot; direction: number; siblings: SiblingPricing },
): void {
  const { snapshot, direction, siblings } = at;
  const { columns } = snapshot;
  edges.direction[edge] = direction;
  edges.feeBaseMsat[edge] = columns.feeBaseMsat[direction]!;
  edges.feeRatePpm[edge] = columns.feeRatePpm[direction]!;
  edges.timeLockDelta[edge] = columns.timeLockDelta[direction]!;
  edges.minMsat[edge] = columns.minHtlcMsat[direction]!;
  edges.maxMsat[edge] = Math.min(
    columns.maxHtlcMsat[direction]!,
    capacityMsat(snapshot, direction),
  );
  edges.inboundBaseMsat[edge] = columns.inboundFeeBaseMsat[direction ^ 1]!;
  const inboundRatePpm = columns.inboundFeeRatePpm[direction ^ 1]!;
  edges.inboundRatePpm[edge] =
    siblings === 'any' ? Math.max(STEEPEST_SHARED_PPM, inboundRatePpm) : inboundRatePpm;
}

/** Makes an edge's terms good for a parallel direction too. The larger maximum names the route's channel. */
export function raiseToSibling(
  edges: EdgeTerms,
  edge: number,
  at: { snapshot: GraphSnapshot; direction: number },
): void {
  const { snapshot, direction } = at;
  const { columns } = snapshot;
  const raise = (column: Float64Array | Uint32Array, value: number): void => {
    if (value > column[edge]!) column[edge] = value;
  };
  raise(edges.feeBaseMsat, columns.feeBaseMsat[direction]!);
  raise(edges.feeRatePpm, columns.feeRatePpm[direction]!);
  raise(edges.timeLockDelta, columns.timeLockDelta[direction]!);
  raise(edges.minMsat, columns.minHtlcMsat[direction]!);
  raise(edges.inboundBaseMsat, columns.inboundFeeBaseMsat[direction ^ 1]!);
  raise(edges.inboundRatePpm, columns.inboundFeeRatePpm[direction ^ 1]!);
  const maximum = Math.min(columns.maxHtlcMsat[direction]!, capacityMsat(snapshot, direction));
  if (maximum > edges.maxMsat[edge]!) {
    edges.maxMsat[edge] = maximum;
    edges.direction[edge] = direction;
  }
}

/** Makes an edge's terms good for those of another edge between the same nodes too, but for amounts of its own. */
export function raiseToTerms(edges: EdgeTerms, edge: number, other: number): void {
  for (const column of [
    edges.feeBaseMsat,
    edges.feeRatePpm,
    edges.timeLockDelta,
    edges.inboundBaseMsat,
    edges.inboundRatePpm,
  ]) {
    if (column[other]! > column[edge]!) column[edge] = column[other]!;
  }
}

/** Whether a direction is announced, enabled, and wide enough for the amount. */
export function isWideEnough(
  snapshot: GraphSnapshot,
  direction: number,
  amountMsat: number,
): boolean {
  const { columns } = snapshot;
  return (
    (columns.flags[direction]! & (HAS_POLICY | DISABLED)) === HAS_POLICY &&
    columns.maxHtlcMsat[direction]! >= amountMsat &&
    capacityMsat(snapshot, direction) >= amountMsat
  );
}

/** The same, and the amount is not below the direction's minimum: then it is a sibling that a peer may pick. */
export const carriesAmount = (
  snapshot: GraphSnapshot,
  direction: number,
  amountMsat: number,
): boolean =>
  isWideEnough(snapshot, direction, amountMsat) &&
  snapshot.columns.minHtlcMsat[direction]! <= amountMsat;

/** A capacity of 0 means that the node could not look it up; it then bounds nothing. */
export function capacityMsat(snapshot: GraphSnapshot, direction: number): number {
  const capacitySat = snapshot.columns.capacitySat[direction >> 1]!;
  return capacitySat === 0 ? Number.POSITIVE_INFINITY : capacitySat * 1000;
}

/** Whether a larger amount could pay less: below -100 % the discount outgrows the amount, and the base still counts. */
export const isSteep = (terms: EdgeTerms, edge: number): boolean =>
  terms.inboundRatePpm[edge]! < -1_000_000 && terms.inboundBaseMsat[edge]! > 0;
