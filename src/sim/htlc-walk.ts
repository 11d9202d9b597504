/**
 * One payment on its way: hop by hop it locks balance, until the last node settles it or somebody refuses it, and then
 * back again.
 */
import type { Failure } from '../generated/messages/failure.ts';
import type { PaymentHash } from '../units/ids.ts';
import type { HtlcKey, LockedHtlc, SimulatedChannel } from './channel.ts';
import { channelUpdateMessage, failureMessage } from './failure-message.ts';
import { type HtlcTerms, type Refusal, refuse } from './forwarding-check.ts';
import { HtlcReporter, type Leg } from './htlc-reporter.ts';
import { chooseForwardLink, chooseOwnLink } from './link-choice.ts';
import type { HtlcChange } from './network-records.ts';
import type { NetworkState, NodeState } from './network-state.ts';
import type { SentRoute } from './route-reader.ts';

export type WalkOutcome =
  | { readonly kind: 'settled'; readonly preimage: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface WalkRequest {
  readonly state: NetworkState;
  readonly sender: NodeState;
  readonly paymentHash: PaymentHash;
  readonly route: SentRoute;
  readonly done: (outcome: WalkOutcome) => void;
}

/** Starts a payment; it is over when `done` is called. */
export function startWalk(request: WalkRequest): void {
  const walk = new HtlcWalk(request);
  request.state.queue.run(() => walk.start(), 0);
}

class HtlcWalk {
  readonly #state: NetworkState;
  readonly #request: WalkRequest;
  readonly #report: HtlcReporter;
  readonly #legs: Leg[] = [];

  constructor(request: WalkRequest) {
    this.#state = request.state;
    this.#request = request;
    this.#report = new HtlcReporter(request.state.clock);
  }

  start(): void {
    const { sender, route } = this.#request;
    const htlc = { amountMsat: route.amountMsat, expiry: route.expiry };
    const channelId = route.hops[0]!.channelId;
    const choice = chooseOwnLink({ state: this.#state, sender, channelId, htlc });
    if (choice.kind === 'chosen') {
      this.#offer({ from: sender, channel: choice.channel, htlc });
      return;
    }
    this.#report.refused({
      node: sender,
      incoming: undefined,
      outgoing: choice.link,
      htlc,
      refusal: choice.refusal,
    });
    this.#request.done({
      kind: 'failed',
      failure: this.#failure({ sourceIndex: 0, node: sender, ...choice }),
    });
  }

  #offer(offer: { from: NodeState; channel: SimulatedChannel; htlc: HtlcTerms }): void {
    const { channel, htlc } = offer;
    const incoming = this.#legs.at(-1);
    const locked = channel.lock({
      from: channel.endOf(offer.from.nodeId),
      amountMsat: htlc.amountMsat,
      expiryHeight: htlc.expiry,
      paymentHash: this.#request.paymentHash,
      cameFrom: incoming === undefined ? null : keyOf(incoming.channel, incoming.htlc),
    });
    if (incoming !== undefined) incoming.htlc.wentTo = keyOf(channel, locked);
    const to = this.#state.peerOn(channel, offer.from.nodeId);
    const leg = { channel, htlc: locked, from: offer.from, to };
    this.#legs.push(leg);
    this.#tell('locked', leg);
    this.#report.forwarded({ incoming, outgoing: leg });
    this.#message(leg, to, () => this.#arrive(leg));
  }

  #tell(kind: HtlcChange['kind'], { channel, htlc, from, to }: Leg): void {
    const { channelId } = channel;
    const ends = { channelId, from: from.nodeId, to: to.nodeId };
    const { index, amountMsat, expiryHeight, paymentHash } = htlc;
    const change = { kind, ...ends, index, amountMsat, expiryHeight, paymentHash };
    for (const listener of this.#state.htlcListeners) listener(change);
  }

  /** Lets a node handle a message that crossed the leg's channel, after the node's delay. */
  #message(leg: Leg, node: NodeState, handle: () => void): void {
    this.#state.queue.run(() => this.#state.whenLinkWorks(leg.channel, handle), node.delayMs);
  }

  #arrive(leg: Leg): void {
    const index = this.#legs.length - 1;
    if (this.#request.route.hops[index]!.nodeId !== leg.to.nodeId) {
      // Only the node whose key the onion was made for can read it; the others hand it back to their peer, who reports.
      const refusal = refuse('INVALID_ONION_HMAC', { detail: 'ONION_DECODE' });
      const failure = this.#failure({
        sourceIndex: index,
        node: leg.from,
        refusal,
        link: undefined,
      });
      this.#failBack(index, failure);
      return;
    }
    if (leg.to.holds?.(this.#request.paymentHash) === true) this.#hold(leg);
    else this.#process(leg);
  }

  #isLast(): boolean {
    return this.#legs.length === this.#request.route.hops.length;
  }

  #hold(leg: Leg): void {
    leg.to.held.push({
      paymentHash: this.#request.paymentHash,
      resume: () => this.#process(leg),
      fail: () => {
        const code = this.#isLast()
          ? 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS'
          : 'TEMPORARY_CHANNEL_FAILURE';
        this.#refuse(leg, refuse(code), undefined);
      },
    });
  }

  #process(leg: Leg): void {
    if (this.#isLast()) this.#exit(leg);
    else this.#forward(leg);
  }

  #forward(leg: Leg): void {
    const { hops } = this.#request.route;
    const payload = hops[this.#legs.length - 1]!;
    const amountMsat = payload.amountMsat - leg.to.ways.skimMsat;
    const htlc = { amountMsat, expiry: payload.expiry };
    const channelId = hops[this.#legs.length]!.channelId;
    const choice = chooseForwardLink({ state: this.#state, incoming: leg, channelId, htlc });
    if (choice.kind === 'chosen') {
      this.#offer({ from: leg.to, channel: choice.channel, htlc });
      return;
    }
    this.#report.refused({
      node: leg.to,
      incoming: leg,
      outgoing: choice.link,
      htlc,
      refusal: choice.refusal,
    });
    this.#refuse(leg, choice.refusal, choice.link);
  }

  #exit(leg: Leg): void {
    const { route, paymentHash } = this.#request;
    const last = route.hops.at(-1)!;
    leg.to.stores.invoices.receive({
      channelId: leg.channel.channelId,
      htlcIndex: leg.htlc.index,
      paymentHash,
      amountMsat: leg.htlc.amountMsat,
      expiry: leg.htlc.expiryHeight,
      onion: { amountMsat: last.amountMsat, expiry: last.expiry },
      mpp: route.mpp,
      resolve: (resolution) => {
        if (resolution.kind === 'settle')
          this.#settleBack(route.hops.length - 1, resolution.preimage);
        else this.#refuseAtExit(leg, resolution.refusal);
      },
    });
  }

  #refuseAtExit(leg: Leg, refusal: Refusal): void {
    const htlc = { amountMsat: 0n, expiry: 0 };
    this.#report.refused({ node: leg.to, incoming: leg, outgoing: undefined, htlc, refusal });
    this.#refuse(leg, refusal, undefined);
  }

  /** The node at the end of the leg fails the HTLC that came over it. */
  #refuse(leg: Leg, refusal: Refusal, link: SimulatedChannel | undefined): void {
    const sourceIndex = this.#legs.length;
    const failure = this.#failure({ sourceIndex, node: leg.to, refusal, link });
    this.#failBack(sourceIndex - 1, failure);
  }

  #failure(parts: {
    sourceIndex: number;
    node: NodeState;
    refusal: Refusal;
    link: SimulatedChannel | undefined;
  }): Failure {
    const { node, refusal, link, sourceIndex } = parts;
    const policy = link?.enforced[link.endOf(node.nodeId)];
    if (link === undefined || policy == null) {
      return failureMessage({ refusal, sourceIndex, update: undefined });
    }
    // Named as the sender named it, so that an alias stays an alias.
    const channelId = this.#request.route.hops[sourceIndex]?.channelId ?? link.channelId;
    const to = this.#state.peerOn(link, node.nodeId).nodeId;
    const update = channelUpdateMessage({ channelId, from: node.nodeId, to, policy });
    return failureMessage({ refusal, sourceIndex, update });
  }

  #failBack(index: number, failure: Failure): void {
    const leg = this.#legs[index]!;
    this.#message(leg, leg.from, () => {
      leg.channel.fail(leg.htlc);
      this.#tell('failed', leg);
      this.#report.failedBack({ incoming: this.#legs[index - 1], outgoing: leg });
      if (index > 0) this.#failBack(index - 1, failure);
      else this.#request.done({ kind: 'failed', failure });
    });
  }

  #settleBack(index: number, preimage: Uint8Array): void {
    const leg = this.#legs[index]!;
    if (index === this.#legs.length - 1) this.#report.received(leg, preimage);
    this.#message(leg, leg.from, () => {
      leg.channel.settle(leg.htlc);
      this.#tell('settled', leg);
      this.#report.settledBack({ incoming: this.#legs[index - 1], outgoing: leg, preimage });
      if (index > 0) this.#settleBack(index - 1, preimage);
      else this.#request.done({ kind: 'settled', preimage });
    });
  }
}

const keyOf = (channel: SimulatedChannel, htlc: LockedHtlc): HtlcKey => ({
  channelId: channel.channelId,
  index: htlc.index,
});
