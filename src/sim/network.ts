/** A whole Lightning network in one process: seeded, deterministic, with hidden balances. */
import { policyDefect } from '../graph/read-record.ts';
import type { ChannelRecord, Clock, GraphDescription, NodeRecord } from '../ports.ts';
import { bytesToHex } from '../units/bytes.ts';
import {
  type ChannelId,
  type NodeId,
  type PaymentHash,
  parseChannelId,
  parseNodeId,
} from '../units/ids.ts';
import { announcedGraph, channelRecordOf } from './announced-graph.ts';
import { systemClock } from './clock.ts';
import { drawBalanceMsat } from './hidden-balances.ts';
import { channelBalances, pendingHtlcs, totalMsat } from './ledger.ts';
import type {
  ChannelBalances,
  ForwardingWays,
  GraphChange,
  HtlcChange,
  PendingHtlc,
  PolicyUpdate,
} from './network-records.ts';
import { NetworkState } from './network-state.ts';
import { SimulatedNode } from './node.ts';
import { channelFrom, type OpenChannelRequest } from './open-channel.ts';
import { SeededRandom } from './random.ts';

export type { ChannelBalances, GraphChange, PendingHtlc } from './network-records.ts';

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

export class SimulatedNetwork {
  readonly clock: Clock;
  readonly #random: SeededRandom;
  readonly #state: NetworkState;
  readonly #nodes = new Map<NodeId, SimulatedNode>();
  readonly #listeners = new Set<(change: GraphChange) => void>();
  #opened = 0;

  constructor(options: NetworkOptions) {
    this.clock = options.clock ?? systemClock;
    this.#random = new SeededRandom(options.seed);
    this.#state = new NetworkState({
      clock: this.clock,
      random: this.#random.fork('forwarding'),
      blockHeight: options.blockHeight ?? DEFAULT_BLOCK_HEIGHT,
    });
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
        if (!network.#state.nodes.has(nodeId)) network.addNode({ nodeId });
      }
      const balance1Msat = drawBalanceMsat(random, capacitySat);
      const opener = random.chance(0.5) ? 1 : 2;
      const up = policy1 !== null || policy2 !== null;
      const ends = { channelId, node1, node2, capacitySat, balance1Msat, opener, up } as const;
      network.openChannel({ ...ends, policy1, policy2, channelPoint });
    }
    return network;
  }

  get blockHeight(): number {
    return this.#state.blockHeight;
  }

  /** @throws RangeError when the node exists already. */
  addNode(node: Partial<NodeRecord> = {}): NodeId {
    const number = this.#state.nodes.size + 1;
    const nodeId = node.nodeId ?? this.#makeNodeId(number);
    if (this.#state.nodes.has(nodeId))
      throw new RangeError(`the network has node ${nodeId} already`);
    const lastUpdate = node.lastUpdate ?? this.#blockTime();
    this.#state.addNode({ nodeId, alias: node.alias ?? `node-${number}`, lastUpdate });
    return nodeId;
  }

  #makeNodeId(number: number): NodeId {
    const random = this.#random.fork(`node ${number}`);
    const prefix = random.chance(0.5) ? '02' : '03';
    return parseNodeId(prefix + bytesToHex(random.bytes(32)));
  }

  nodeIds(): readonly NodeId[] {
    return [...this.#state.nodes.keys()];
  }

  /** @throws RangeError when the network has no such node. */
  node(nodeId: NodeId): SimulatedNode {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) return known;
    const node = new SimulatedNode(this.#state, this.#state.node(nodeId));
    this.#nodes.set(nodeId, node);
    return node;
  }

  /** @throws RangeError when a node is missing, the id is taken, or the request cannot be a channel. */
  openChannel(request: OpenChannelRequest): ChannelId {
    const channelId = request.channelId ?? this.#nextChannelId();
    const state = this.#state;
    if (state.channels.has(channelId)) {
      throw new RangeError(`the network has channel ${channelId} already`);
    }
    const ends = [state.node(request.node1), state.node(request.node2)];
    const channel = channelFrom(request, { channelId, policyTime: this.#blockTime() });
    this.#opened++;
    state.channels.set(channelId, channel);
    for (const end of ends) end.channels.add(channel);
    for (const alias of channel.aliases ?? []) state.aliases.set(alias, channel);
    this.#tell({ kind: 'channel_opened', channelId, private: channel.private });
    return channelId;
  }

  #nextChannelId(): ChannelId {
    return parseChannelId(`${this.blockHeight}x${this.#opened + 1}x0`);
  }

  /** Closes a channel; its funds leave the network. @throws Error while HTLCs are locked on it. */
  removeChannel(channelId: ChannelId): void {
    const channel = this.#state.channel(channelId);
    if (channel.htlcs.size > 0) {
      const count = channel.htlcs.size;
      throw new Error(`channel ${channelId} has ${count} HTLCs in flight; let them end first`);
    }
    this.#state.channels.delete(channelId);
    for (const end of channel.ends) this.#state.node(end).channels.delete(channel);
    for (const alias of channel.aliases ?? []) this.#state.aliases.delete(alias);
    const [node1, node2] = channel.ends;
    const { capacitySat, channelPoint } = channel;
    this.#tell({
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
    const channel = this.#state.channel(update.channelId);
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
    this.#tell({ kind: 'policy', channelId, from, policy, private: channel.private });
  }

  /** Seconds since the Unix epoch at which the current block would have been found; keeps policies deterministic. */
  #blockTime(): number {
    return GENESIS_TIME + SECONDS_PER_BLOCK * this.blockHeight;
  }

  /** Held invoices whose HTLCs come close to their expiry are cancelled. HTLCs never go on chain. */
  mineBlocks(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#state.blockHeight++;
      for (const node of this.#state.nodes.values()) node.blockMined();
    }
  }

  // ---- what anybody may see

  /** The announced graph: public channels with their announced policies. Never balances. */
  description(): GraphDescription {
    return announcedGraph(this.#state);
  }

  /** One channel with its announced policies, also a private one, which its ends told each other. */
  channelRecord(channelId: ChannelId): ChannelRecord | undefined {
    const channel = this.#state.channels.get(channelId);
    return channel === undefined ? undefined : channelRecordOf(channel);
  }

  /** Reports every change from now on; the function that is returned stops it. */
  onGraphChange(listener: (change: GraphChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(change: GraphChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  // ---- the hidden truth, for checkers

  /** @throws RangeError when the network has no such channel. */
  balances(channelId: ChannelId): ChannelBalances {
    return channelBalances(this.#state.channel(channelId));
  }

  /** Everything in all channels, in flight included: constant unless channels open or close. */
  totalMsat(): bigint {
    return totalMsat(this.#state);
  }

  /** All HTLCs that are locked on any channel. */
  pendingHtlcs(): readonly PendingHtlc[] {
    return pendingHtlcs(this.#state);
  }

  /** Reports each HTLC as it is locked on a channel, settled or failed; the function that is returned stops it. */
  onHtlc(listener: (change: HtlcChange) => void): () => void {
    this.#state.htlcListeners.add(listener);
    return () => this.#state.htlcListeners.delete(listener);
  }

  // ---- faults

  /** HTLCs on an offline node's channels stay where they are until it is back. */
  setOnline(nodeId: NodeId, online: boolean): void {
    const node = this.#state.node(nodeId);
    if (node.online === online) return;
    node.online = online;
    this.#tell({ kind: 'online', nodeId, online });
    if (online) this.#state.resumeParked();
  }

  isOnline(nodeId: NodeId): boolean {
    return this.#state.node(nodeId).online;
  }

  /** Both ends online and the link able to carry HTLCs. */
  isActive(channelId: ChannelId): boolean {
    return this.#state.linkWorks(this.#state.channel(channelId));
  }

  /** A link that is down takes no HTLCs, and those on it stay where they are. */
  setLinkUp(channelId: ChannelId, up: boolean): void {
    const channel = this.#state.channel(channelId);
    if (channel.up === up) return;
    channel.up = up;
    this.#tell({ kind: 'link', channelId, up });
    if (up) this.#state.resumeParked();
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

  /** The node takes this long over each message: an HTLC offered to it, settled to it or failed to it. */
  setDelay(nodeId: NodeId, milliseconds: number): void {
    this.#state.node(nodeId).delayMs = milliseconds;
  }

  /** From now on the node neither forwards, settles nor fails HTLCs that arrive: all of them, or those of one hash. */
  holdHtlcsAt(nodeId: NodeId, filter: { readonly paymentHash?: PaymentHash } = {}): void {
    const { paymentHash } = filter;
    this.#state.node(nodeId).holds = (hash) => paymentHash === undefined || hash === paymentHash;
  }

  /**
   * Ends the hold. What was held goes on, or fails: TEMPORARY_CHANNEL_FAILURE from a forwarder,
   * INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS from the last node. Returns how many HTLCs were held.
   */
  releaseHtlcs(nodeId: NodeId, action: 'resume' | 'fail' = 'resume'): number {
    const node = this.#state.node(nodeId);
    node.holds = null;
    const held = node.held.splice(0);
    for (const htlc of held) this.#state.queue.run(htlc[action], 0);
    return held.length;
  }

  /** What is left out stays. */
  setForwarding(nodeId: NodeId, ways: Partial<ForwardingWays>): void {
    const node = this.#state.node(nodeId);
    node.ways = { ...node.ways, ...ways };
  }

  /** lnd's `--allow-circular-route`: the node forwards back over the channel an HTLC came by. Default false. */
  setAllowCircularRoute(nodeId: NodeId, allow: boolean): void {
    this.#state.node(nodeId).allowCircularRoute = allow;
  }
}
