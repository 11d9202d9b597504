/**
 * The network as graphology-shortest-path can search it. Its weights cannot depend on the amount, so the network is
 * made such that costs do not: no rates, no inbound fees, no minima, and maxima that bind at the amount or not at all.
 */
import { MultiDirectedGraph } from 'graphology';
import { bidirectional } from 'graphology-shortest-path/dijkstra.js';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { ChannelPolicy, ChannelRecord, GraphDescription } from '../../src/ports.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

/** A channel in one direction; `weight` is what its start asks for forwarding over it. */
export interface Link {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly weight: number;
}

/** Which of the parallel channels between two nodes a route is charged for. */
export type Siblings = 'any' | 'named';

/** The description with base fees only; directions that cannot carry the amount have no policy, the others no bound. */
export function withFixedWeights(
  description: GraphDescription,
  amountMsat: bigint,
): GraphDescription {
  const fixed = (policy: ChannelPolicy | null, { capacitySat }: ChannelRecord) => {
    if (policy === null || policy.disabled) return null;
    const { feeBaseMsat, maxHtlcMsat } = policy;
    if (capacitySat * 1000n < amountMsat || (maxHtlcMsat ?? amountMsat) < amountMsat) return null;
    return {
      feeBaseMsat,
      feeRatePpm: 0,
      timeLockDelta: 0,
      minHtlcMsat: 0n,
      maxHtlcMsat: null,
      disabled: false,
      inboundFeeBaseMsat: 0n,
      inboundFeeRatePpm: 0,
      lastUpdate: 0,
    };
  };
  const channels = description.channels.map((channel) => ({
    ...channel,
    capacitySat: 0n,
    policy1: fixed(channel.policy1, channel),
    policy2: fixed(channel.policy2, channel),
  }));
  return { ...description, channels };
}

export class GraphologyOracle {
  readonly graph: NetworkGraph;
  readonly #walk = new MultiDirectedGraph<object, Link>();

  constructor(description: GraphDescription, siblings: Siblings) {
    const { graph, rejected } = NetworkGraph.fromDescription(description);
    if (rejected.length > 0) throw new Error(`rejected: ${JSON.stringify(rejected[0])}`);
    this.graph = graph;
    const view = graph.graphology;
    for (const node of view.nodes()) this.#walk.addNode(node);
    view.forEachEdge((key, policy, from, to) => {
      const { channelId, feeBaseMsat } = policy;
      const link = { channelId, from: from as NodeId, to: to as NodeId };
      this.#walk.addDirectedEdgeWithKey(key, from, to, { ...link, weight: Number(feeBaseMsat) });
    });
    if (siblings === 'any') this.#levelSiblings();
  }

  /** Directions that carry the amount, by the node they start or end at. */
  leaving(node: NodeId): Link[] {
    return this.#walk.mapOutboundEdges(node, (_, link) => link);
  }

  entering(node: NodeId): Link[] {
    return this.#walk.mapInboundEdges(node, (_, link) => link);
  }

  /** What the cheapest way costs, our own first channel free of charge; `undefined` where there is none. */
  routeFeeMsat(from: NodeId, to: NodeId): bigint | undefined {
    const weight = (link: Link): number => (link.from === from ? 0 : link.weight);
    return this.#distance(from, to, weight);
  }

  /** The same for the circle that leaves over one given channel and returns over another. */
  circleFeeMsat(out: Link, back: Link): bigint | undefined {
    const self = out.from;
    const own = [...this.leaving(self), ...this.entering(self)];
    // Self would be a short cut between its own channels: it must leave the graph.
    const keys = this.#walk.edges(self).map((key) => [key, this.#walk.source(key)] as const);
    this.#walk.dropNode(self);
    const between =
      out.to === back.from ? 0n : this.#distance(out.to, back.from, ({ weight }) => weight);
    this.#walk.addNode(self);
    for (const [key, source] of keys) {
      const link = own.find((l) => key.startsWith(`${l.channelId}/`) && l.from === source)!;
      this.#walk.addDirectedEdgeWithKey(key, link.from, link.to, link);
    }
    return between === undefined ? undefined : between + BigInt(back.weight);
  }

  #distance(from: NodeId, to: NodeId, weight: (link: Link) => number): bigint | undefined {
    const nodes: string[] | null = bidirectional(this.#walk, from, to, (_, link) => weight(link));
    if (nodes === null) return undefined;
    let sum = 0;
    for (let i = 0; i + 1 < nodes.length; i++) {
      const links = this.#walk.mapOutboundEdges(nodes[i], nodes[i + 1], (_, link) => weight(link));
      sum += Math.min(...links);
    }
    return BigInt(sum);
  }

  /** Whichever of the parallel channels is taken must be paid for: all get the weight of the dearest. */
  #levelSiblings(): void {
    const dearest = new Map<string, number>();
    const pair = ({ from, to }: Link): string => `${from}${to}`;
    this.#walk.forEachEdge((_, link) => {
      dearest.set(pair(link), Math.max(link.weight, dearest.get(pair(link)) ?? 0));
    });
    this.#walk.updateEachEdgeAttributes((_, link) => ({
      ...link,
      weight: dearest.get(pair(link))!,
    }));
  }
}
