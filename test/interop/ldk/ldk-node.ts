/** One real LDK node: a ChannelManager with everything it wants around it, none of which touches disk or wire. */
import type {
  ChannelManager,
  ChannelMessageHandler,
  Confirm,
  Event,
  EventHandler,
  EventsProvider,
  Logger,
  MessageSendEventsProvider,
  UserConfig,
} from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';
import { type NodeId, parseNodeId } from '../../../src/units/ids.ts';
import type { FakeChain } from './fake-chain.ts';
import { GivenRoutes } from './given-routes.ts';

/** Sat per 1,000 weight units: the least that nodes relay, and what the simulator reckons with. */
const FEE_RATE = 253;
const WHOLE_PERCENT = 100;

export interface LdkNodeTerms {
  /** Decides the node's keys, and with them its id and every id after it. */
  readonly seed: Uint8Array;
  /** Least HTLC that its peers may offer it: what they announce as the minimum of their direction. */
  readonly minHtlcMsat?: bigint;
  /** Most that peers may have in flight towards it, in per cent of the capacity. @defaultValue 100 */
  readonly maxInFlightPercent?: number;
}

export class LdkNode {
  readonly nodeId: NodeId;
  readonly key: Uint8Array;
  readonly manager: ChannelManager;
  readonly inbox: ChannelMessageHandler;
  readonly outbox: MessageSendEventsProvider;
  readonly routes: GivenRoutes;
  readonly confirmers: readonly Confirm[];
  readonly broadcast: Uint8Array[] = [];
  /** Log lines that tell how a failure was decrypted, oldest first. */
  readonly failureLines: string[] = [];
  readonly #events: EventsProvider;
  readonly #handler: EventHandler;
  #pending: Event[] = [];

  constructor(ldk: LdkModule, chain: FakeChain, terms: LdkNodeTerms) {
    this.routes = new GivenRoutes(ldk);
    const logger = this.#logger(ldk);
    const fees = ldk.FeeEstimator.new_impl({ get_est_sat_per_1000_weight: () => FEE_RATE });
    const broadcaster = ldk.BroadcasterInterface.new_impl({
      broadcast_transactions: (transactions) => this.broadcast.push(...transactions),
    });
    const monitor = ldk.ChainMonitor.constructor_new(
      ldk.Option_FilterZ.constructor_none(),
      broadcaster,
      logger,
      fees,
      keepNothing(ldk),
    );
    const keys = ldk.KeysManager.constructor_new(terms.seed, BigInt(chain.time), 0);
    const network = ldk.Network.LDKNetwork_Regtest;
    const graph = ldk.NetworkGraph.constructor_new(network, logger);
    const messages = ldk.DefaultMessageRouter.constructor_new(graph, keys.as_EntropySource());
    this.manager = ldk.ChannelManager.constructor_new(
      fees,
      monitor.as_Watch(),
      broadcaster,
      this.routes.router,
      messages.as_MessageRouter(),
      logger,
      keys.as_EntropySource(),
      keys.as_NodeSigner(),
      keys.as_SignerProvider(),
      userConfig(ldk, terms),
      ldk.ChainParameters.constructor_new(network, ldk.BestBlock.constructor_from_network(network)),
      chain.time,
    );
    this.key = this.manager.get_our_node_id();
    this.nodeId = parseNodeId(Buffer.from(this.key).toString('hex'));
    this.inbox = this.manager.as_ChannelMessageHandler();
    this.outbox = this.manager.as_MessageSendEventsProvider();
    this.confirmers = [this.manager.as_Confirm(), monitor.as_Confirm()];
    this.#events = this.manager.as_EventsProvider();
    this.#handler = ldk.EventHandler.new_impl({
      handle_event: (event) => {
        this.#pending.push(event);
        return ldk.Result_NoneReplayEventZ.constructor_ok();
      },
    });
  }

  /** The only place where LDK tells which code a failure carried. */
  #logger(ldk: LdkModule): Logger {
    return ldk.Logger.new_impl({
      log: (record) => {
        if (record.get_level() < ldk.Level.LDKLevel_Info) return;
        const line = record.get_args();
        if (line.includes('Onion Error[')) this.failureLines.push(line);
      },
    });
  }

  takeEvents(): readonly Event[] {
    this.#events.process_pending_events(this.#handler);
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }
}

function keepNothing(ldk: LdkModule) {
  const done = ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed;
  return ldk.Persist.new_impl({
    persist_new_channel: () => done,
    update_persisted_channel: () => done,
    archive_persisted_channel: () => {},
  });
}

/** Public channels with anchors, as lnd opens them; one confirmation; fees are set channel by channel later. */
function userConfig(ldk: LdkModule, terms: LdkNodeTerms): UserConfig {
  const config = ldk.UserConfig.constructor_default();
  const handshake = config.get_channel_handshake_config();
  handshake.set_announce_for_forwarding(true);
  handshake.set_minimum_depth(1);
  handshake.set_negotiate_anchors_zero_fee_htlc_tx(true);
  handshake.set_our_htlc_minimum_msat(terms.minHtlcMsat ?? 1n);
  handshake.set_max_inbound_htlc_value_in_flight_percent_of_channel(
    terms.maxInFlightPercent ?? WHOLE_PERCENT,
  );
  config.set_channel_handshake_config(handshake);
  config.set_manually_accept_inbound_channels(true);
  return config;
}
