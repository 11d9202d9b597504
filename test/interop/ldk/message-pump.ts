/** Carries messages between LDK nodes, and does for each what its operator would do at once, until all is quiet. */
import type {
  Event,
  MessageSendEvent,
  UpdateAddHTLC,
  ChannelId as WireChannelId,
} from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';
import { type PeerMessages, peerMessages } from './deliver-message.ts';
import { fundingTransaction } from './fake-chain.ts';
import type { Gossip } from './gossip.ts';
import type { LdkNode } from './ldk-node.ts';

const MOST_ROUNDS = 10_000;

/** One HTLC as it crossed a channel. */
export interface WireHtlc {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
  readonly expiry: number;
}

/** What a node told its user. */
export interface NodeEvent {
  readonly node: LdkNode;
  readonly event: Event;
}

/** The id that peers use between themselves, as a key. */
export const wireKey = (id: WireChannelId): string => Buffer.from(id.get_a()).toString('hex');

export class MessagePump {
  readonly #ldk: LdkModule;
  readonly #nodeOf: (key: Uint8Array) => LdkNode;
  readonly #channelOf: (wireKey: string) => ChannelId;
  readonly #gossip: Gossip;
  readonly #messages: PeerMessages;
  /** Nodes that may have something to say. */
  readonly #busy = new Set<LdkNode>();
  #crossed: WireHtlc[] = [];
  #funded = 0;

  constructor(parts: {
    readonly ldk: LdkModule;
    readonly gossip: Gossip;
    readonly nodeOf: (key: Uint8Array) => LdkNode;
    readonly channelOf: (wireKey: string) => ChannelId;
  }) {
    this.#ldk = parts.ldk;
    this.#gossip = parts.gossip;
    this.#nodeOf = parts.nodeOf;
    this.#channelOf = parts.channelOf;
    this.#messages = peerMessages(parts.ldk, (between, htlc) => this.#note(between, htlc));
  }

  #note(
    between: { readonly from: Uint8Array; readonly to: Uint8Array },
    htlc: UpdateAddHTLC,
  ): void {
    this.#crossed.push({
      channelId: this.#channelOf(wireKey(htlc.get_channel_id())),
      from: this.#nodeOf(between.from).nodeId,
      to: this.#nodeOf(between.to).nodeId,
      amountMsat: htlc.get_amount_msat(),
      expiry: htlc.get_cltv_expiry(),
    });
  }

  /** HTLCs that crossed a channel since the last call, in order. */
  takeCrossed(): readonly WireHtlc[] {
    const crossed = this.#crossed;
    this.#crossed = [];
    return crossed;
  }

  /**
   * Starts with what `nodes` have to say. Returns the events that are not about the running of the network itself.
   *
   * @throws Error when it never becomes quiet.
   */
  settleDown(nodes: readonly LdkNode[]): readonly NodeEvent[] {
    const told: NodeEvent[] = [];
    for (const node of nodes) this.#busy.add(node);
    for (let round = 0; this.#busy.size > 0; round++) {
      if (round > MOST_ROUNDS) throw new Error('the LDK nodes never come to rest');
      for (const node of [...this.#busy]) {
        const messages = node.outbox.get_and_clear_pending_msg_events();
        for (const message of messages) this.#carry(node, message);
        const events = node.takeEvents();
        for (const event of events) {
          if (!this.#run(node, event)) told.push({ node, event });
        }
        if (messages.length === 0 && events.length === 0) this.#busy.delete(node);
      }
    }
    return told;
  }

  #carry(from: LdkNode, message: MessageSendEvent): void {
    const ldk = this.#ldk;
    const deliver = this.#messages.get(message.constructor);
    if (deliver !== undefined) {
      const to = this.#nodeOf((message as MessageSendEvent & { node_id: Uint8Array }).node_id);
      deliver(to.inbox, from.key, message as never);
      this.#busy.add(to);
    } else if (message instanceof ldk.MessageSendEvent_BroadcastChannelAnnouncement) {
      this.#gossip.announced(message.msg);
      if (message.update_msg !== null) this.#gossip.updated(message.update_msg);
    } else if (message instanceof ldk.MessageSendEvent_BroadcastChannelUpdate) {
      this.#gossip.updated(message.msg);
    } else if (!(message instanceof ldk.MessageSendEvent_BroadcastNodeAnnouncement)) {
      throw new Error(`no delivery for ${message.constructor.name}`);
    }
  }

  /** False for events that are left to the caller. */
  #run(node: LdkNode, event: Event): boolean {
    const ldk = this.#ldk;
    if (event instanceof ldk.Event_PendingHTLCsForwardable) {
      node.manager.process_pending_htlc_forwards();
    } else if (event instanceof ldk.Event_OpenChannelRequest) {
      const { temporary_channel_id: id, counterparty_node_id: peer } = event;
      node.manager.accept_inbound_channel(id, peer, 0n);
    } else if (event instanceof ldk.Event_FundingGenerationReady) {
      const transaction = fundingTransaction({
        script: event.output_script,
        valueSat: event.channel_value_satoshis,
        serial: ++this.#funded,
      });
      const { temporary_channel_id: id, counterparty_node_id: peer } = event;
      node.manager.funding_transaction_generated(id, peer, transaction);
    } else {
      return false;
    }
    return true;
  }
}
