/**
 * Which directions a request may use, as one number each: the largest amount that may cross it, or -1. All that
 * decides about a direction apart from its price ends up here, so that the search itself asks one question.
 */
import { DISABLED, HAS_POLICY } from '../graph/columns.ts';
import type { Overlay } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelId } from '../units/ids.ts';
import type { Exclusions, NodePair } from './request.ts';

export const UNUSABLE = -1;

const announcedMaxima = new WeakMap<GraphSnapshot, Float64Array>();

/** What the announced policies allow, by direction; shared, so copy before writing. */
export function announcedMaximum(snapshot: GraphSnapshot): Float64Array {
  const known = announcedMaxima.get(snapshot);
  if (known !== undefined) return known;
  const { columns } = snapshot;
  const maxima = new Float64Array(2 * snapshot.channelSlots);
  for (let direction = 0; direction < maxima.length; direction++) {
    const usable = (columns.flags[direction]! & (HAS_POLICY | DISABLED)) === HAS_POLICY;
    maxima[direction] = usable
      ? Math.min(columns.maxHtlcMsat[direction]!, capacityMsat(snapshot, direction))
      : UNUSABLE;
  }
  announcedMaxima.set(snapshot, maxima);
  return maxima;
}

/** A capacity of 0 means that the node could not look it up; it then bounds nothing. */
export function capacityMsat(snapshot: GraphSnapshot, direction: number): number {
  const capacitySat = snapshot.columns.capacitySat[direction >> 1]!;
  return capacitySat === 0 ? Number.POSITIVE_INFINITY : capacitySat * 1000;
}

/** Closes every direction that leaves a node, which takes the node out of all paths but as their end. */
export function closeOutgoing(maxima: Float64Array, snapshot: GraphSnapshot, node: number): void {
  const { offsets, outgoing } = snapshot.adjacency;
  for (let i = offsets[node]!; i < offsets[node + 1]!; i++) maxima[outgoing[i]!] = UNUSABLE;
}

export function applyExclusions(
  maxima: Float64Array,
  snapshot: GraphSnapshot,
  exclude: Exclusions | undefined,
): void {
  for (const nodeId of exclude?.nodes ?? []) {
    const node = snapshot.nodeIndex(nodeId);
    if (node !== undefined) closeOutgoing(maxima, snapshot, node);
  }
  for (const channelId of exclude?.channels ?? []) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    maxima[2 * slot] = UNUSABLE;
    maxima[2 * slot + 1] = UNUSABLE;
  }
  for (const { from, to } of exclude?.pairs ?? []) {
    lowerPair(maxima, snapshot, { from, to, maximum: UNUSABLE });
  }
}

export function applyCeilings(
  maxima: Float64Array,
  snapshot: GraphSnapshot,
  overlay: Overlay | undefined,
): void {
  for (const { from, to, atLeastMsat } of overlay?.ceilings ?? []) {
    const below = atLeastMsat - 1n;
    lowerPair(maxima, snapshot, { from, to, maximum: below > 0n ? Number(below) : UNUSABLE });
  }
}

function lowerPair(
  maxima: Float64Array,
  snapshot: GraphSnapshot,
  pair: NodePair & { maximum: number },
): void {
  const from = snapshot.nodeIndex(pair.from);
  const to = snapshot.nodeIndex(pair.to);
  if (from === undefined || to === undefined) return;
  const { offsets, outgoing } = snapshot.adjacency;
  for (let i = offsets[from]!; i < offsets[from + 1]!; i++) {
    const direction = outgoing[i]!;
    if (snapshot.to(direction) !== to) continue;
    maxima[direction] = Math.min(maxima[direction]!, pair.maximum);
  }
}

/** Largest amount that our own channel can take part with, in the given sense; -1 where it is closed to us. */
export function ownMaximum(
  overlay: Overlay | undefined,
  at: { channelId: ChannelId; sense: 'spendable' | 'receivable'; announced: number },
): number {
  if (overlay?.ownChannels === undefined) return at.announced;
  const channel = overlay.ownChannels.find((own) => own.channelId === at.channelId);
  if (channel === undefined || !channel.active) return UNUSABLE;
  const balance = at.sense === 'spendable' ? channel.spendableMsat : channel.receivableMsat;
  return Math.min(at.announced, Number(balance));
}
