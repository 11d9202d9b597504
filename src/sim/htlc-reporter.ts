/** Tells each node on a payment's way what it sees there, as lnd's SubscribeHtlcEvents and ForwardingHistory do. */
import type { Clock } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import type { LockedHtlc, SimulatedChannel } from './channel.ts';
import { nowNs } from './clock.ts';
import { failureText } from './failure-text.ts';
import type { HtlcTerms, Refusal } from './forwarding-check.ts';
import type { NodeState } from './network-state.ts';
import type { SimulatedHtlcEvent } from './records.ts';

/** One channel that a payment has crossed. */
export interface Leg {
  readonly channel: SimulatedChannel;
  readonly htlc: LockedHtlc;
  readonly from: NodeState;
  readonly to: NodeState;
  /** The node at its end has settled or failed it. */
  answered: boolean;
}

/** The two sides of one node's part in a payment; the sender has no incoming side. */
interface Passage {
  readonly incoming: Leg | undefined;
  readonly outgoing: Leg;
}

type Circuit = Pick<
  SimulatedHtlcEvent,
  'incomingChannelId' | 'outgoingChannelId' | 'incomingHtlcId' | 'outgoingHtlcId'
>;

export class HtlcReporter {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  forwarded({ incoming, outgoing }: Passage): void {
    this.#tellPassage({ incoming, outgoing }, () => ({
      kind: 'forward',
      ...amounts(incoming, {
        amountMsat: outgoing.htlc.amountMsat,
        expiry: outgoing.htlc.expiryHeight,
      }),
    }));
  }

  failedBack(passage: Passage): void {
    this.#tellPassage(passage, () => ({ kind: 'forward_fail' }));
  }

  settledBack({ incoming, outgoing, preimage }: Passage & { preimage: Uint8Array }): void {
    this.#tellPassage({ incoming, outgoing }, () => ({ kind: 'settle', preimage }));
    if (incoming === undefined) return;
    outgoing.from.forwards.add({
      timestampNs: nowNs(this.#clock),
      channelIn: incoming.channel.channelId,
      channelOut: outgoing.channel.channelId,
      amountInMsat: incoming.htlc.amountMsat,
      amountOutMsat: outgoing.htlc.amountMsat,
      incomingHtlcId: incoming.htlc.index,
      outgoingHtlcId: outgoing.htlc.index,
    });
  }

  /**
   * An interceptor settled or failed what it held. lnd knows no outgoing HTLC then, and names the channel that was
   * asked for; a failure counts as one from further down.
   */
  answeredByClient(answer: {
    readonly incoming: Leg;
    readonly requested: ChannelId;
    readonly preimage: Uint8Array | undefined;
  }): void {
    const { incoming, requested, preimage } = answer;
    const circuit = { ...circuitOf(incoming, undefined), outgoingChannelId: requested };
    this.#tell(incoming.to, circuit, 'forward', () =>
      preimage === undefined ? { kind: 'forward_fail' } : { kind: 'settle', preimage },
    );
  }

  /** The last node took the HTLC for good. */
  received(leg: Leg, preimage: Uint8Array): void {
    const settle = { kind: 'settle', preimage } as const;
    this.#tell(leg.to, circuitOf(leg, undefined), 'receive', () => settle);
  }

  /** An HTLC that came in is gone from the channel. */
  ended(leg: Leg, settled: boolean): void {
    const offchain = leg.htlc.passage?.onChain !== true;
    const final = { kind: 'final', settled, offchain } as const;
    this.#tell(leg.to, circuitOf(leg, undefined), 'unknown', () => final);
  }

  /** The node itself refused an HTLC, its own or one that arrived. */
  refused(parts: {
    readonly node: NodeState;
    readonly incoming: Leg | undefined;
    /** The channel that should have carried it on; `undefined` where the HTLC ends here. */
    readonly outgoingChannelId: ChannelId | undefined;
    readonly htlc: HtlcTerms;
    readonly refusal: Refusal;
  }): void {
    const { incoming, outgoingChannelId, refusal } = parts;
    const receive = outgoingChannelId === undefined;
    const type = incoming === undefined ? 'send' : receive ? 'receive' : 'forward';
    const circuit = {
      ...circuitOf(incoming, undefined),
      outgoingChannelId: outgoingChannelId ?? ('0' as const),
    };
    this.#tell(parts.node, circuit, type, () => ({
      kind: 'link_fail',
      wireFailure: refusal.code,
      detail: refusal.detail,
      failureText: failureText(refusal),
      ...amounts(incoming, parts.htlc),
    }));
  }

  #tellPassage({ incoming, outgoing }: Passage, event: () => SimulatedHtlcEvent['event']): void {
    const type = incoming === undefined ? 'send' : 'forward';
    this.#tell(outgoing.from, circuitOf(incoming, outgoing), type, event);
  }

  #tell(
    node: NodeState,
    circuit: Circuit,
    type: SimulatedHtlcEvent['type'],
    event: () => SimulatedHtlcEvent['event'],
  ): void {
    if (!node.events.hasReaders) return;
    node.tell({ ...circuit, timestampNs: nowNs(this.#clock), type, event: event() });
  }
}

const circuitOf = (incoming: Leg | undefined, outgoing: Leg | undefined): Circuit => ({
  incomingChannelId: incoming?.channel.channelId ?? '0',
  outgoingChannelId: outgoing?.channel.channelId ?? '0',
  incomingHtlcId: incoming?.htlc.index ?? 0n,
  outgoingHtlcId: outgoing?.htlc.index ?? 0n,
});

const amounts = (incoming: Leg | undefined, outgoing: HtlcTerms) => ({
  incomingAmountMsat: incoming?.htlc.amountMsat ?? 0n,
  outgoingAmountMsat: outgoing.amountMsat,
  incomingTimelock: incoming?.htlc.expiryHeight ?? 0,
  outgoingTimelock: outgoing.expiry,
});
