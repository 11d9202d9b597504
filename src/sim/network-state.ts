/** What the parts of the simulator share: nodes, channels, height, queue, and the look-ups among them. */
import type { Clock, NodeRecord } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { SimulatedChannel } from './channel.ts';
import { Feed } from './feed.ts';
import { InvoiceStore } from './invoice-store.ts';
import type { ForwardingWays, HtlcChange } from './network-records.ts';
import { PaymentStore } from './payment-store.ts';
import type { SeededRandom } from './random.ts';
import type { ForwardRecord, SimulatedHtlcEvent } from './records.ts';
import { TaskQueue } from './task-queue.ts';

/** An HTLC that a node sits on, and the two ways on from there. */
export interface HeldHtlc {
  readonly paymentHash: PaymentHash;
  readonly resume: () => void;
  readonly fail: () => void;
}

export class NodeState {
  readonly nodeId: NodeId;
  readonly alias: string;
  /** Unix seconds of the announcement. */
  readonly lastUpdate: number;
  readonly channels: Set<SimulatedChannel> = new Set();
  readonly forwards: ForwardRecord[] = [];
  readonly events: Feed<SimulatedHtlcEvent> = new Feed();
  readonly held: HeldHtlc[] = [];
  readonly #stores: () => { invoices: InvoiceStore; payments: PaymentStore };
  #opened: { invoices: InvoiceStore; payments: PaymentStore } | undefined;
  online = true;
  delayMs = 0;
  allowCircularRoute = false;
  ways: ForwardingWays = { skimMsat: 0n, prefersSiblings: false };
  /** Which arriving HTLCs the node sits on. */
  holds: ((paymentHash: PaymentHash) => boolean) | null = null;

  constructor(parts: {
    nodeId: NodeId;
    alias: string;
    lastUpdate: number;
    stores: () => { invoices: InvoiceStore; payments: PaymentStore };
  }) {
    this.nodeId = parts.nodeId;
    this.alias = parts.alias;
    this.lastUpdate = parts.lastUpdate;
    this.#stores = parts.stores;
  }

  /** Made on first use: of twenty thousand nodes, few ever see an invoice. */
  get stores(): { readonly invoices: InvoiceStore; readonly payments: PaymentStore } {
    this.#opened ??= this.#stores();
    return this.#opened;
  }

  /** Tells the invoices of a new height, if there are any. */
  blockMined(): void {
    this.#opened?.invoices.blockMined();
  }
}

export class NetworkState {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly queue: TaskQueue;
  readonly nodes: Map<NodeId, NodeState> = new Map();
  readonly channels: Map<ChannelId, SimulatedChannel> = new Map();
  /** Alias of a private channel -> the channel. */
  readonly aliases: Map<ChannelId, SimulatedChannel> = new Map();
  readonly htlcListeners: Set<(change: HtlcChange) => void> = new Set();
  readonly #parked: { readonly channel: SimulatedChannel; readonly task: () => void }[] = [];
  blockHeight: number;

  constructor(parts: { clock: Clock; random: SeededRandom; blockHeight: number }) {
    this.clock = parts.clock;
    this.random = parts.random;
    this.blockHeight = parts.blockHeight;
    this.queue = new TaskQueue(parts.clock);
  }

  /** @throws RangeError when the network has no such node. */
  node(nodeId: NodeId): NodeState {
    const node = this.nodes.get(nodeId);
    if (node === undefined) throw new RangeError(`the network has no node ${nodeId}; add it first`);
    return node;
  }

  /** @throws RangeError when the network has no such channel. */
  channel(channelId: ChannelId): SimulatedChannel {
    const channel = this.channels.get(channelId);
    if (channel === undefined) throw new RangeError(`the network has no channel ${channelId}`);
    return channel;
  }

  addNode(node: NodeRecord): void {
    const secrets = this.random.fork(`secrets of ${node.nodeId}`);
    const stores = () => ({
      invoices: new InvoiceStore({
        clock: this.clock,
        blockHeight: () => this.blockHeight,
        secret: () => secrets.bytes(32),
      }),
      payments: new PaymentStore(this.clock),
    });
    this.nodes.set(node.nodeId, new NodeState({ ...node, stores }));
  }

  peerOn(channel: SimulatedChannel, nodeId: NodeId): NodeState {
    return this.node(channel.ends[channel.endOf(nodeId) === 0 ? 1 : 0]);
  }

  /** The channel that a node finds under an id for its own payments: its confirmed id or the node's alias. */
  ownChannel(nodeId: NodeId, channelId: ChannelId): SimulatedChannel | undefined {
    const channel = this.channels.get(channelId);
    if (channel !== undefined) return channel.ends.includes(nodeId) ? channel : undefined;
    const aliased = this.aliases.get(channelId);
    if (aliased === undefined || !aliased.ends.includes(nodeId)) return undefined;
    return aliased.aliases?.[aliased.endOf(nodeId)] === channelId ? aliased : undefined;
  }

  /** The same for forwards: a channel that has aliases is not known by its confirmed id (lnd: `getLinkByMapping`). */
  requestedChannel(nodeId: NodeId, channelId: ChannelId): SimulatedChannel | undefined {
    const channel = this.ownChannel(nodeId, channelId);
    return channel?.aliases != null && channel.channelId === channelId ? undefined : channel;
  }

  peersOnline(channel: SimulatedChannel): boolean {
    return this.node(channel.ends[0]).online && this.node(channel.ends[1]).online;
  }

  linkWorks(channel: SimulatedChannel): boolean {
    return channel.up && this.peersOnline(channel);
  }

  /** Runs the task once messages can pass over the channel. */
  whenLinkWorks(channel: SimulatedChannel, task: () => void): void {
    if (this.linkWorks(channel)) task();
    else this.#parked.push({ channel, task });
  }

  /** Takes up what waited for links that work now. */
  resumeParked(): void {
    for (const parked of this.#parked.splice(0)) {
      this.queue.run(() => this.whenLinkWorks(parked.channel, parked.task), 0);
    }
  }
}
