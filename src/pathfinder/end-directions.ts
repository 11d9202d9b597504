/** The channels that a path may begin and end with, and the most that each can carry in this request. */
import { DISABLED, HAS_POLICY } from '../graph/columns.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelId } from '../units/ids.ts';
import type { NodePair } from './request.ts';
import type { SpaceTerms } from './space-terms.ts';
import { capacityMsat, carriesAmount, type EdgeTerms, raiseToSibling } from './view-edges.ts';

export interface EndDirection {
  readonly direction: number;
  /** Largest amount that it can take part with. */
  readonly maximum: number;
}

export const largest = (found: readonly EndDirection[]): number =>
  found.reduce((most, { maximum }) => Math.max(most, Math.min(maximum, 2 ** 52)), 0);

/** Directions that leave a node over its own channels: those named, or all. */
function* ownDirections(
  snapshot: GraphSnapshot,
  node: number,
  named: readonly ChannelId[] | undefined,
): Iterable<number> {
  if (named === undefined) {
    const { offsets, outgoing } = snapshot.adjacency;
    yield* outgoing.subarray(offsets[node]!, offsets[node + 1]!);
    return;
  }
  for (const channelId of new Set(named)) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    if (snapshot.from(2 * slot) === node) yield 2 * slot;
    else if (snapshot.to(2 * slot) === node) yield 2 * slot + 1;
  }
}

/**
 * Own channels that the payment may leave by. Our own `disabled` flag does not bind us (lnd: `unified_edges.go`),
 * and a channel whose policy of ours is unknown can be used where its balance is known.
 */
export function firstDirections(snapshot: GraphSnapshot, terms: SpaceTerms): EndDirection[] {
  const found: EndDirection[] = [];
  for (const direction of ownDirections(snapshot, terms.source, terms.outChannels)) {
    const hasPolicy = (snapshot.columns.flags[direction]! & HAS_POLICY) !== 0;
    if (!hasPolicy && terms.overlay?.ownChannels === undefined) continue;
    const policyMax = hasPolicy
      ? snapshot.columns.maxHtlcMsat[direction]!
      : Number.POSITIVE_INFINITY;
    const announced = Math.min(policyMax, capacityMsat(snapshot, direction));
    const maximum = endMaximum(snapshot, terms, { direction, sense: 'spendable', announced });
    if (maximum >= 0) found.push({ direction, maximum });
  }
  return found;
}

export function lastDirections(snapshot: GraphSnapshot, terms: SpaceTerms): EndDirection[] {
  const found: EndDirection[] = [];
  for (const outwards of ownDirections(snapshot, terms.target, terms.inChannels)) {
    const direction = outwards ^ 1;
    const maximum = lastMaximum(snapshot, terms, direction);
    if (maximum >= 0) found.push({ direction, maximum });
  }
  return found;
}

/** Largest amount that can arrive at the target over a direction, or -1 where it is closed. */
function lastMaximum(snapshot: GraphSnapshot, terms: SpaceTerms, direction: number): number {
  const { columns } = snapshot;
  if ((columns.flags[direction]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) return -1;
  const announced = Math.min(columns.maxHtlcMsat[direction]!, capacityMsat(snapshot, direction));
  const sense = terms.source === terms.target ? 'receivable' : 'announced';
  return endMaximum(snapshot, terms, { direction, sense, announced });
}

/** The announced maximum, narrowed by our own balance, by exclusions and by what is known about the pair. */
function endMaximum(
  snapshot: GraphSnapshot,
  terms: SpaceTerms,
  at: {
    direction: number;
    sense: 'spendable' | 'receivable' | 'announced';
    announced: number;
  },
): number {
  const { overlay, exclude } = terms;
  const channelId = snapshot.channelId(at.direction >> 1);
  if (exclude?.channels?.includes(channelId) === true) return -1;
  let maximum = at.announced;
  if (overlay?.ownChannels !== undefined && at.sense !== 'announced') {
    const own = overlay.ownChannels.find((channel) => channel.channelId === channelId);
    if (own === undefined || !own.active) return -1;
    maximum = Math.min(
      maximum,
      Number(at.sense === 'spendable' ? own.spendableMsat : own.receivableMsat),
    );
  }
  const isPair = ({ from, to }: NodePair): boolean =>
    snapshot.nodeIndex(from) === snapshot.from(at.direction) &&
    snapshot.nodeIndex(to) === snapshot.to(at.direction);
  if (exclude?.pairs?.some(isPair) === true) return -1;
  for (const ceiling of overlay?.ceilings ?? []) {
    if (isPair(ceiling)) maximum = Math.min(maximum, Number(ceiling.atLeastMsat) - 1);
  }
  return maximum;
}

/** The last peer may hand the payment over on any of its channels to us that has the room. */
export function raiseToEndSiblings(
  endTerms: EdgeTerms,
  edge: number,
  at: { snapshot: GraphSnapshot; direction: number; terms: SpaceTerms },
): void {
  const { snapshot, direction, terms } = at;
  const { offsets, outgoing } = snapshot.adjacency;
  const peer = snapshot.from(direction);
  for (let i = offsets[terms.target]!; i < offsets[terms.target + 1]!; i++) {
    const sibling = outgoing[i]! ^ 1;
    if (sibling === direction || snapshot.from(sibling) !== peer) continue;
    if (!carriesAmount(snapshot, sibling, terms.amountMsat)) continue;
    if (lastMaximum(snapshot, terms, sibling) < terms.amountMsat) continue;
    raiseToSibling(endTerms, edge, { snapshot, direction: sibling });
  }
}
