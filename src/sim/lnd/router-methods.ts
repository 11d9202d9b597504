/** The Router service: sending along given routes, and following payments. */
import type { HTLCAttempt, Payment } from '../../generated/services/payments.ts';
import type {
  HtlcEvent,
  RouterServer,
  RouterService,
  SendToRouteRequest,
} from '../../generated/services/router.ts';
import type { PaymentHash } from '../../units/ids.ts';
import type { SimulatedPayment } from '../records.ts';
import { endsOf } from './graph-messages.ts';
import { visibleChannel } from './graph-methods.ts';
import { SUBSCRIBED_EVENT, writeHtlcEvent } from './htlc-event-message.ts';
import { interceptorMethods } from './interceptor-methods.ts';
import { missionControlMethods } from './mission-control-methods.ts';
import { writeAttempt, writePayment } from './payment-messages.ts';
import { allPayments } from './payment-methods.ts';
import { readHash } from './request-fields.ts';
import { keepRoute } from './route-message.ts';
import { notFound, notSimulated, plainError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import { granted, type ServedNode } from './served-node.ts';

const FIRST_CUSTOM_TYPE = 65536n;

export function routerMethods(served: ServedNode): Methods<typeof RouterService, RouterServer> {
  return {
    sendToRouteV2: (request) => sendToRoute(served, request),
    trackPaymentV2: (request, signal) =>
      paymentUpdates(trackedPayment(served, readHash(request.paymentHash), signal), request),
    trackPayments: (request, signal) => paymentUpdates(everyPayment(served, signal), request),
    subscribeHtlcEvents: (_request, signal) => htlcEvents(served, signal),
    buildRoute: () => {
      throw notSimulated('BuildRoute', 'build the route from DescribeGraph and ListChannels');
    },
    ...missionControlMethods(served),
    ...interceptorMethods(served),
  };
}

/** Runs to its end whether or not the client stays, as in lnd. */
async function sendToRoute(served: ServedNode, request: SendToRouteRequest): Promise<HTLCAttempt> {
  if (request.route === undefined) throw plainError('unable to send, no routes provided');
  const route = keepRoute(request.route, {
    self: served.node.nodeId,
    endsOf: (channelId) => {
      const channel = visibleChannel(served, channelId);
      return channel && endsOf(channel);
    },
  });
  const paymentHash = readHash(request.paymentHash);
  for (const type of request.firstHopCustomRecords.keys()) {
    if (type < FIRST_CUSTOM_TYPE) {
      throw plainError(`custom records entry with TLV type below min: ${FIRST_CUSTOM_TYPE}`);
    }
  }
  const { skipTempErr } = request;
  const { attempt } = granted(await served.node.sendToRoute({ paymentHash, route, skipTempErr }));
  return writeAttempt(attempt);
}

function trackedPayment(
  served: ServedNode,
  paymentHash: PaymentHash,
  signal: AbortSignal,
): AsyncIterable<SimulatedPayment> {
  const tracked = served.node.trackPayment(paymentHash, { signal });
  if (tracked.kind === 'not_found') throw notFound(tracked.message);
  return tracked.updates;
}

/** Those in flight first, then every change (lnd: `controlTower.SubscribeAllPayments`). */
async function* everyPayment(
  served: ServedNode,
  signal: AbortSignal,
): AsyncGenerator<SimulatedPayment> {
  const changes = served.node.trackPayments({ signal });
  yield* allPayments(served).filter((payment) => payment.state === 'in_flight');
  yield* changes;
}

async function* paymentUpdates(
  payments: AsyncIterable<SimulatedPayment>,
  { noInflightUpdates }: { readonly noInflightUpdates: boolean },
): AsyncGenerator<Payment> {
  for await (const payment of payments) {
    if (noInflightUpdates && payment.state === 'in_flight') continue;
    yield writePayment(payment);
  }
}

async function* htlcEvents(served: ServedNode, signal: AbortSignal): AsyncGenerator<HtlcEvent> {
  const events = served.node.htlcEvents({ signal });
  yield SUBSCRIBED_EVENT;
  for await (const event of events) yield writeHtlcEvent(event);
}
