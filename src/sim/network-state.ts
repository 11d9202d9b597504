/** What the parts of the simulator share: nodes, channels, height, queue, and the look-ups among them. */
import type { Clock, NodeRecord } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { SimulatedChannel } from './channel.ts';
import { Feed } from './feed.ts';
import { ForwardGate } from './forward-gate.ts';
import { ForwardLog } from './forward-log.ts';
import { gateRulesOf } from './gate-rules.ts';
import { InvoiceStore } from './invoice-store.ts';
import { NEWEST_VERSION } from './lnd-version.ts';
import { MissionControl } from './mission-control.ts';
import type { ForwardingWays, GraphChange, HtlcChange, StreamFaults } from './network-records.ts';
import { PaymentStore } from './payment-store.ts';
import type { SeededRandom } from './random.ts';
import type { SimulatedHtlcEvent } from './records.ts';
import { StreamDisorder } from './stream-disorder.ts';
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
  readonly forwards: ForwardLog = new ForwardLog();
  readonly events: Feed<SimulatedHtlcEvent> = new Feed();
  /** What its own payments have shown. */
  readonly missionControl: MissionControl = new MissionControl();
  #eventDisorder: StreamDisorder<SimulatedHtlcEvent> | undefined;
  graphFaults: Partial<StreamFaults> = {};
  /** Made when somebody wants to intercept; nodes without one forward at once. */
  gate: ForwardGate | undefined;
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

  /** Tells whoever holds HTLCs of a new height. */
  blockMined(): void {
    this.#opened?.invoices.blockMined();
    this.gate?.blockMined();
  }

  /** Events that were kept back come out now. */
  setEventFaults(faults: Partial<StreamFaults> | undefined, random: SeededRandom): void {
    for (const event of this.#eventDisorder?.rest() ?? []) this.events.publish(event);
    this.#eventDisorder = faults === undefined ? undefined : new StreamDisorder(faults, random);
  }

  /** Tells whoever listens to this node's HTLC events, as faithfully as its faults allow. */
  tell(event: SimulatedHtlcEvent): void {
    if (this.#eventDisorder === undefined) this.events.publish(event);
    else for (const told of this.#eventDisorder.pass(event)) this.events.publish(told);
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
  readonly graphListeners: Set<(change: GraphChange) => void> = new Set();
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

  /** The node's gate, as of lnd's newest version unless somebody changes its rules. */
  gateOf(nodeId: NodeId): ForwardGate {
    const node = this.node(nodeId);
    node.gate ??= new ForwardGate({
      rules: () => gateRulesOf(NEWEST_VERSION),
      blockHeight: () => this.blockHeight,
    });
    return node.gate;
  }

  tell(change: GraphChange): void {
    for (const listener of this.graphListeners) listener(change);
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
