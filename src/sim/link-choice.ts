/** Which of a node's channels takes an HTLC, and if none does, why (lnd: `htlcswitch/switch.go`). */
import type { ChannelId } from '../units/ids.ts';
import type { SimulatedChannel } from './channel.ts';
import {
  checkCircularForward,
  checkForward,
  checkTransit,
  type HtlcTerms,
  type Refusal,
  refuse,
} from './forwarding-check.ts';
import type { Leg } from './htlc-reporter.ts';
import type { NetworkState, NodeState } from './network-state.ts';
import type { SeededRandom } from './random.ts';

export type LinkChoice =
  | { readonly kind: 'chosen'; readonly channel: SimulatedChannel }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      /** The channel that was asked for, where the node has it. */
      readonly link: SimulatedChannel | undefined;
    };

const NO_INBOUND_FEE = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };

/** The sender's own first channel takes the payment or nobody does (lnd: `getLocalLink`). */
export function chooseOwnLink(request: {
  readonly state: NetworkState;
  readonly sender: NodeState;
  readonly channelId: ChannelId;
  readonly htlc: HtlcTerms;
}): LinkChoice {
  const { state, sender, htlc } = request;
  const link = state.ownChannel(sender.nodeId, request.channelId);
  if (link === undefined || !state.peersOnline(link)) {
    return { kind: 'refused', refusal: refuse('UNKNOWN_NEXT_PEER'), link };
  }
  if (!link.up) {
    const refusal = refuse('TEMPORARY_CHANNEL_FAILURE', { detail: 'LINK_NOT_ELIGIBLE' });
    return { kind: 'refused', refusal, link };
  }
  const end = link.endOf(sender.nodeId);
  const terms = { policy: link.enforced[end], bandwidthMsat: link.bandwidthMsat(end) };
  const refusal = checkTransit({ htlc, link: terms, blockHeight: state.blockHeight });
  return refusal === undefined
    ? { kind: 'chosen', channel: link }
    : { kind: 'refused', refusal, link };
}

interface ForwardRequest {
  readonly state: NetworkState;
  readonly incoming: Leg;
  /** What the fee is counted from; an interceptor may say another amount than the HTLC's. */
  readonly incomingAmountMsat: bigint;
  /** The next channel, as the onion names it. */
  readonly channelId: ChannelId;
  /** What the onion tells the node to send on. */
  readonly htlc: HtlcTerms;
  /** Draws among channels that would all take it; default: the network's own lots, in order. */
  readonly lots: SeededRandom | undefined;
}

/**
 * Any link to the requested peer may carry the HTLC: one of those that would take it is drawn. If none would, the
 * requested one's complaint is the answer (lnd: `handlePacketAdd`).
 */
export function chooseForwardLink(request: ForwardRequest): LinkChoice {
  const { state, incoming } = request;
  const node = incoming.to;
  const requested = state.requestedChannel(node.nodeId, request.channelId);
  const circular = checkCircularForward({
    incomingChannel: incoming.channel.channelId,
    outgoingChannel: requested?.channelId ?? request.channelId,
    allowCircularRoute: node.allowCircularRoute,
  });
  if (circular !== undefined) return { kind: 'refused', refusal: circular, link: requested };
  if (requested === undefined || !state.peersOnline(requested)) {
    return { kind: 'refused', refusal: refuse('UNKNOWN_NEXT_PEER'), link: requested };
  }
  const peer = state.peerOn(requested, node.nodeId);
  const willing: SimulatedChannel[] = [];
  let complaint = refuse('UNKNOWN_NEXT_PEER');
  for (const link of node.channels) {
    if (!link.ends.includes(peer.nodeId)) continue;
    const refusal = linkRefusal(request, link);
    if (refusal === undefined) willing.push(link);
    else if (link === requested) complaint = refusal;
  }
  if (willing.length === 0) return { kind: 'refused', refusal: complaint, link: requested };
  const others = node.ways.prefersSiblings ? willing.filter((link) => link !== requested) : [];
  const among = others.length === 0 ? willing : others;
  const channel = among.length === 1 ? among[0]! : (request.lots ?? state.random).pick(among);
  return { kind: 'chosen', channel };
}

function linkRefusal(request: ForwardRequest, link: SimulatedChannel): Refusal | undefined {
  const { state, incoming } = request;
  const node = incoming.to;
  const end = link.endOf(node.nodeId);
  const policy = link.enforced[end];
  if (!link.up || policy === null) {
    return refuse('UNKNOWN_NEXT_PEER', { detail: 'LINK_NOT_ELIGIBLE' });
  }
  return checkForward({
    incoming: { amountMsat: request.incomingAmountMsat, expiry: incoming.htlc.expiryHeight },
    outgoing: request.htlc,
    outgoingPolicy: policy,
    bandwidthMsat: link.bandwidthMsat(end),
    inboundFee: incoming.channel.enforced[incoming.channel.endOf(node.nodeId)] ?? NO_INBOUND_FEE,
    blockHeight: state.blockHeight,
  });
}
