/**
 * Which channel of the graph each of our own is. LDK Server tells no short channel ids, so they are recognised by peer,
 * capacity and the index of the funding output, which is the last part of a short channel id (BOLT 7).
 */
import type { ChannelId, NodeId } from '../../units/ids.ts';

/** What LDK Server tells of a channel of ours. */
export interface ListedLdkChannel {
  /** Decimal; stays with the channel for its life. */
  readonly userChannelId: string;
  readonly peer: NodeId;
  readonly capacitySat: bigint;
  /** `null` until the channel is funded. */
  readonly fundingIndex: number | null;
  readonly announced: boolean;
  readonly ready: boolean;
}

/** A channel that the graph shows between us and a peer. */
export interface GraphCandidate {
  readonly channelId: ChannelId;
  readonly peer: NodeId;
  /** `null` where the graph does not tell. */
  readonly capacitySat: bigint | null;
}

/** Which channel of the graph one of LDK Server's channels is, where that can be told. */
export type ChannelMapping =
  | { readonly kind: 'mapped'; readonly channelId: ChannelId }
  /** Several of our channels, or several of the graph's, look the same: a guess could move money the wrong way. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly ChannelId[] }
  /** `private`: it is not to be announced. `unconfirmed`: not ready yet. `not_seen`: the graph lacks it so far. */
  | { readonly kind: 'unknown'; readonly why: 'private' | 'unconfirmed' | 'not_seen' };

/** In the order of the list. */
export function mapChannels(
  listed: readonly ListedLdkChannel[],
  graph: readonly GraphCandidate[],
): readonly ChannelMapping[] {
  const candidates = listed.map((own) => graph.filter((candidate) => looksLike(candidate, own)));
  const claims = Map.groupBy(candidates.flat(), ({ channelId }) => channelId);
  return listed.map((own, i) => {
    const why = unmappable(own);
    if (why !== undefined) return { kind: 'unknown', why };
    const found = candidates[i] ?? [];
    const [first] = found;
    if (first === undefined) return { kind: 'unknown', why: 'not_seen' };
    if (found.length === 1 && claims.get(first.channelId)?.length === 1) {
      return { kind: 'mapped', channelId: first.channelId };
    }
    return { kind: 'ambiguous', candidates: found.map(({ channelId }) => channelId) };
  });
}

function unmappable(own: ListedLdkChannel): 'private' | 'unconfirmed' | undefined {
  if (!own.ready || own.fundingIndex === null) return 'unconfirmed';
  return own.announced ? undefined : 'private';
}

const looksLike = (candidate: GraphCandidate, own: ListedLdkChannel): boolean =>
  unmappable(own) === undefined &&
  candidate.peer === own.peer &&
  (candidate.capacitySat === null || candidate.capacitySat === own.capacitySat) &&
  Number(BigInt(candidate.channelId) & 0xffffn) === own.fundingIndex;
