/**
 * One payment on its way: hop by hop it locks balance, until the last node settles it or somebody refuses it, and then
 * back again.
 */
import { Failure_FailureCode as Code, type Failure } from '../generated/messages/failure.ts';
import type { PaymentHash } from '../units/ids.ts';
import type { HtlcKey, LockedHtlc, SimulatedChannel } from './channel.ts';
import { channelUpdateMessage, failureMessage } from './failure-message.ts';
import { type HtlcTerms, type Refusal, refuse } from './forwarding-check.ts';
import { HtlcReporter, type Leg } from './htlc-reporter.ts';
import type { Arrival } from './invoice-store.ts';
import { chooseForwardLink, chooseOwnLink } from './link-choice.ts';
import type { HtlcChange } from './network-records.ts';
import type { NetworkState, NodeState } from './network-state.ts';
import type { SeededRandom } from './random.ts';
import type { SentRoute } from './route-reader.ts';
import { type ForwardChanges, WalkPassage } from './walk-passage.ts';

/** How an HTLC's way through the network ended, as its sender learns it. */
export type WalkOutcome =
  | { readonly kind: 'settled'; readonly preimage: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface WalkRequest {
  readonly state: NetworkState;
  readonly sender: NodeState;
  readonly paymentHash: PaymentHash;
  readonly route: SentRoute;
  /** By which nodes on its way choose among channels; default: the network's own lots. */
  readonly lots?: SeededRandom;
  /** Takes or refuses the HTLC at its end. Default: the last node's invoices. */
  readonly receive?: (arrival: Arrival) => void;
  /** Called once. */
  readonly done: (outcome: WalkOutcome) => void;
}

/** Starts a payment; it is over when `done` is called. */
export function startWalk(request: WalkRequest): void {
  const walk = new HtlcWalk(request);
  request.state.queue.run(() => walk.start(), 0);
}

export class HtlcWalk {
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
      outgoingChannelId: choice.link?.channelId ?? channelId,
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
    const leg: Leg = { channel, htlc: locked, from: offer.from, to, answered: false };
    this.#legs.push(leg);
    this.#tell('locked', leg);
    this.#report.forwarded({ incoming, outgoing: leg });
    this.#message(leg, to, () => this.#arrive(leg));
  }

  #tell(kind: HtlcChange['kind'], { channel, htlc, from, to }: Leg): void {
    if (this.#state.htlcListeners.size === 0) return;
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
    const { nodeId, isUnreadable } = this.#request.route.hops[index]!;
    if (nodeId !== leg.to.nodeId) {
      // Only the node whose key the onion was made for can read it; the others hand it back to their peer, who reports.
      const refusal = refuse('INVALID_ONION_HMAC', { detail: 'ONION_DECODE' });
      this.fail(index, { sourceIndex: index, node: leg.from, refusal });
      return;
    }
    if (isUnreadable === true) {
      this.refuse(index, refuse('INVALID_ONION_PAYLOAD', { detail: 'ONION_DECODE' }));
      return;
    }
    if (leg.to.holds?.(this.#request.paymentHash) === true) this.#hold(index);
    else this.#process(index);
  }

  #isLast(index: number): boolean {
    return index === this.#request.route.hops.length - 1;
  }

  #hold(index: number): void {
    const leg = this.#legs[index]!;
    leg.to.held.push({
      paymentHash: this.#request.paymentHash,
      resume: () => this.#process(index),
      fail: () => {
        const code = this.#isLast(index)
          ? 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS'
          : 'TEMPORARY_CHANNEL_FAILURE';
        this.refuse(index, refuse(code));
      },
    });
  }

  #process(index: number): void {
    if (this.#isLast(index)) {
      this.#exit(index);
      return;
    }
    const leg = this.#legs[index]!;
    const { paymentHash, route } = this.#request;
    const passage = new WalkPassage({ walk: this, index, leg, paymentHash, route });
    leg.htlc.passage = passage;
    if (leg.to.gate === undefined) passage.resume();
    else leg.to.gate.offer(passage, { again: false });
  }

  /** Sends on what arrived over a leg, unless that has happened before. */
  forward(index: number, changes: ForwardChanges): void {
    if (this.#legs.length > index + 1) return;
    const leg = this.#legs[index]!;
    const { hops } = this.#request.route;
    const payload = hops[index]!;
    const amountMsat = (changes.outAmountMsat ?? payload.amountMsat) - leg.to.ways.skimMsat;
    const htlc = { amountMsat, expiry: payload.expiry };
    const { channelId } = hops[index + 1]!;
    const incomingAmountMsat = changes.inAmountMsat ?? leg.htlc.amountMsat;
    const { lots } = this.#request;
    const terms = { state: this.#state, incoming: leg, incomingAmountMsat, channelId, htlc, lots };
    const choice = chooseForwardLink(terms);
    if (choice.kind === 'chosen') {
      this.#offer({ from: leg.to, channel: choice.channel, htlc });
      return;
    }
    const { refusal, link } = choice;
    const outgoingChannelId = link?.channelId ?? channelId;
    this.#report.refused({ node: leg.to, incoming: leg, outgoingChannelId, htlc, refusal });
    this.refuse(index, refusal, link);
  }

  #exit(index: number): void {
    const { route, paymentHash } = this.#request;
    const last = route.hops.at(-1)!;
    const leg = this.#legs[index]!;
    const receive = this.#request.receive ?? ((arrival) => leg.to.stores.invoices.receive(arrival));
    receive({
      channelId: leg.channel.channelId,
      htlcIndex: leg.htlc.index,
      paymentHash,
      amountMsat: leg.htlc.amountMsat,
      expiry: leg.htlc.expiryHeight,
      onion: { amountMsat: last.amountMsat, expiry: last.expiry },
      mpp: route.mpp,
      customRecords: last.customRecords ?? NO_RECORDS,
      resolve: (resolution) => {
        if (resolution.kind === 'settle') {
          this.#report.received(leg, resolution.preimage);
          this.settle(index, resolution.preimage);
          return;
        }
        const { refusal } = resolution;
        const htlc = { amountMsat: 0n, expiry: 0 };
        const outgoingChannelId = undefined;
        this.#report.refused({ node: leg.to, incoming: leg, outgoingChannelId, htlc, refusal });
        this.refuse(index, refusal);
      },
    });
  }

  /** The node at the end of the leg fails the HTLC that came over it. */
  refuse(index: number, refusal: Refusal, link?: SimulatedChannel): void {
    const node = this.#legs[index]!.to;
    this.fail(index, { sourceIndex: index + 1, node, refusal, link });
  }

  /** The same for a client's answer; the update that goes with it is that of the incoming channel, as in lnd. */
  answerForClient(index: number, answer: Refusal | Uint8Array): void {
    const leg = this.#legs[index]!;
    if (leg.answered) return;
    const requested = this.#request.route.hops[index + 1]!.channelId;
    const preimage = answer instanceof Uint8Array ? answer : undefined;
    this.#report.answeredByClient({ incoming: leg, requested, preimage });
    if (answer instanceof Uint8Array) this.settle(index, answer);
    // Nobody can tell who failed it where the reason cannot be read.
    else if (answer.code === Code.UNREADABLE_FAILURE) {
      this.fail(index, { sourceIndex: 0, node: leg.to, refusal: answer });
    } else this.refuse(index, answer, leg.channel);
  }

  /** Nobody claimed it before it expired on chain; the node before reports that. */
  timeOut(index: number): void {
    if (this.#legs.length > index + 1) return;
    const refusal = refuse('PERMANENT_CHANNEL_FAILURE');
    this.fail(index, { sourceIndex: index, node: this.#legs[index]!.from, refusal });
  }

  #failure(parts: FailureParts): Failure {
    const { node, refusal, link, sourceIndex } = parts;
    const policy = link?.enforced[link.endOf(node.nodeId)];
    if (link === undefined || policy == null) {
      return failureMessage({ refusal, sourceIndex, update: undefined });
    }
    // Named as the sender named it, so that an alias stays an alias.
    const arrivedBy = this.#legs[sourceIndex - 1]?.channel;
    const asked = this.#request.route.hops[sourceIndex]?.channelId;
    const channelId = link === arrivedBy ? link.channelId : (asked ?? link.channelId);
    const to = this.#state.peerOn(link, node.nodeId).nodeId;
    const update = channelUpdateMessage({ channelId, from: node.nodeId, to, policy });
    return failureMessage({ refusal, sourceIndex, update });
  }

  fail(index: number, parts: FailureParts): void {
    this.#failBack(index, this.#failure(parts));
  }

  #failBack(index: number, failure: Failure): void {
    const leg = this.#legs[index]!;
    if (leg.answered) return;
    leg.answered = true;
    this.#message(leg, leg.from, () => {
      leg.channel.fail(leg.htlc);
      this.#tell('failed', leg);
      this.#report.ended(leg, false);
      const incoming = this.#legs[index - 1];
      passGate(leg.from, () => {
        if (incoming?.answered === true) return;
        this.#report.failedBack({ incoming, outgoing: leg });
        if (index > 0) this.#failBack(index - 1, failure);
        else this.#request.done({ kind: 'failed', failure });
      });
    });
  }

  settle(index: number, preimage: Uint8Array): void {
    const leg = this.#legs[index]!;
    if (leg.answered) return;
    leg.answered = true;
    this.#message(leg, leg.from, () => {
      leg.channel.settle(leg.htlc);
      this.#tell('settled', leg);
      this.#report.ended(leg, true);
      const incoming = this.#legs[index - 1];
      passGate(leg.from, () => {
        // The circuit is closed already: the node has answered for a client, and bears what that costs.
        if (incoming?.answered === true) return;
        this.#report.settledBack({ incoming, outgoing: leg, preimage });
        if (index > 0) this.settle(index - 1, preimage);
        else this.#request.done({ kind: 'settled', preimage });
      });
    });
  }
}

const NO_RECORDS: ReadonlyMap<bigint, Uint8Array> = new Map();

interface FailureParts {
  /** 0 is the sender, i the node of hops[i - 1]. */
  readonly sourceIndex: number;
  readonly node: NodeState;
  readonly refusal: Refusal;
  readonly link?: SimulatedChannel | undefined;
}

/** Answers from further down wait their turn at a node's gate, like everything else. */
function passGate(node: NodeState, task: () => void): void {
  if (node.gate === undefined) task();
  else node.gate.pass(task);
}

const keyOf = (channel: SimulatedChannel, htlc: LockedHtlc): HtlcKey => ({
  channelId: channel.channelId,
  index: htlc.index,
});
