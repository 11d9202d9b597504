/** Which of our channels a name stands for. */
import type { OwnChannel } from '../ports.ts';
import { type ChannelId, isNodeId, tryParseChannelId } from '../units/ids.ts';
import { type ChannelNames, PlanRequestError } from './rebalance-plan-request.ts';

/** Names, by where they stand in a request. */
export interface NamedChannels {
  /** Ids under which the node lists them. */
  readonly channels: ReadonlySet<ChannelId>;
  /** Names of nothing that we have, as they were given. */
  readonly unknown: readonly string[];
}

export class ChannelNaming {
  readonly #channels: readonly OwnChannel[];
  readonly #tags: ReadonlyMap<string, ChannelNames>;

  constructor(
    channels: readonly OwnChannel[],
    tags: Readonly<Record<string, ChannelNames>> | undefined,
  ) {
    this.#channels = channels;
    this.#tags = new Map(Object.entries(tags ?? {}));
  }

  /** @throws PlanRequestError for an alias that several peers go by, and for a tag that stands for itself. */
  resolve(where: string, names: ChannelNames): NamedChannels {
    const channels = new Set<ChannelId>();
    const unknown: string[] = [];
    for (const name of listOf(names)) {
      const found = this.#named(name.trim(), { where, within: [] });
      if (found.length === 0) unknown.push(name);
      for (const channelId of found) channels.add(channelId);
    }
    return { channels, unknown };
  }

  #named(
    name: string,
    at: { readonly where: string; readonly within: readonly string[] },
  ): readonly ChannelId[] {
    const tagged = this.#tags.get(name);
    if (tagged === undefined) return this.#plainly(name, at.where);
    if (at.within.includes(name)) {
      throw new PlanRequestError(
        `tags: "${name}" stands for itself (${[...at.within, name].join(' -> ')}); name channels instead`,
      );
    }
    const within = [...at.within, name];
    return listOf(tagged).flatMap((inner) =>
      this.#named(inner.trim(), { where: `tags.${name}`, within }),
    );
  }

  #plainly(name: string, where: string): readonly ChannelId[] {
    const nodeId = name.toLowerCase();
    if (isNodeId(nodeId)) return idsOf(this.#channels.filter(({ peer }) => peer === nodeId));
    const id = tryParseChannelId(name);
    const byId = this.#channels.filter(
      ({ channelId, graphChannelId }) => channelId === id || graphChannelId === id,
    );
    return byId.length > 0 ? idsOf(byId) : this.#byAlias(name, where);
  }

  #byAlias(name: string, where: string): readonly ChannelId[] {
    const alias = name.toLowerCase();
    if (alias === '') return [];
    const found = this.#channels.filter(
      ({ peerAlias }) => peerAlias.trim().toLowerCase() === alias,
    );
    const peers = new Set(found.map(({ peer }) => peer));
    if (peers.size > 1) {
      throw new PlanRequestError(
        `${where}: ${peers.size} peers go by the alias "${name}"; give a node id: ${[...peers].join(', ')}`,
      );
    }
    return idsOf(found);
  }
}

const listOf = (names: ChannelNames): readonly string[] =>
  typeof names === 'string' ? [names] : names;

const idsOf = (channels: readonly OwnChannel[]): readonly ChannelId[] =>
  channels.map(({ channelId }) => channelId);
