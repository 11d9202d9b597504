/** A whole Lightning network in one process: seeded, deterministic, with hidden balances. */
import { policyDefect } from '../graph/read-record.ts';
import type { ChannelRecord, Clock, GraphDescription, NodeRecord } from '../ports.ts';
import { bytesToHex } from '../units/bytes.ts';
import { type ChannelId, type NodeId, parseChannelId, parseNodeId } from '../units/ids.ts';
import { announcedGraph, channelRecordOf } from './announced-graph.ts';
import { systemClock } from './clock.ts';
import { drawBalanceMsat } from './hidden-balances.ts';
import { startWalk } from './htlc-walk.ts';
import { hashOf } from './invoice-store.ts';
import { channelBalances, pendingHtlcs, totalMsat } from './ledger.ts';
import { NetworkFaults } from './network-faults.ts';
import type {
  ChannelBalances,
  GraphChange,
  HtlcChange,
  PendingHtlc,
  PolicyUpdate,
} from './network-records.ts';
import { NetworkState } from './network-state.ts';
import { SimulatedNode } from './node.ts';
import { channelFrom, type OpenChannelRequest } from './open-channel.ts';
import { PeerMessages } from './peer-messages.ts';
import { SeededRandom } from './random.ts';
import { takeInFull, type UnrecordedPayment } from './unrecorded-payment.ts';

export type { ChannelBalances, GraphChange, PendingHtlc } from './network-records.ts';

/** What a simulated network starts from. */
export interface NetworkOptions {
  /** Same seed and same calls give the same results, as long as the clock gives the same times. */
  readonly seed: number | string;
  /** Default 900,000. */
  readonly blockHeight?: number;
  /** Default: the machine's clock. Delays, timestamps and invoice expiry run on it. */
  readonly clock?: Clock;
}

export const DEFAULT_BLOCK_HEIGHT = 900_000;
const GENESIS_TIME = 1_231_006_505;
const SECONDS_PER_BLOCK = 600;

/**
 * A Lightning network in memory: nodes with lnd's rules, channels with hidden balances, HTLCs that travel hop by hop,
 * and
 * faults to switch on. The same seed, calls and clock give the same results.
 *
 * @example
 * const network = new SimulatedNetwork({ seed: 1 });
 * const [ann, bob] = [network.addNode({ alias: 'ann' }), network.addNode({ alias: 'bob' })];
 * network.openChannel({ node1: ann, node2: bob, capacitySat: 1_000_000n });
 */
export class SimulatedNetwork extends NetworkFaults {
  readonly clock: Clock;
  readonly messages: PeerMessages = new PeerMessages();
  readonly #random: SeededRandom;
  readonly #nodes = new Map<NodeId, SimulatedNode>();
  #opened = 0;

  constructor(options: NetworkOptions) {
    const clock = options.clock ?? systemClock;
    const random = new SeededRandom(options.seed);
    const blockHeight = options.blockHeight ?? DEFAULT_BLOCK_HEIGHT;
    super(new NetworkState({ clock, random: random.fork('forwarding'), blockHeight }));
    this.clock = clock;
    this.#random = random;
  }

  /**
   * The described network with balances drawn from the seed; see `hidden-balances.ts` for how. Channels without any
   * policy are taken for dead: they keep their balance, but their links are down.
   */
  static fromDescription(description: GraphDescription, options: NetworkOptions): SimulatedNetwork {
    const network = new SimulatedNetwork(options);
    for (const node of description.nodes) network.addNode(node);
    const random = network.#random.fork('balances');
    for (const channel of description.channels) {
      const { channelId, node1, node2, capacitySat, policy1, policy2, channelPoint } = channel;
      for (const nodeId of [node1, node2]) {
        if (!network.state.nodes.has(nodeId)) network.addNode({ nodeId });
      }
      const balance1Msat = drawBalanceMsat(random, capacitySat);
      const opener = random.chance(0.5) ? 1 : 2;
      const up = policy1 !== null || policy2 !== null;
      const ends = { channelId, node1, node2, capacitySat, balance1Msat, opener, up } as const;
      network.openChannel({ ...ends, policy1, policy2, channelPoint });
    }
    return network;
  }

  /** Height of the chain, which all nodes see alike. */
  get blockHeight(): number {
    return this.state.blockHeight;
  }

  /** @throws RangeError when the node exists already. */
  addNode(node: Partial<NodeRecord> = {}): NodeId {
    const number = this.state.nodes.size + 1;
    const nodeId = node.nodeId ?? this.#makeNodeId(number);
    if (this.state.nodes.has(nodeId))
      throw new RangeError(`the network has node ${nodeId} already`);
    const lastUpdate = node.lastUpdate ?? this.#blockTime();
    this.state.addNode({ nodeId, alias: node.alias ?? `node-${number}`, lastUpdate });
    return nodeId;
  }

  #makeNodeId(number: number): NodeId {
    const random = this.#random.fork(`node ${number}`);
    const prefix = random.chance(0.5) ? '02' : '03';
    return parseNodeId(prefix + bytesToHex(random.bytes(32)));
  }

  /** All nodes, in the order in which they were added. */
  nodeIds(): readonly NodeId[] {
    return [...this.state.nodes.keys()];
  }

  /** @throws RangeError when the network has no such node. */
  node(nodeId: NodeId): SimulatedNode {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) return known;
    const node = new SimulatedNode(this.state, this.state.node(nodeId));
    this.#nodes.set(nodeId, node);
    return node;
  }

  /** @throws RangeError when a node is missing, the id is taken, or the request cannot be a channel. */
  openChannel(request: OpenChannelRequest): ChannelId {
    const channelId = request.channelId ?? this.#nextChannelId();
    const state = this.state;
    if (state.channels.has(channelId)) {
      throw new RangeError(`the network has channel ${channelId} already`);
    }
    const ends = [state.node(request.node1), state.node(request.node2)];
    const channel = channelFrom(request, { channelId, policyTime: this.#blockTime() });
    this.#opened++;
    state.channels.set(channelId, channel);
    for (const end of ends) end.channels.add(channel);
    for (const alias of channel.aliases ?? []) state.aliases.set(alias, channel);
    this.state.tell({ kind: 'channel_opened', channelId, private: channel.private });
    return channelId;
  }

  #nextChannelId(): ChannelId {
    return parseChannelId(`${this.blockHeight}x${this.#opened + 1}x0`);
  }

  /** Closes a channel; its funds leave the network. @throws Error while HTLCs are locked on it. */
  removeChannel(channelId: ChannelId): void {
    const channel = this.state.channel(channelId);
    if (channel.htlcs.size > 0) {
      const count = channel.htlcs.size;
      throw new Error(`channel ${channelId} has ${count} HTLCs in flight; let them end first`);
    }
    this.state.channels.delete(channelId);
    for (const end of channel.ends) this.state.node(end).channels.delete(channel);
    for (const alias of channel.aliases ?? []) this.state.aliases.delete(alias);
    const [node1, node2] = channel.ends;
    const { capacitySat, channelPoint } = channel;
    this.state.tell({
      kind: 'channel_removed',
      channelId,
      node1,
      node2,
      capacitySat,
      channelPoint,
      private: channel.private,
    });
  }

  /** Changes what `from` asks for forwarding out over the channel. */
  updatePolicy(update: PolicyUpdate): void {
    const channel = this.state.channel(update.channelId);
    const end = channel.endOf(update.from);
    const current = channel.enforced[end];
    if (current === null) {
      throw new RangeError(`${update.from} has no policy on channel ${update.channelId} to change`);
    }
    const lastUpdate = Math.max(current.lastUpdate + 1, this.#blockTime());
    const policy = { ...current, lastUpdate, ...update.policy };
    const defect = policyDefect(policy);
    if (defect !== undefined)
      throw new RangeError(`policy of channel ${update.channelId}: ${defect}`);
    channel.enforced[end] = policy;
    if (update.announce === false) return;
    channel.announced[end] = policy;
    const { channelId, from } = update;
    this.state.tell({ kind: 'policy', channelId, from, policy, private: channel.private });
  }

  /** Seconds since the Unix epoch at which the current block would have been found; keeps policies deterministic. */
  #blockTime(): number {
    return GENESIS_TIME + SECONDS_PER_BLOCK * this.blockHeight;
  }

  /** Announces the direction that leaves `from` as disabled. As in lnd, `from` would still forward over it. */
  setDisabled(request: {
    readonly channelId: ChannelId;
    readonly from: NodeId;
    readonly disabled: boolean;
  }): void {
    const { channelId, from, disabled } = request;
    this.updatePolicy({ channelId, from, policy: { disabled } });
  }

  /**
   * Sends one HTLC without leaving a record at either end: the payee takes what reaches it in full, as it takes a
   * keysend payment. On its way it is an HTLC like any other, but that the lots which fall for it are its own: other
   * payments before it do not change them.
   */
  sendUnrecorded(payment: UnrecordedPayment): void {
    const { route, preimage, done } = payment;
    const sender = this.state.node(payment.from);
    const receive = takeInFull(preimage);
    const paymentHash = hashOf(preimage);
    const lots = this.#random.fork(`lots of ${paymentHash} ${route.hops[0]?.channelId ?? ''}`);
    startWalk({ state: this.state, sender, paymentHash, route, lots, receive, done });
  }

  /**
   * Moves balance to the other end without an HTLC, as a swap does that is paid for on chain.
   *
   * @throws RangeError when `from` cannot spend so much.
   */
  shiftBalance(shift: {
    readonly channelId: ChannelId;
    readonly from: NodeId;
    readonly amountMsat: bigint;
  }): void {
    const channel = this.state.channel(shift.channelId);
    const end = channel.endOf(shift.from);
    const { amountMsat } = shift;
    if (amountMsat < 0n || amountMsat > channel.bandwidthMsat(end)) {
      throw new RangeError(
        `${shift.from} cannot spend ${amountMsat} msat on channel ${shift.channelId}`,
      );
    }
    channel.shift(end, amountMsat);
  }

  /**
   * Held invoices whose HTLCs come close to their expiry are cancelled, and forwards that an interceptor holds too long
   * are failed. HTLCs never go on chain by themselves.
   */
  mineBlocks(count: number): void {
    for (let i = 0; i < count; i++) {
      this.state.blockHeight++;
      for (const node of this.state.nodes.values()) node.blockMined();
    }
  }

  // ---- what anybody may see

  /** The announced graph: public channels with their announced policies. Never balances. */
  description(): GraphDescription {
    return announcedGraph(this.state);
  }

  /** One channel with its announced policies, also a private one, which its ends told each other. */
  channelRecord(channelId: ChannelId): ChannelRecord | undefined {
    const channel = this.state.channels.get(channelId);
    return channel === undefined ? undefined : channelRecordOf(channel);
  }

  /** Reports every change from now on; the function that is returned stops it. */
  onGraphChange(listener: (change: GraphChange) => void): () => void {
    this.state.graphListeners.add(listener);
    return () => {
      this.state.graphListeners.delete(listener);
    };
  }

  // ---- the hidden truth, for checkers

  /** @throws RangeError when the network has no such channel. */
  balances(channelId: ChannelId): ChannelBalances {
    return channelBalances(this.state.channel(channelId));
  }

  /** The largest HTLC that `from` could send over the channel now; 0 while its link is down. */
  bandwidthMsat(channelId: ChannelId, from: NodeId): bigint {
    const channel = this.state.channel(channelId);
    return this.state.linkWorks(channel) ? channel.bandwidthMsat(channel.endOf(from)) : 0n;
  }

  /** Everything in all channels, in flight included: constant unless channels open or close. */
  totalMsat(): bigint {
    return totalMsat(this.state);
  }

  /** All HTLCs that are locked on any channel. */
  pendingHtlcs(): readonly PendingHtlc[] {
    return pendingHtlcs(this.state);
  }

  /** Reports each HTLC as it is locked on a channel, settled or failed; the function that is returned stops it. */
  onHtlc(listener: (change: HtlcChange) => void): () => void {
    this.state.htlcListeners.add(listener);
    return () => this.state.htlcListeners.delete(listener);
  }
}
