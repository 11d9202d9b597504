/** ForwardingHistory: the settled forwards of the node. */
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import type { ForwardingEvent, ForwardingHistoryRequest } from '../../generated/services/policy.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { ForwardRecord } from '../records.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

const NS_PER_SECOND = 1_000_000_000n;
const DEFAULT_EVENTS = 100;

export function forwardingMethods(
  served: ServedNode,
): Pick<Methods<typeof LightningService, LightningServer>, 'forwardingHistory'> {
  return {
    forwardingHistory: (request) => {
      const matching = served.node.forwardingHistory().filter(forwardFilter(served, request));
      const most = request.numMaxEvents === 0 ? DEFAULT_EVENTS : request.numMaxEvents;
      const page = matching.slice(request.indexOffset, request.indexOffset + most);
      return {
        forwardingEvents: page.map((forward) => writeForward(served, forward, request)),
        lastOffsetIndex: request.indexOffset + page.length,
      };
    },
  };
}

/** Times are Unix seconds; an end of 0 is now. Empty lists of channels let all pass. */
function forwardFilter(
  served: ServedNode,
  request: ForwardingHistoryRequest,
): (forward: ForwardRecord) => boolean {
  const startNs = request.startTime * NS_PER_SECOND;
  const endNs =
    request.endTime === 0n
      ? BigInt(Math.ceil(served.network.clock.now())) * 1_000_000n
      : request.endTime * NS_PER_SECOND;
  const incoming = new Set(request.incomingChanIds);
  const outgoing = new Set(request.outgoingChanIds);
  return (forward) =>
    forward.timestampNs >= startNs &&
    forward.timestampNs <= endNs &&
    (incoming.size === 0 || incoming.has(forward.channelIn)) &&
    (outgoing.size === 0 || outgoing.has(forward.channelOut));
}

function writeForward(
  served: ServedNode,
  forward: ForwardRecord,
  { peerAliasLookup }: ForwardingHistoryRequest,
): ForwardingEvent {
  const alias = (channelId: ChannelId): string =>
    peerAliasLookup ? (served.node.channel(channelId)?.peerAlias ?? '') : '';
  return {
    timestamp: forward.timestampNs / NS_PER_SECOND,
    timestampNs: forward.timestampNs,
    chanIdIn: forward.channelIn,
    chanIdOut: forward.channelOut,
    amtIn: forward.amountInMsat / 1000n,
    amtOut: forward.amountOutMsat / 1000n,
    fee: forward.feeMsat / 1000n,
    feeMsat: forward.feeMsat,
    amtInMsat: forward.amountInMsat,
    amtOutMsat: forward.amountOutMsat,
    peerAliasIn: alias(forward.channelIn),
    peerAliasOut: alias(forward.channelOut),
    incomingHtlcId: forward.incomingHtlcId,
    outgoingHtlcId: forward.outgoingHtlcId,
  };
}
