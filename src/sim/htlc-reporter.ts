/** Tells each node on a payment's way what it sees there, as lnd's SubscribeHtlcEvents and ForwardingHistory do. */
import type { Clock } from '../ports.ts';
import type { LockedHtlc, SimulatedChannel } from './channel.ts';
import { nowNs } from './clock.ts';
import type { HtlcTerms, Refusal } from './forwarding-check.ts';
import type { NodeState } from './network-state.ts';
import type { SimulatedHtlcEvent } from './records.ts';

/** One channel that a payment has crossed. */
export interface Leg {
  readonly channel: SimulatedChannel;
  readonly htlc: LockedHtlc;
  readonly from: NodeState;
  readonly to: NodeState;
}

/** The two sides of one node's part in a payment; the sender has no incoming side. */
interface Passage {
  readonly incoming: Leg | undefined;
  readonly outgoing: Leg;
}

export class HtlcReporter {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  forwarded({ incoming, outgoing }: Passage): void {
    this.#publish(outgoing.from, incoming, outgoing, {
      kind: 'forward',
      ...amounts(incoming, {
        amountMsat: outgoing.htlc.amountMsat,
        expiry: outgoing.htlc.expiryHeight,
      }),
    });
  }

  failedBack({ incoming, outgoing }: Passage): void {
    this.#publish(outgoing.from, incoming, outgoing, { kind: 'forward_fail' });
  }

  settledBack({ incoming, outgoing, preimage }: Passage & { preimage: Uint8Array }): void {
    const node = outgoing.from;
    this.#publish(node, incoming, outgoing, { kind: 'settle', preimage });
    if (incoming === undefined) return;
    node.forwards.push({
      timestampNs: nowNs(this.#clock),
      channelIn: incoming.channel.channelId,
      channelOut: outgoing.channel.channelId,
      amountInMsat: incoming.htlc.amountMsat,
      amountOutMsat: outgoing.htlc.amountMsat,
      feeMsat: incoming.htlc.amountMsat - outgoing.htlc.amountMsat,
      incomingHtlcId: incoming.htlc.index,
      outgoingHtlcId: outgoing.htlc.index,
    });
  }

  /** The last node took the HTLC for good. */
  received(leg: Leg, preimage: Uint8Array): void {
    const ids = idsOf(leg, undefined);
    const timestampNs = nowNs(this.#clock);
    leg.to.events.publish({
      ...ids,
      timestampNs,
      type: 'receive',
      event: { kind: 'settle', preimage },
    });
    const final = { kind: 'final', settled: true, offchain: true } as const;
    leg.to.events.publish({ ...ids, timestampNs, type: 'unknown', event: final });
  }

  /** The node itself refused an HTLC, its own or one that arrived. */
  refused(parts: {
    node: NodeState;
    incoming: Leg | undefined;
    /** The link that would have taken it; `undefined` where it is unknown or the HTLC ends here. */
    outgoing: SimulatedChannel | undefined;
    htlc: HtlcTerms;
    refusal: Refusal;
  }): void {
    const { incoming, outgoing, refusal } = parts;
    const type = incoming === undefined ? 'send' : outgoing === undefined ? 'receive' : 'forward';
    parts.node.events.publish({
      ...idsOf(incoming, undefined),
      outgoingChannelId: outgoing?.channelId ?? '0',
      timestampNs: nowNs(this.#clock),
      type,
      event: {
        kind: 'link_fail',
        wireFailure: refusal.code,
        detail: refusal.detail,
        failureText: refusal.detail.toLowerCase().replaceAll('_', ' '),
        ...amounts(incoming, parts.htlc),
      },
    });
  }

  #publish(
    node: NodeState,
    incoming: Leg | undefined,
    outgoing: Leg,
    event: SimulatedHtlcEvent['event'],
  ): void {
    const type = incoming === undefined ? 'send' : 'forward';
    const timestampNs = nowNs(this.#clock);
    node.events.publish({ ...idsOf(incoming, outgoing), timestampNs, type, event });
  }
}

const idsOf = (incoming: Leg | undefined, outgoing: Leg | undefined) => ({
  incomingChannelId: incoming?.channel.channelId ?? ('0' as const),
  outgoingChannelId: outgoing?.channel.channelId ?? ('0' as const),
  incomingHtlcId: incoming?.htlc.index ?? 0n,
  outgoingHtlcId: outgoing?.htlc.index ?? 0n,
});

const amounts = (incoming: Leg | undefined, outgoing: HtlcTerms) => ({
  incomingAmountMsat: incoming?.htlc.amountMsat ?? 0n,
  outgoingAmountMsat: outgoing.amountMsat,
  incomingTimelock: incoming?.htlc.expiryHeight ?? 0,
  outgoingTimelock: outgoing.expiry,
});
