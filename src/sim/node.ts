/** One node of the simulated network, with the semantics of an lnd behind its RPCs. */
import type { Route } from '../generated/messages/route.ts';
import type { MissionControlPair, StopSignal } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { SimulatedChannel } from './channel.ts';
import { channelView } from './channel-view.ts';
import type { InterceptorClient, InterceptorResult } from './forward-gate.ts';
import { startWalk, type WalkOutcome } from './htlc-walk.ts';
import { watchInvoice } from './invoice-watch.ts';
import type { NetworkState, NodeState } from './network-state.ts';
import { onionDefect } from './onion.ts';
import type { AttemptKey } from './payment-store.ts';
import { finalReason } from './payment-verdict.ts';
import type {
  AddHoldInvoiceRequest,
  AddInvoiceRequest,
  AddInvoiceResult,
  ForwardRecord,
  RequestError,
  SendToRouteResult,
  SimulatedAttempt,
  SimulatedChannelView,
  SimulatedHtlcEvent,
  SimulatedInvoice,
  SimulatedPayment,
  TrackPaymentResult,
} from './records.ts';
import { readRoute, type SentRoute } from './route-reader.ts';

/** What lnd's SendToRouteV2 is asked. */
export interface SendToRouteRequest {
  readonly paymentHash: PaymentHash;
  /** As lnd reads it: total_amt_msat, total_time_lock and per hop chan_id, amount, expiry, key, MPP, custom records. */
  readonly route: Route;
  /** Default false: the payment is marked FAILED after any failure. */
  readonly skipTempErr?: boolean;
}

/** What lnd's ListPayments is asked. */
export interface ListPaymentsRequest {
  /** Default false: succeeded payments only, as in lnd. */
  readonly includeIncomplete?: boolean;
  /** List those after this payment index (before it when `reversed`); 0 starts at the end in question. */
  readonly indexOffset?: bigint;
  /** Default 100. */
  readonly maxPayments?: number;
  /** The newest ones instead of the oldest; still listed in order of their index, as in lnd. */
  readonly reversed?: boolean;
}

/** How long a stream is read. */
export interface Subscription {
  /** Ends the iteration. */
  readonly signal?: StopSignal;
}

const DEFAULT_MAX_PAYMENTS = 100;

/** One node of a simulated network, with lnd's calls as methods; `SimulatedNetwork.node` gives it. */
export class SimulatedNode {
  readonly nodeId: NodeId;
  readonly alias: string;
  readonly #network: NetworkState;
  readonly #state: NodeState;

  /** Made by `SimulatedNetwork.node`. @internal */
  constructor(network: NetworkState, state: NodeState) {
    this.#network = network;
    this.#state = state;
    this.nodeId = state.nodeId;
    this.alias = state.alias;
  }

  // ---- payments

  /**
   * lnd's SendToRouteV2: resolves when the HTLC has settled or failed, however long that takes. Never rejects. Without
   * delays, held HTLCs and offline nodes it is all over when the call returns.
   */
  sendToRoute(request: SendToRouteRequest): Promise<SendToRouteResult> {
    const read = readRoute(request.route, {
      sender: this.nodeId,
      peerOver: (from, channelId) => this.#peerOver(from, channelId),
    });
    if (read.kind === 'error') return refused('UNKNOWN', read.message);
    const { route } = read;
    if (request.skipTempErr === true && route.mpp === null) {
      return refused('UNKNOWN', 'cannot skip temp error for non-MPP');
    }
    const { payments } = this.#state.stores;
    const { paymentHash } = request;
    const valueMsat = route.mpp?.totalMsat ?? route.receiverAmountMsat;
    const init = payments.init({ paymentHash, valueMsat });
    if (init.kind === 'refused' && (route.mpp === null || init.by === 'settled')) {
      return refused('ALREADY_EXISTS', init.message);
    }
    // From here on an error leaves the payment behind, without attempts: lnd's zombie.
    const defect = onionDefect(request.route);
    if (defect !== undefined) return refused('UNKNOWN', defect);
    const registered = payments.register({
      paymentHash,
      route: request.route,
      amountMsat: route.receiverAmountMsat,
      mpp: route.mpp,
    });
    if (registered.kind === 'refused') return refused('UNKNOWN', registered.message);
    const key = { paymentHash, attemptId: registered.attemptId };
    return this.#send(key, route, request.skipTempErr ?? false);
  }

  #send(key: AttemptKey, route: SentRoute, skipTempErr: boolean): Promise<SendToRouteResult> {
    return new Promise((resolve) => {
      startWalk({
        state: this.#network,
        sender: this.#state,
        paymentHash: key.paymentHash,
        route,
        done: (outcome) => {
          const attempt = this.#record(key, { outcome, hops: route.hops.length, skipTempErr });
          this.#learn(attempt);
          resolve({ kind: 'attempt', attempt });
        },
      });
    });
  }

  /**
   * Sends one HTLC to whoever has an invoice for it, and keeps no record: for nodes whose wallets keep records of their
   * own kind. `done` is called once, at once unless something on the way takes time.
   */
  offerHtlc(htlc: {
    readonly paymentHash: PaymentHash;
    readonly route: SentRoute;
    readonly done: (outcome: WalkOutcome) => void;
  }): void {
    startWalk({ state: this.#network, sender: this.#state, ...htlc });
  }

  #record(
    key: AttemptKey,
    end: { outcome: WalkOutcome; hops: number; skipTempErr: boolean },
  ): SimulatedAttempt {
    const { payments } = this.#state.stores;
    const { outcome } = end;
    if (outcome.kind === 'settled') return payments.settleAttempt(key, outcome.preimage);
    const attempt = payments.failAttempt(key, outcome.failure);
    const reason = finalReason(outcome.failure, end.hops);
    if (reason !== 'none') payments.failPayment(key.paymentHash, reason);
    else if (!end.skipTempErr) payments.failPayment(key.paymentHash, 'error');
    return attempt;
  }

  #learn({ route, failure }: SimulatedAttempt): void {
    const { missionControl } = this.#state;
    missionControl.report({ route, sender: this.nodeId, failure }, this.#network.clock.now());
  }

  /** lnd's QueryMissionControl: what its payments have shown of pairs of nodes. */
  missionControl(): readonly MissionControlPair[] {
    return this.#state.missionControl.pairs();
  }

  /** lnd's XImportMissionControl. Only what is newer than what is known counts, unless forced. */
  importMissionControl(
    pairs: readonly MissionControlPair[],
    options: { readonly force?: boolean } = {},
  ): void {
    this.#state.missionControl.import(pairs, options.force ?? false);
  }

  #peerOver(from: NodeId, channelId: ChannelId): NodeId | undefined {
    const channel = this.#network.channels.get(channelId);
    if (channel === undefined || !channel.ends.includes(from)) return undefined;
    const visible = !channel.private || channel.ends.includes(this.nodeId);
    return visible ? this.#network.peerOn(channel, from).nodeId : undefined;
  }

  /** The current state at once, then every change; ends after a terminal state. */
  trackPayment(paymentHash: PaymentHash, subscription: Subscription = {}): TrackPaymentResult {
    const { payments } = this.#state.stores;
    const payment = payments.find(paymentHash);
    if (payment === undefined) return { kind: 'not_found', message: "payment isn't initiated" };
    const updates = payments.changes.subscribe({
      first: [payment],
      accepts: (change) => change.paymentHash === paymentHash,
      isLast: (change) => change.state !== 'in_flight',
      signal: subscription.signal,
    });
    return { kind: 'payment', updates };
  }

  /** Changes of all payments from now on; never ends by itself. */
  trackPayments(subscription: Subscription = {}): AsyncIterable<SimulatedPayment> {
    return this.#state.stores.payments.changes.subscribe({ signal: subscription.signal });
  }

  /** As lnd's ListPayments: by their index, oldest first. */
  listPayments(request: ListPaymentsRequest = {}): readonly SimulatedPayment[] {
    const offset = request.indexOffset ?? 0n;
    const limit = request.maxPayments ?? DEFAULT_MAX_PAYMENTS;
    const listed = this.#state.stores.payments.all().filter(({ state, paymentIndex }) => {
      if (request.includeIncomplete !== true && state !== 'settled') return false;
      if (offset === 0n) return true;
      return request.reversed === true ? paymentIndex < offset : paymentIndex > offset;
    });
    return request.reversed === true ? listed.slice(-limit) : listed.slice(0, limit);
  }

  /** Refuses payments with attempts that are not all over; a zombie can be deleted. */
  deletePayment(paymentHash: PaymentHash): { readonly kind: 'deleted' } | RequestError {
    return this.#state.stores.payments.delete(paymentHash);
  }

  /** What was settled before a time is dropped from its books, so that long simulations stay small; lnd keeps it. */
  forgetSettled(beforeS: number): void {
    this.#state.stores.invoices.forgetSettled(beforeS);
    for (const { state, paymentHash, creationTimeNs } of this.#state.stores.payments.all()) {
      if (state === 'settled' && creationTimeNs < BigInt(beforeS) * 1_000_000_000n) {
        this.#state.stores.payments.delete(paymentHash);
      }
    }
  }

  // ---- invoices

  /** As lnd's AddInvoice. */
  addInvoice(request: AddInvoiceRequest): AddInvoiceResult {
    return this.#state.stores.invoices.add(request);
  }

  /** As lnd's AddHoldInvoice. */
  addHoldInvoice(request: AddHoldInvoiceRequest): AddInvoiceResult {
    return this.#state.stores.invoices.addHold(request);
  }

  /** As lnd's LookupInvoice; `undefined` where the node has no such invoice. */
  lookupInvoice(paymentHash: PaymentHash): SimulatedInvoice | undefined {
    return this.#state.stores.invoices.find(paymentHash);
  }

  /** Idempotent. An accepted HTLC is failed back; a settled invoice is an error, "invoice already settled". */
  cancelInvoice(paymentHash: PaymentHash): { readonly kind: 'canceled' } | RequestError {
    return this.#state.stores.invoices.cancel(paymentHash);
  }

  /** Settles an accepted hold invoice; idempotent. */
  settleInvoice(preimage: Uint8Array): { readonly kind: 'settled' } | RequestError {
    return this.#state.stores.invoices.settle(preimage);
  }

  /** As lnd's DeleteCanceledInvoice: refused for an invoice in any other state. */
  deleteCanceledInvoice(paymentHash: PaymentHash): { readonly kind: 'deleted' } | RequestError {
    return this.#state.stores.invoices.deleteCanceled(paymentHash);
  }

  /** The current state at once, then every change; ends after settled or canceled. `undefined`: no such invoice. */
  subscribeInvoice(
    paymentHash: PaymentHash,
    subscription: Subscription = {},
  ): AsyncIterable<SimulatedInvoice> | undefined {
    const { clock } = this.#network;
    const { invoices } = this.#state.stores;
    return watchInvoice({ invoices, clock, paymentHash, signal: subscription.signal });
  }

  // ---- channels

  /** As lnd's ListChannels: those that are open, with their balances. */
  listChannels(): readonly SimulatedChannelView[] {
    return [...this.#state.channels].map((channel) => this.#view(channel));
  }

  /** One of the node's own channels, by its confirmed id; `undefined` where it has none such. */
  channel(channelId: ChannelId): SimulatedChannelView | undefined {
    const channel = this.#network.channels.get(channelId);
    return channel !== undefined && this.#state.channels.has(channel)
      ? this.#view(channel)
      : undefined;
  }

  #view(channel: SimulatedChannel): SimulatedChannelView {
    return channelView({
      channel,
      nodeId: this.nodeId,
      peerAlias: this.#network.peerOn(channel, this.nodeId).alias,
      active: this.#network.linkWorks(channel),
    });
  }

  /** HTLC events of this node from now on; never ends by itself. */
  htlcEvents(subscription: Subscription = {}): AsyncIterable<SimulatedHtlcEvent> {
    return this.#state.events.subscribe({ signal: subscription.signal });
  }

  /** Settled forwards, oldest first; of all times, or of a period, both ends included. */
  forwardingHistory(
    period: { readonly sinceNs?: bigint; readonly untilNs?: bigint } = {},
  ): readonly ForwardRecord[] {
    return [...this.#state.forwards.between(period.sinceNs ?? 0n, period.untilNs)];
  }

  /**
   * lnd's HtlcInterceptor: from now on every forward waits for the client's answer. One client at a time. Payments that
   * start or end here are not offered.
   */
  interceptForwards(client: InterceptorClient): InterceptorResult {
    return this.#network.gateOf(this.nodeId).connect(client);
  }
}

const refused = (code: 'ALREADY_EXISTS' | 'UNKNOWN', message: string): Promise<SendToRouteResult> =>
  Promise.resolve({ kind: 'error', code, message });
