/** HTLC events as lnd's messages (lnd: `routerrpc/subscribe_events.go`). */
import {
  FailureDetail,
  HtlcEvent,
  HtlcEvent_EventType,
  type HtlcInfo,
} from '../../generated/services/router.ts';
import type { SimulatedHtlcEvent } from '../records.ts';

const EVENT_TYPE = {
  unknown: HtlcEvent_EventType.UNKNOWN,
  send: HtlcEvent_EventType.SEND,
  receive: HtlcEvent_EventType.RECEIVE,
  forward: HtlcEvent_EventType.FORWARD,
} as const;

/** The first message of each stream: from here on nothing is missed. */
export const SUBSCRIBED_EVENT: HtlcEvent = HtlcEvent.fromPartial({
  event: { $case: 'subscribedEvent', value: {} },
});

export function writeHtlcEvent(event: SimulatedHtlcEvent): HtlcEvent {
  return {
    incomingChannelId: event.incomingChannelId,
    outgoingChannelId: event.outgoingChannelId,
    incomingHtlcId: event.incomingHtlcId,
    outgoingHtlcId: event.outgoingHtlcId,
    timestampNs: event.timestampNs,
    eventType: EVENT_TYPE[event.type],
    event: writeBody(event.event),
  };
}

function writeBody(body: SimulatedHtlcEvent['event']): HtlcEvent['event'] {
  switch (body.kind) {
    case 'forward':
      return { $case: 'forwardEvent', value: { info: writeInfo(body) } };
    case 'forward_fail':
      return { $case: 'forwardFailEvent', value: {} };
    case 'settle':
      return { $case: 'settleEvent', value: { preimage: body.preimage } };
    case 'link_fail':
      return {
        $case: 'linkFailEvent',
        value: {
          info: writeInfo(body),
          wireFailure: body.wireFailure,
          failureDetail: FailureDetail[body.detail],
          failureString: body.failureText,
        },
      };
    case 'final': {
      const { settled, offchain } = body;
      return { $case: 'finalHtlcEvent', value: { settled, offchain } };
    }
  }
}

type BodyWithInfo = Extract<SimulatedHtlcEvent['event'], { kind: 'forward' | 'link_fail' }>;

const writeInfo = (body: BodyWithInfo): HtlcInfo => ({
  incomingTimelock: body.incomingTimelock,
  outgoingTimelock: body.outgoingTimelock,
  incomingAmtMsat: body.incomingAmountMsat,
  outgoingAmtMsat: body.outgoingAmountMsat,
});
