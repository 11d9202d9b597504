/** One request in the form that the label search works on: node indices, directions, and numbers. */
import { HAS_POLICY } from '../graph/columns.ts';
import type { Overlay } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { MAX_SEARCH_MSAT } from '../units/amounts.ts';
import type { ChannelId } from '../units/ids.ts';
import type { Exclusions } from './request.ts';
import {
  announcedMaximum,
  applyCeilings,
  applyExclusions,
  capacityMsat,
  closeOutgoing,
  ownMaximum,
  UNUSABLE,
} from './usable-directions.ts';

/** Limits as the search compares them; Infinity where there is none. */
export interface SearchLimits {
  /** Most that may leave us: amount plus the fee limit. */
  readonly maxSentMsat: number;
  readonly maxCltvBlocks: number;
  readonly maxHops: number;
  readonly maxOnionBytes: number;
}

/** The part of a request that shapes the space; limits come on top. */
export interface SpaceTerms {
  readonly source: number;
  readonly target: number;
  readonly amountMsat: number;
  readonly outChannels?: readonly ChannelId[] | undefined;
  readonly inChannels?: readonly ChannelId[] | undefined;
  readonly exclude?: Exclusions | undefined;
  readonly overlay?: Overlay | undefined;
  readonly finalCltvDelta: number;
  readonly blockHeight: number;
}

export interface SearchSpace {
  /** With the overlay's policies in place. */
  readonly snapshot: GraphSnapshot;
  readonly source: number;
  readonly target: number;
  readonly amountMsat: number;
  readonly finalCltvDelta: number;
  readonly blockHeight: number;
  /** By direction: the largest amount that may cross it, or -1. */
  readonly maxima: Float64Array;
  /** Directions that may leave the source and carry at least the amount, by the node that they lead to. */
  readonly firstInto: ReadonlyMap<number, readonly number[]>;
  /** Directions into the target that carry the amount. */
  readonly lastDirections: readonly number[];
  /** What the channels at either end could do at best, for explaining a refusal. */
  readonly ends: EndFacts;
}

interface EndFacts {
  readonly outgoingChannels: number;
  readonly bestSpendableMsat: number;
  readonly incomingChannels: number;
  readonly bestReceivableMsat: number;
}

export function searchSpace(given: GraphSnapshot, terms: SpaceTerms): SearchSpace {
  const snapshot = given.withPolicies(terms.overlay?.policies);
  const { source, target, amountMsat } = terms;
  const maxima = announcedMaximum(snapshot).slice();
  const first = firstDirections(snapshot, terms);
  const last = lastDirections(snapshot, terms, maxima);
  closeOutgoing(maxima, snapshot, source);
  closeOutgoing(maxima, snapshot, target);
  for (const { direction, maximum } of [...last, ...first]) maxima[direction] = maximum;
  applyExclusions(maxima, snapshot, terms.exclude);
  applyCeilings(maxima, snapshot, terms.overlay);

  const firstInto = new Map<number, number[]>();
  for (const { direction } of first) {
    if (maxima[direction]! < amountMsat) continue;
    const into = snapshot.to(direction);
    const others = firstInto.get(into);
    if (others === undefined) firstInto.set(into, [direction]);
    else others.push(direction);
  }
  const usableLast = last
    .map(({ direction }) => direction)
    .filter((d) => maxima[d]! >= amountMsat && snapshot.columns.minHtlcMsat[d]! <= amountMsat);
  return {
    snapshot,
    source,
    target,
    amountMsat,
    finalCltvDelta: terms.finalCltvDelta,
    blockHeight: terms.blockHeight,
    maxima,
    firstInto,
    lastDirections: usableLast,
    ends: {
      ...sumUp('outgoing', first, maxima),
      ...sumUp('incoming', last, maxima),
    } as EndFacts,
  };
}

interface EndDirection {
  readonly direction: number;
  readonly maximum: number;
}

/**
 * Own channels that the payment may leave by. Our own `disabled` flag does not bind us (lnd: `unified_edges.go`),
 * and a channel whose policy of ours is unknown can be used where its balance is known.
 */
function firstDirections(snapshot: GraphSnapshot, terms: SpaceTerms): EndDirection[] {
  const allowed = terms.outChannels === undefined ? undefined : new Set(terms.outChannels);
  const { offsets, outgoing } = snapshot.adjacency;
  const found: EndDirection[] = [];
  for (let i = offsets[terms.source]!; i < offsets[terms.source + 1]!; i++) {
    const direction = outgoing[i]!;
    const channelId = snapshot.channelId(direction >> 1);
    if (allowed !== undefined && !allowed.has(channelId)) continue;
    const hasPolicy = (snapshot.columns.flags[direction]! & HAS_POLICY) !== 0;
    if (!hasPolicy && terms.overlay?.ownChannels === undefined) continue;
    const policyMax = hasPolicy
      ? snapshot.columns.maxHtlcMsat[direction]!
      : Number.POSITIVE_INFINITY;
    const announced = Math.min(policyMax, capacityMsat(snapshot, direction));
    const maximum = ownMaximum(terms.overlay, { channelId, sense: 'spendable', announced });
    if (maximum !== UNUSABLE) found.push({ direction, maximum });
  }
  return found;
}

function lastDirections(
  snapshot: GraphSnapshot,
  terms: SpaceTerms,
  maxima: Float64Array,
): EndDirection[] {
  const allowed = terms.inChannels === undefined ? undefined : new Set(terms.inChannels);
  const circular = terms.source === terms.target;
  const { offsets, outgoing } = snapshot.adjacency;
  const found: EndDirection[] = [];
  for (let i = offsets[terms.target]!; i < offsets[terms.target + 1]!; i++) {
    const direction = outgoing[i]! ^ 1;
    const channelId = snapshot.channelId(direction >> 1);
    if (allowed !== undefined && !allowed.has(channelId)) continue;
    const announced = maxima[direction]!;
    if (announced === UNUSABLE) continue;
    const maximum = circular
      ? ownMaximum(terms.overlay, { channelId, sense: 'receivable', announced })
      : announced;
    if (maximum !== UNUSABLE) found.push({ direction, maximum });
  }
  return found;
}

function sumUp(
  sense: 'outgoing' | 'incoming',
  directions: readonly EndDirection[],
  maxima: Float64Array,
): Partial<EndFacts> {
  const open = directions.map(({ direction }) => maxima[direction]!).filter((m) => m !== UNUSABLE);
  const best = open.reduce((most, maximum) => Math.max(most, maximum), 0);
  const bounded = Math.min(best, Number(MAX_SEARCH_MSAT));
  return sense === 'outgoing'
    ? { outgoingChannels: open.length, bestSpendableMsat: bounded }
    : { incomingChannels: open.length, bestReceivableMsat: bounded };
}
