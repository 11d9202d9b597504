/** Loads the graph from our own node outwards, ring by ring, as far as the limits go. */
import type { GraphChannel } from '../../generated/services/ldk-server/types.ts';
import type { ChannelRecord, GraphDescription, NodeRecord, RejectedRecord } from '../../ports.ts';
import { type ChannelId, isNodeId, type NodeId } from '../../units/ids.ts';
import type { GraphReader, KnownNode } from './graph-reader.ts';
import { readGraphChannel } from './graph-record.ts';

/** How much of the graph is loaded. Each node and each channel costs a call, but for those known from before. */
export interface GraphLimits {
  /** Nodes whose channels are asked for. @defaultValue 400 */
  readonly maxNodes: number;
  /** @defaultValue 5,000: some ten seconds with a node on the same machine */
  readonly maxChannels: number;
  /** Rings of nodes around our own whose channels are asked for. @defaultValue 3: longer circles cost too much */
  readonly maxHops: number;
}

export const GRAPH_LIMITS: GraphLimits = { maxNodes: 400, maxChannels: 5_000, maxHops: 3 };

/** How far the graph has been read, ring by ring around our own node. */
export interface GraphProgress {
  /** The ring whose nodes were asked last; 0 is our own node. */
  readonly hops: number;
  readonly nodes: number;
  readonly channels: number;
  /** Nothing more will come: all is loaded, or a limit is reached. */
  readonly done: boolean;
}

/** Rather than after each of thousands of channels. */
const PROGRESS_EVERY = 50;

/** Ranks of channels; one for which both ends are known has one more. */
const OURS = 3;
const ONE_END_KNOWN = 1;

export interface GraphLoad {
  readonly reader: GraphReader;
  readonly self: NodeId;
  /** Peers of ours, whom the graph may not show to be such. */
  readonly peers: readonly NodeId[];
  readonly limits: GraphLimits;
  readonly onProgress: ((progress: GraphProgress) => void) | undefined;
}

/** Records that could not be read are among `rejected`, as with every graph. */
export async function loadGraph(load: GraphLoad): Promise<GraphDescription> {
  const growth = new Growth(load);
  let ring: readonly NodeId[] = [load.self, ...new Set(load.peers)];
  for (let hops = 0; hops <= load.limits.maxHops && ring.length > 0; hops++) {
    // Our own node and the peers that it lists are one step: the graph shows the same.
    if (!(await growth.takeRing(ring, hops))) break;
    ring = growth.nextRing();
  }
  return growth.finish();
}

class Growth {
  readonly #load: GraphLoad;
  readonly #nodes = new Map<NodeId, KnownNode>();
  readonly #asked = new Set<NodeId>();
  readonly #channels = new Map<ChannelId, ChannelRecord>();
  readonly #rejected = new Map<ChannelId, RejectedRecord>();
  #hops = 0;
  #told = 0;

  constructor(load: GraphLoad) {
    this.#load = load;
  }

  /** @returns Whether there is room for more. */
  async takeRing(ring: readonly NodeId[], hops: number): Promise<boolean> {
    const { reader, limits } = this.#load;
    this.#hops = hops;
    const nodes = ring.slice(0, Math.max(0, limits.maxNodes - this.#asked.size));
    for (const nodeId of nodes) this.#asked.add(nodeId);
    const lists: (readonly ChannelId[])[] = [];
    await reader.each(nodes, async (nodeId) => {
      const node = await reader.node(nodeId);
      if (node === undefined) return;
      this.#nodes.set(nodeId, node);
      lists.push(node.channels);
    });
    const wanted = this.#inOrder(lists);
    const room = Math.max(0, limits.maxChannels - this.#channels.size);
    await reader.each(wanted.slice(0, room), (channelId) => this.#takeChannel(channelId));
    return wanted.length <= room && nodes.length === ring.length;
  }

  /**
   * First our own, then those between two nodes that are known, which close circles; then others, of each node in turn,
   * so that one large node does not take all the room.
   */
  #inOrder(lists: readonly (readonly ChannelId[])[]): ChannelId[] {
    const ours = new Set(this.#nodes.get(this.#load.self)?.channels);
    const places = new Map<ChannelId, { rank: number; place: number }>();
    for (const list of lists) {
      let place = 0;
      for (const channelId of list) {
        if (this.#channels.has(channelId) || this.#rejected.has(channelId)) continue;
        const seen = places.get(channelId);
        const rank = ours.has(channelId) ? OURS : ONE_END_KNOWN;
        if (seen === undefined) places.set(channelId, { rank, place: place++ });
        else seen.rank++;
      }
    }
    return [...places]
      .sort(([, a], [, b]) => b.rank - a.rank || a.place - b.place)
      .map(([channelId]) => channelId);
  }

  async #takeChannel(channelId: ChannelId): Promise<void> {
    const channel: GraphChannel | undefined = await this.#load.reader.channel(channelId);
    // It has been closed since its node was asked.
    if (channel === undefined) return;
    const result = readGraphChannel(channelId, channel);
    if (result.kind === 'ok') this.#channels.set(channelId, result.record);
    else this.#rejected.set(channelId, result.rejected);
    if (this.#channels.size >= this.#told + PROGRESS_EVERY) this.#tell(false);
  }

  /** Ends of loaded channels that have not been asked, those with most channels first. */
  nextRing(): readonly NodeId[] {
    const counts = new Map<NodeId, number>();
    for (const { node1, node2 } of this.#channels.values()) {
      for (const end of [node1, node2]) {
        if (!this.#asked.has(end) && isNodeId(end)) counts.set(end, (counts.get(end) ?? 0) + 1);
      }
    }
    return [...counts].sort(([, a], [, b]) => b - a).map(([nodeId]) => nodeId);
  }

  finish(): GraphDescription {
    this.#tell(true);
    const ends = [...this.#channels.values()].flatMap(({ node1, node2 }) => [node1, node2]);
    const nodes: NodeRecord[] = [...new Set([...this.#nodes.keys(), ...ends])].map((nodeId) => {
      const { alias = '', lastUpdate = 0 } = this.#nodes.get(nodeId) ?? {};
      return { nodeId, alias, lastUpdate };
    });
    return {
      nodes,
      channels: [...this.#channels.values()],
      rejected: [...this.#rejected.values()],
    };
  }

  #tell(done: boolean): void {
    this.#told = this.#channels.size;
    this.#load.onProgress?.({
      hops: this.#hops,
      nodes: this.#nodes.size,
      channels: this.#channels.size,
      done,
    });
  }
}
