/** The announced graph as those who pay search it: one entry per direction, by the node it leads to. */
import type { ChannelPolicy, ChannelRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { GraphChange, SimulatedNetwork } from './network.ts';

/** A direction of a channel: `from` may send over it by `policy`; `inbound` are `to`'s terms for what comes in. */
export interface TrafficEdge {
  /** Stays the same as long as the channel is there. */
  readonly key: string;
  readonly channelId: ChannelId;
  readonly from: number;
  readonly to: number;
  readonly capacityMsat: number;
  policy: EdgePolicy;
  inbound: { readonly baseMsat: number; readonly ppm: number };
}

/** The announced policy with its amounts as numbers, which the search reckons in, and as they are. */
interface EdgePolicy {
  readonly exact: ChannelPolicy;
  readonly baseMsat: number;
  readonly ppm: number;
  readonly minMsat: number;
  readonly maxMsat: number;
  readonly timeLockDelta: number;
  readonly disabled: boolean;
}

export class TrafficGraph {
  readonly #network: SimulatedNetwork;
  readonly #unsubscribe: () => void;
  #nodes: readonly NodeId[] = [];
  #places: ReadonlyMap<NodeId, number> = new Map();
  #into: readonly (readonly TrafficEdge[])[] = [];
  #byChannel = new Map<ChannelId, TrafficEdge[]>();
  #stale = true;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
    this.#unsubscribe = network.onGraphChange((change) => this.#follow(change));
  }

  close(): void {
    this.#unsubscribe();
  }

  get nodeCount(): number {
    this.#refresh();
    return this.#nodes.length;
  }

  nodeAt(place: number): NodeId {
    return this.#nodes[place]!;
  }

  placeOf(nodeId: NodeId): number | undefined {
    this.#refresh();
    return this.#places.get(nodeId);
  }

  /** Directions that lead to a node; those without a policy are left out. */
  into(place: number): readonly TrafficEdge[] {
    return this.#into[place]!;
  }

  #follow(change: GraphChange): void {
    if (change.kind === 'channel_opened' || change.kind === 'channel_removed') this.#stale = true;
    if (change.kind !== 'policy' || this.#stale) return;
    const record = this.#network.channelRecord(change.channelId);
    const edges = this.#byChannel.get(change.channelId);
    if (record === undefined || edges === undefined) return;
    for (const fresh of directionsOf(record, this.#places)) {
      const edge = edges.find(({ from }) => from === fresh.from);
      // A direction that had no policy before is a new one.
      if (edge === undefined) this.#stale = true;
      else Object.assign(edge, { policy: fresh.policy, inbound: fresh.inbound });
    }
  }

  #refresh(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const { nodes, channels } = this.#network.description();
    this.#nodes = nodes.map(({ nodeId }) => nodeId);
    this.#places = new Map(this.#nodes.map((nodeId, place) => [nodeId, place]));
    const into: TrafficEdge[][] = this.#nodes.map(() => []);
    this.#byChannel = new Map();
    for (const record of channels) {
      const edges = directionsOf(record, this.#places);
      for (const edge of edges) into[edge.to]!.push(edge);
      this.#byChannel.set(record.channelId, edges);
    }
    this.#into = into;
  }
}

function directionsOf(record: ChannelRecord, places: ReadonlyMap<NodeId, number>): TrafficEdge[] {
  const { channelId, node1, node2, policy1, policy2 } = record;
  const capacityMsat = Number(record.capacitySat) * 1000;
  const edge = (ends: [NodeId, NodeId], out: ChannelPolicy, back: ChannelPolicy | null) => ({
    key: `${channelId}/${ends[0]}`,
    channelId,
    from: places.get(ends[0])!,
    to: places.get(ends[1])!,
    capacityMsat,
    policy: {
      exact: out,
      baseMsat: Number(out.feeBaseMsat),
      ppm: out.feeRatePpm,
      minMsat: Number(out.minHtlcMsat),
      timeLockDelta: out.timeLockDelta,
      disabled: out.disabled,
      maxMsat: Math.min(capacityMsat, Number(out.maxHtlcMsat ?? record.capacitySat * 1000n)),
    },
    inbound: {
      baseMsat: Number(back?.inboundFeeBaseMsat ?? 0n),
      ppm: back?.inboundFeeRatePpm ?? 0,
    },
  });
  const edges: TrafficEdge[] = [];
  if (policy1 !== null) edges.push(edge([node1, node2], policy1, policy2));
  if (policy2 !== null) edges.push(edge([node2, node1], policy2, policy1));
  return edges;
}
