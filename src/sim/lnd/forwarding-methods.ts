/** ForwardingHistory: the settled forwards of the node. */
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import type { ForwardingEvent, ForwardingHistoryRequest } from '../../generated/services/policy.ts';
import type { ChannelId } from '../../units/ids.ts';
import { nowNs } from '../clock.ts';
import type { ForwardRecord } from '../records.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

const NS_PER_SECOND = 1_000_000_000n;
/** Forwards of one millisecond are a nanosecond apart. */
const NS_PER_MS = 1_000_000n;
const DEFAULT_EVENTS = 100;
/** Of a channel that has been closed since. */
const UNKNOWN_ALIAS =
  'unable to lookup peer alias: rpc error: code = NotFound desc = edge not found';

export function forwardingMethods(
  served: ServedNode,
): Pick<Methods<typeof LightningService, LightningServer>, 'forwardingHistory'> {
  return {
    forwardingHistory: (request) => {
      const matching = served.node
        .forwardingHistory(periodOf(served, request))
        .filter(channelFilter(request));
      const most = request.numMaxEvents === 0 ? DEFAULT_EVENTS : request.numMaxEvents;
      const page = matching.slice(request.indexOffset, request.indexOffset + most);
      return {
        forwardingEvents: page.map((forward) => writeForward(served, forward, request)),
        lastOffsetIndex: request.indexOffset + page.length,
      };
    },
  };
}

/** Unix seconds; an end of 0 is now. */
const periodOf = (
  served: ServedNode,
  { startTime, endTime }: ForwardingHistoryRequest,
): { readonly sinceNs: bigint; readonly untilNs: bigint } => ({
  sinceNs: startTime * NS_PER_SECOND,
  untilNs: endTime === 0n ? nowNs(served.network.clock) + NS_PER_MS : endTime * NS_PER_SECOND,
});

/** Empty lists let all pass. */
function channelFilter(request: ForwardingHistoryRequest): (forward: ForwardRecord) => boolean {
  const incoming = new Set(request.incomingChanIds);
  const outgoing = new Set(request.outgoingChanIds);
  return (forward) =>
    (incoming.size === 0 || incoming.has(forward.channelIn)) &&
    (outgoing.size === 0 || outgoing.has(forward.channelOut));
}

function writeForward(
  served: ServedNode,
  forward: ForwardRecord,
  { peerAliasLookup }: ForwardingHistoryRequest,
): ForwardingEvent {
  const alias = (channelId: ChannelId): string => {
    if (!peerAliasLookup) return '';
    return served.node.channel(channelId)?.peerAlias ?? UNKNOWN_ALIAS;
  };
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
