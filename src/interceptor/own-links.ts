/** Own channels by all the names that others have for them, with our policies. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelPolicy, OwnChannel } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

export interface OwnLink {
  readonly channel: OwnChannel;
  /** Ours; `undefined` where the graph has none. */
  readonly policy: ChannelPolicy | undefined;
}

export class OwnLinks {
  readonly all: readonly OwnLink[];
  readonly #byId = new Map<ChannelId, OwnLink>();
  readonly #byPeer: ReadonlyMap<NodeId, readonly OwnLink[]>;

  constructor(
    channels: readonly OwnChannel[],
    terms: { readonly snapshot: GraphSnapshot; readonly self: NodeId },
  ) {
    this.all = channels.map((channel) => ({ channel, policy: policyOf(channel, terms) }));
    for (const link of this.all) {
      for (const id of namesOf(link.channel)) this.#byId.set(id, link);
    }
    this.#byPeer = Map.groupBy(this.all, ({ channel }) => channel.peer);
  }

  get(channelId: ChannelId): OwnLink | undefined {
    return this.#byId.get(channelId);
  }

  to(peer: NodeId): readonly OwnLink[] {
    return this.#byPeer.get(peer) ?? [];
  }

  get peers(): Iterable<NodeId> {
    return this.#byPeer.keys();
  }
}

export const namesOf = (channel: OwnChannel): readonly ChannelId[] => [
  ...new Set([channel.channelId, channel.graphChannelId, ...(channel.aliases ?? [])]),
];

function policyOf(
  { graphChannelId }: OwnChannel,
  { snapshot, self }: { readonly snapshot: GraphSnapshot; readonly self: NodeId },
): ChannelPolicy | undefined {
  const direction = snapshot.directionFrom(graphChannelId, self);
  return direction === undefined ? undefined : (snapshot.policy(direction) ?? undefined);
}
