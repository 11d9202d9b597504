/** Real LDK nodes in one process, joined by messages handed over in memory and by a chain made up for them. */
import type { ChannelConfig, ChannelDetails } from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';
import type { GraphDescription } from '../../../src/ports.ts';
import type { OutboundFee } from '../../../src/units/fee.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../../src/units/ids.ts';
import { FakeChain } from './fake-chain.ts';
import { Gossip } from './gossip.ts';
import { LdkNode, type LdkNodeTerms } from './ldk-node.ts';
import { MessagePump, type NodeEvent, type WireHtlc, wireKey } from './message-pump.ts';

/** Blocks until a channel may be announced (BOLT 7). */
const ANNOUNCEMENT_DEPTH = 6;
/** Ticks after which LDK no longer honours the policy before the last one; and after which it tells of lost peers. */
const TICKS_TO_FORGET_POLICY = 6;
const TICKS_TO_ANNOUNCE_DISABLED = 12;

export interface LdkChannel {
  readonly channelId: ChannelId;
  /** The one that funded it, and pays for its commitment transactions. */
  readonly opener: NodeId;
  readonly other: NodeId;
  readonly capacitySat: bigint;
}

export interface LdkPolicy extends OutboundFee {
  /** LDK raises anything below 42. */
  readonly timeLockDelta: number;
}

export class LdkNetwork {
  readonly ldk: LdkModule;
  readonly chain: FakeChain;
  readonly nodes: readonly LdkNode[];
  readonly #byId: ReadonlyMap<NodeId, LdkNode>;
  readonly #channels = new Map<ChannelId, LdkChannel>();
  /** By the id that the peers use between themselves, closed ones included. */
  readonly #byWireKey = new Map<string, ChannelId>();
  readonly #gossip = new Gossip();
  readonly #pump: MessagePump;
  #opened = 0;

  constructor(ldk: LdkModule, nodes: readonly LdkNodeTerms[]) {
    this.ldk = ldk;
    this.chain = new FakeChain(ldk);
    this.nodes = nodes.map((terms) => new LdkNode(ldk, this.chain, terms));
    this.#byId = new Map(this.nodes.map((node) => [node.nodeId, node]));
    this.#pump = new MessagePump({
      ldk,
      gossip: this.#gossip,
      nodeOf: (key) => this.node(Buffer.from(key).toString('hex') as NodeId),
      channelOf: (wire) => this.#byWireKey.get(wire)!,
    });
    for (const node of this.nodes) {
      for (const confirmer of node.confirmers) this.chain.watch(confirmer);
    }
    this.mine(1);
  }

  /** @throws RangeError when the network has no such node. */
  node(nodeId: NodeId): LdkNode {
    const node = this.#byId.get(nodeId);
    if (node === undefined) throw new RangeError(`no LDK node ${nodeId}`);
    return node;
  }

  get channels(): readonly LdkChannel[] {
    return [...this.#channels.values()];
  }

  /** What the nodes have announced, closed channels left out. */
  description(): GraphDescription {
    const capacities = this.channels.map(
      ({ channelId, capacitySat }) => [channelId, capacitySat] as const,
    );
    return this.#gossip.description(new Map(capacities));
  }

  // ---- peers

  connect(one: LdkNode, other: LdkNode): void {
    const { ldk } = this;
    const init = (from: LdkNode, to: LdkNode) =>
      ldk.Init.constructor_new(
        from.inbox.provided_init_features(to.key),
        ldk.Option_CVec_ThirtyTwoBytesZZ.constructor_none(),
        ldk.Option_SocketAddressZ.constructor_none(),
      );
    const results = [
      one.inbox.peer_connected(other.key, init(other, one), false),
      other.inbox.peer_connected(one.key, init(one, other), true),
    ];
    if (results.some((result) => !result.is_ok())) throw new Error('two LDK nodes do not connect');
    this.settleDown(one, other);
  }

  disconnect(one: LdkNode, other: LdkNode): void {
    one.inbox.peer_disconnected(other.key);
    other.inbox.peer_disconnected(one.key);
    this.settleDown(one, other);
  }

  // ---- channels

  /** A public channel, confirmed and announced. Its ends must be connected. */
  open(request: {
    readonly opener: LdkNode;
    readonly other: LdkNode;
    readonly capacitySat: bigint;
    /** What the other end owns from the start. */
    readonly pushMsat: bigint;
  }): LdkChannel {
    const { opener, other, capacitySat } = request;
    const serial = ++this.#opened;
    const created = opener.manager.create_channel(
      other.key,
      capacitySat,
      request.pushMsat,
      BigInt(serial),
      null,
      null,
    );
    if (!created.is_ok()) throw new Error(`LDK opens no channel of ${capacitySat} sat`);
    this.settleDown(opener, other);
    const transaction = opener.broadcast.pop();
    if (transaction === undefined) throw new Error('the funding transaction was not broadcast');
    const channelId = parseChannelId(this.chain.confirm(transaction).toString());
    this.mine(ANNOUNCEMENT_DEPTH);
    const channel = { channelId, opener: opener.nodeId, other: other.nodeId, capacitySat };
    this.#channels.set(channelId, channel);
    const details = this.details(channelId, opener.nodeId);
    this.#byWireKey.set(wireKey(details.get_channel_id()), channelId);
    return channel;
  }

  /** By agreement of both ends, without HTLCs on it. */
  close(channelId: ChannelId): void {
    const { opener, other } = this.channel(channelId);
    const [one, peer] = [this.node(opener), this.node(other)];
    const id = this.details(channelId, opener).get_channel_id();
    if (!one.manager.close_channel(id, peer.key).is_ok()) throw new Error('LDK does not close');
    this.settleDown(one, peer);
    this.#channels.delete(channelId);
  }

  /** @throws RangeError when there is no such channel, or none any more. */
  channel(channelId: ChannelId): LdkChannel {
    const channel = this.#channels.get(channelId);
    if (channel === undefined) throw new RangeError(`no LDK channel ${channelId}`);
    return channel;
  }

  /** The channel as one of its ends lists it. */
  details(channelId: ChannelId, end: NodeId): ChannelDetails {
    const listed = this.node(end)
      .manager.list_channels()
      .find((details) => shortChannelId(this.ldk, details) === channelId);
    if (listed === undefined) throw new RangeError(`${end} does not list channel ${channelId}`);
    return listed;
  }

  /** Has `from` announce another policy, and go by nothing else once `forgetOldPolicies` was called. */
  setPolicy(channelId: ChannelId, from: NodeId, policy: LdkPolicy): void {
    const { opener, other } = this.channel(channelId);
    const node = this.node(from);
    const peer = this.node(from === opener ? other : opener);
    const id = this.details(channelId, from).get_channel_id();
    const result = node.manager.update_channel_config(peer.key, [id], this.#config(policy));
    if (!result.is_ok()) throw new Error(`LDK refuses a policy of channel ${channelId}`);
    this.settleDown(node);
  }

  #config(policy: LdkPolicy): ChannelConfig {
    const config = this.ldk.ChannelConfig.constructor_default();
    config.set_forwarding_fee_base_msat(Number(policy.feeBaseMsat));
    config.set_forwarding_fee_proportional_millionths(policy.feeRatePpm);
    config.set_cltv_expiry_delta(policy.timeLockDelta);
    return config;
  }

  forgetOldPolicies(): void {
    this.tick(TICKS_TO_FORGET_POLICY);
  }

  /** Nodes announce channels to peers that have been away for long as disabled. */
  announceLostPeers(): void {
    this.tick(TICKS_TO_ANNOUNCE_DISABLED);
  }

  // ---- time

  /** LDK's timer, which its users call once a minute. */
  tick(times: number): void {
    for (let i = 0; i < times; i++) {
      for (const node of this.nodes) node.manager.timer_tick_occurred();
      this.settleDown(...this.nodes);
    }
  }

  mine(blocks: number): void {
    this.chain.mine(blocks);
    this.settleDown(...this.nodes);
  }

  // ---- messages

  /** HTLCs that crossed a channel since the last call, in order. */
  takeCrossed(): readonly WireHtlc[] {
    return this.#pump.takeCrossed();
  }

  /** Lets these nodes, and all whom they stir, say and do what they have to; see `MessagePump`. */
  settleDown(...nodes: readonly LdkNode[]): readonly NodeEvent[] {
    return this.#pump.settleDown(nodes);
  }
}

export function shortChannelId(ldk: LdkModule, details: ChannelDetails): ChannelId | undefined {
  const id = details.get_short_channel_id();
  return id instanceof ldk.Option_u64Z_Some ? parseChannelId(id.some.toString()) : undefined;
}
