/** What the methods of a served LDK Server share: the node, and the names that LDK gives its channels. */
import { createHash } from 'node:crypto';
import type { ChannelRecord } from '../../ports.ts';
import type { ChannelId, NodeId } from '../../units/ids.ts';
import type { SimulatedNetwork } from '../network.ts';
import type { SimulatedNode } from '../node.ts';
import type { SimulatedChannelView } from '../records.ts';

export class ServedLdkNode {
  readonly network: SimulatedNetwork;
  readonly node: SimulatedNode;
  /** Channels that were spliced keep the user channel id of the first. */
  readonly #heirs = new Map<ChannelId, string>();
  #graph: IndexedGraph | undefined;
  readonly #unsubscribe: () => void;

  constructor(network: SimulatedNetwork, nodeId: NodeId) {
    this.network = network;
    this.node = network.node(nodeId);
    this.#unsubscribe = network.onGraphChange(() => {
      this.#graph = undefined;
    });
  }

  /** Announced channels, by id and by node. */
  get graph(): IndexedGraph {
    this.#graph ??= index(this.network);
    return this.#graph;
  }

  /** Decimal, of 128 bits. */
  userChannelId(channelId: ChannelId): string {
    const inherited = this.#heirs.get(channelId);
    if (inherited !== undefined) return inherited;
    return BigInt(`0x${digest(`user ${channelId}`).slice(0, 32)}`).toString();
  }

  /** One of our channels; `undefined` where none has these names. */
  channelBy(names: {
    readonly userChannelId: string;
    readonly peer: string;
  }): SimulatedChannelView | undefined {
    return this.node
      .listChannels()
      .find(
        ({ channelId, peer }) =>
          peer === names.peer && this.userChannelId(channelId) === names.userChannelId,
      );
  }

  inherit(from: ChannelId, to: ChannelId): void {
    this.#heirs.set(to, this.userChannelId(from));
  }

  close(): void {
    this.#unsubscribe();
  }
}

interface IndexedGraph {
  readonly channels: ReadonlyMap<ChannelId, ChannelRecord>;
  readonly channelsOf: ReadonlyMap<string, readonly ChannelId[]>;
  readonly aliases: ReadonlyMap<string, { readonly alias: string; readonly lastUpdate: number }>;
}

function index(network: SimulatedNetwork): IndexedGraph {
  const { nodes, channels } = network.description();
  const channelsOf = new Map<string, ChannelId[]>();
  for (const { node1, node2, channelId } of channels) {
    for (const end of [node1, node2]) {
      const known = channelsOf.get(end);
      if (known === undefined) channelsOf.set(end, [channelId]);
      else known.push(channelId);
    }
  }
  return {
    channels: new Map(channels.map((channel) => [channel.channelId, channel])),
    channelsOf,
    aliases: new Map(nodes.map(({ nodeId, alias, lastUpdate }) => [nodeId, { alias, lastUpdate }])),
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Changes with the funding output. */
export const ldkChannelId = (channelId: ChannelId): string => digest(`channel ${channelId}`);

/** The short channel id's last part is the index of the funding output (BOLT 7). */
export const outputIndex = (channelId: ChannelId): number => Number(BigInt(channelId) & 0xffffn);

/** A made-up block hash: blocks are not simulated, yet clients expect one. */
export const blockHash = (height: number): string => digest(`block ${height}`);
