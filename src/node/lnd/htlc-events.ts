/** SubscribeHtlcEvents: what becomes of HTLCs at the node (lnd: `routerrpc/subscribe_events.go`). */
import {
  FailureDetail,
  type HtlcEvent,
  HtlcEvent_EventType,
  type HtlcInfo,
  RouterService,
  SubscribeHtlcEventsRequest,
} from '../../generated/services/router.ts';
import type {
  CircuitKey,
  HtlcEventNews,
  HtlcNews,
  HtlcRefusal,
  HtlcTerms,
  StopSignal,
} from '../../ports.ts';
import type { ChannelId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
import { isServiceError, streamMessages } from './stream-messages.ts';

const NS_PER_MS = 1_000_000n;

/** Ends quietly when the signal aborts, and rejects with `NodeError` when lnd ends it. */
export async function* htlcEvents(
  calls: LndCalls,
  signal: StopSignal,
): AsyncGenerator<HtlcNews, void, undefined> {
  const method = RouterService.subscribeHtlcEvents;
  const request = SubscribeHtlcEventsRequest.create();
  try {
    for await (const message of streamMessages(calls, { method, request, signal })) {
      yield readNews(message);
    }
  } catch (error) {
    throw isServiceError(error) ? await calls.explain(error, method.path, null) : error;
  }
  if (signal.aborted) return;
  throw new NodeError('rpc', 'lnd stopped reporting HTLC events; subscribe again');
}

function readNews(message: HtlcEvent): HtlcNews {
  const { event } = message;
  switch (event?.$case) {
    case 'subscribedEvent':
      return { kind: 'listening' };
    case 'forwardEvent':
      return { ...circuitNews(message), kind: 'went_out', ...readTerms(event.value.info) };
    case 'forwardFailEvent':
      return { ...circuitNews(message), kind: 'failed_onward' };
    case 'settleEvent':
      return { ...circuitNews(message), kind: 'settled' };
    case 'linkFailEvent': {
      const { info, failureDetail } = event.value;
      const refusal = REFUSALS.get(failureDetail) ?? 'UNRECOGNIZED';
      return { ...circuitNews(message), kind: 'refused', refusal, ...readTerms(info) };
    }
    case 'finalHtlcEvent':
      return { ...circuitNews(message), kind: 'resolved', settled: event.value.settled };
    case undefined:
      return { kind: 'unrecognized' };
  }
}

type Circuit = Pick<HtlcEventNews, 'in' | 'out' | 'atMs' | 'purpose'>;

const circuitNews = (event: HtlcEvent): Circuit => ({
  in: readKey(event.incomingChannelId, event.incomingHtlcId),
  out: readKey(event.outgoingChannelId, event.outgoingHtlcId),
  atMs: Number(event.timestampNs / NS_PER_MS),
  purpose: readPurpose(event.eventType),
});

const readKey = (channelId: string, htlcId: bigint): CircuitKey | null =>
  channelId === '0' ? null : { channelId: channelId as ChannelId, htlcId };

function readPurpose(type: HtlcEvent_EventType): HtlcEventNews['purpose'] {
  if (type === HtlcEvent_EventType.SEND) return 'send';
  if (type === HtlcEvent_EventType.RECEIVE) return 'receive';
  if (type === HtlcEvent_EventType.FORWARD) return 'forward';
  return 'unknown';
}

/** Numbers that are in none of our names stay what they are in a message. */
const REFUSALS: ReadonlyMap<number, HtlcRefusal> = new Map(
  (Object.keys(FailureDetail) as (keyof typeof FailureDetail)[]).map((name) => [
    FailureDetail[name],
    name,
  ]),
);

const readTerms = (info: HtlcInfo | undefined): HtlcTerms => ({
  amountInMsat: info?.incomingAmtMsat ?? 0n,
  amountOutMsat: info?.outgoingAmtMsat ?? 0n,
});
