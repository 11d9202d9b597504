/** The network's description as lnd's ChannelGraph, rebuilt when the graph has changed and encoded once per version. */
import { ChannelGraph } from '../../generated/services/graph.ts';
import type { ChannelRecord, NodeRecord } from '../../ports.ts';
import type { NodeId } from '../../units/ids.ts';
import type { SimulatedNetwork } from '../network.ts';
import type { SimulatedNode } from '../node.ts';
import { writeEdge, writeNode } from './graph-messages.ts';

interface IndexedGraph {
  readonly nodes: ReadonlyMap<NodeId, NodeRecord>;
  readonly channels: readonly ChannelRecord[];
  readonly channelsOf: ReadonlyMap<NodeId, readonly ChannelRecord[]>;
}

export class GraphCache {
  readonly #network: SimulatedNetwork;
  readonly #node: SimulatedNode;
  readonly #unsubscribe: () => void;
  #indexed: IndexedGraph | undefined;
  readonly #messages = new Map<boolean, ChannelGraph>();
  readonly #encoded = new WeakMap<ChannelGraph, Buffer>();

  constructor(network: SimulatedNetwork, node: SimulatedNode) {
    this.#network = network;
    this.#node = node;
    this.#unsubscribe = network.onGraphChange(() => {
      this.#indexed = undefined;
      this.#messages.clear();
    });
  }

  /** The announced graph. */
  get announced(): IndexedGraph {
    this.#indexed ??= index(this.#network);
    return this.#indexed;
  }

  /** The same object until the graph changes. With `includeUnannounced` the node's own private channels too. */
  message(includeUnannounced: boolean): ChannelGraph {
    const cached = this.#messages.get(includeUnannounced);
    if (cached !== undefined) return cached;
    const { nodes, channels } = this.announced;
    const edges = channels.map(writeEdge);
    if (includeUnannounced) edges.push(...this.#privateChannels().map(writeEdge));
    const message: ChannelGraph = { nodes: [...nodes.values()].map(writeNode), edges };
    this.#messages.set(includeUnannounced, message);
    return message;
  }

  encode(message: ChannelGraph): Buffer {
    let bytes = this.#encoded.get(message);
    if (bytes === undefined) {
      bytes = Buffer.from(ChannelGraph.encode(message).finish());
      this.#encoded.set(message, bytes);
    }
    return bytes;
  }

  close(): void {
    this.#unsubscribe();
  }

  #privateChannels(): ChannelRecord[] {
    return this.#node
      .listChannels()
      .filter((channel) => channel.private)
      .map((channel) => this.#network.channelRecord(channel.channelId))
      .filter((record) => record !== undefined);
  }
}

function index(network: SimulatedNetwork): IndexedGraph {
  const { nodes, channels } = network.description();
  const channelsOf = new Map<NodeId, ChannelRecord[]>();
  for (const channel of channels) {
    for (const end of [channel.node1, channel.node2]) {
      const known = channelsOf.get(end);
      if (known === undefined) channelsOf.set(end, [channel]);
      else known.push(channel);
    }
  }
  return { nodes: new Map(nodes.map((node) => [node.nodeId, node])), channels, channelsOf };
}
