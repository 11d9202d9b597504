/**
 * What a macaroon permits, learnt by asking: lnd checks it before it looks at a request, so for each method there is a
 * request that lnd refuses, or that changes nothing, once the macaroon has passed. What sends gets no route, what makes an
 * invoice gets a memo that is too long, and what names a payment or an invoice names one that does not exist.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type ServiceError, status } from '@grpc/grpc-js';
import { ListChannelsRequest } from '../../generated/services/channels.ts';
import {
  SendCustomMessageRequest,
  SubscribeCustomMessagesRequest,
} from '../../generated/services/custom_messages.ts';
import { DelCanceledInvoiceReq, Invoice, PaymentHash } from '../../generated/services/invoice.ts';
import {
  AddHoldInvoiceRequest,
  CancelInvoiceMsg,
  InvoicesService,
  SettleInvoiceMsg,
  SubscribeSingleInvoiceRequest,
} from '../../generated/services/invoices.ts';
import { LightningService } from '../../generated/services/lightning.ts';
import { GetInfoRequest } from '../../generated/services/node.ts';
import { DeletePaymentRequest, ListPaymentsRequest } from '../../generated/services/payments.ts';
import { PendingChannelsRequest } from '../../generated/services/pending.ts';
import { ForwardingHistoryRequest } from '../../generated/services/policy.ts';
import {
  QueryMissionControlRequest,
  RouterService,
  SendToRouteRequest,
  SubscribeHtlcEventsRequest,
  TrackPaymentRequest,
  XImportMissionControlRequest,
} from '../../generated/services/router.ts';
import { bytesToHex } from '../../units/bytes.ts';
import type { LndCalls, StreamMethod, UnaryMethod } from './lnd-calls.ts';
import type { GuardedMethodPath } from './permissions.ts';

/** How a probe ended, as a status; `null` where lnd answered, or took the request and was silent. */
export type ProbeEnd = ServiceError | null;

export interface ProbeTerms {
  readonly calls: LndCalls;
  readonly deadlineMs: number;
  /** 32 bytes of chance, which no payment and no invoice goes by. */
  readonly nobody: Uint8Array;
}

type Probe = (terms: ProbeTerms) => Promise<ProbeEnd>;

/** lnd takes 1,024 bytes. */
const LONG_MEMO = 'x'.repeat(2000);
/** Should one be made all the same. */
const EXPIRY_SECONDS = 1n;
const FIRST_CUSTOM_TYPE = 32_768;
/** Streams that have nothing to tell are silent; a refusal comes before the answer to what was asked after them. */
const SILENCE_MS = 250;

/** Two methods have none: the graph is read in earnest, and forwards would wait while somebody asks whether they may. */
export const PROBES: Readonly<
  Record<
    Exclude<
      GuardedMethodPath,
      '/lnrpc.Lightning/DescribeGraph' | '/routerrpc.Router/HtlcInterceptor'
    >,
    Probe
  >
> = {
  '/lnrpc.Lightning/GetInfo': asks(LightningService.getInfo, () => GetInfoRequest.create()),
  '/lnrpc.Lightning/ListChannels': asks(LightningService.listChannels, () =>
    ListChannelsRequest.create(),
  ),
  '/lnrpc.Lightning/PendingChannels': asks(LightningService.pendingChannels, () =>
    PendingChannelsRequest.create(),
  ),
  '/lnrpc.Lightning/AddInvoice': async ({ calls, deadlineMs }) => {
    const request = Invoice.fromPartial({ memo: LONG_MEMO, expiry: EXPIRY_SECONDS });
    const end = await calls.attempt(LightningService.addInvoice, request, deadlineMs);
    if (end.kind === 'status') return end.error;
    await cancel(end.response.rHash, { calls, deadlineMs });
    return null;
  },
  '/lnrpc.Lightning/LookupInvoice': asks(LightningService.lookupInvoice, (nobody) =>
    PaymentHash.fromPartial({ rHash: nobody }),
  ),
  '/lnrpc.Lightning/DeleteCanceledInvoice': asks(LightningService.deleteCanceledInvoice, (nobody) =>
    DelCanceledInvoiceReq.fromPartial({ invoiceHash: bytesToHex(nobody) }),
  ),
  '/lnrpc.Lightning/ListPayments': asks(LightningService.listPayments, () =>
    ListPaymentsRequest.fromPartial({ maxPayments: 1n, reversed: true }),
  ),
  '/lnrpc.Lightning/DeletePayment': asks(LightningService.deletePayment, (nobody) =>
    DeletePaymentRequest.fromPartial({ paymentHash: nobody }),
  ),
  '/lnrpc.Lightning/ForwardingHistory': asks(LightningService.forwardingHistory, () =>
    ForwardingHistoryRequest.fromPartial({ numMaxEvents: 1 }),
  ),
  '/lnrpc.Lightning/SendCustomMessage': asks(LightningService.sendCustomMessage, (nobody) =>
    SendCustomMessageRequest.fromPartial({
      peer: Uint8Array.of(2, ...nobody),
      type: FIRST_CUSTOM_TYPE,
    }),
  ),
  '/lnrpc.Lightning/SubscribeCustomMessages': listens(
    LightningService.subscribeCustomMessages,
    () => SubscribeCustomMessagesRequest.create(),
  ),
  '/invoicesrpc.Invoices/CancelInvoice': asks(InvoicesService.cancelInvoice, (nobody) =>
    CancelInvoiceMsg.fromPartial({ paymentHash: nobody }),
  ),
  '/invoicesrpc.Invoices/AddHoldInvoice': async ({ calls, deadlineMs, nobody }) => {
    const request = AddHoldInvoiceRequest.fromPartial({
      hash: nobody,
      memo: LONG_MEMO,
      expiry: EXPIRY_SECONDS,
    });
    const end = await calls.attempt(InvoicesService.addHoldInvoice, request, deadlineMs);
    if (end.kind === 'status') return end.error;
    await cancel(nobody, { calls, deadlineMs });
    return null;
  },
  '/invoicesrpc.Invoices/SettleInvoice': asks(InvoicesService.settleInvoice, (nobody) =>
    SettleInvoiceMsg.fromPartial({ preimage: nobody }),
  ),
  '/invoicesrpc.Invoices/SubscribeSingleInvoice': listens(
    InvoicesService.subscribeSingleInvoice,
    (nobody) => SubscribeSingleInvoiceRequest.fromPartial({ rHash: nobody }),
  ),
  // Without a route there is nothing that could be sent (lnd: `router_server.go`, `SendToRouteV2`).
  '/routerrpc.Router/SendToRouteV2': asks(RouterService.sendToRouteV2, (nobody) =>
    SendToRouteRequest.fromPartial({ paymentHash: nobody }),
  ),
  '/routerrpc.Router/TrackPaymentV2': listens(RouterService.trackPaymentV2, (nobody) =>
    TrackPaymentRequest.fromPartial({ paymentHash: nobody }),
  ),
  '/routerrpc.Router/SubscribeHtlcEvents': listens(RouterService.subscribeHtlcEvents, () =>
    SubscribeHtlcEventsRequest.create(),
  ),
  '/routerrpc.Router/QueryMissionControl': asks(RouterService.queryMissionControl, () =>
    QueryMissionControlRequest.create(),
  ),
  // lnd refuses an import of nothing.
  '/routerrpc.Router/XImportMissionControl': asks(RouterService.xImportMissionControl, () =>
    XImportMissionControlRequest.create(),
  ),
};

function asks<Request, Response>(
  method: UnaryMethod<Request, Response>,
  requestOf: (nobody: Uint8Array) => Request,
): Probe {
  return async ({ calls, deadlineMs, nobody }) => {
    const end = await calls.attempt(method, requestOf(nobody), deadlineMs);
    return end.kind === 'status' ? end.error : null;
  };
}

function listens<Request, Response>(
  method: StreamMethod<Request, Response>,
  requestOf: (nobody: Uint8Array) => Request,
): Probe {
  return async (terms) => {
    const stream = await terms.calls.stream(method, requestOf(terms.nobody));
    const { promise, resolve } = Promise.withResolvers<ProbeEnd>();
    stream.once('error', (error: ServiceError) => resolve(error));
    stream.once('data', () => resolve(null));
    stream.once('end', () => resolve(null));
    void PROBES['/lnrpc.Lightning/GetInfo'](terms)
      .then(() => delay(SILENCE_MS))
      .then(
        () => resolve(null),
        () => resolve(null),
      );
    try {
      return await promise;
    } finally {
      terms.calls.finish(stream);
    }
  };
}

async function cancel(
  paymentHash: Uint8Array,
  { calls, deadlineMs }: Pick<ProbeTerms, 'calls' | 'deadlineMs'>,
): Promise<void> {
  const request = CancelInvoiceMsg.fromPartial({ paymentHash });
  await calls.attempt(InvoicesService.cancelInvoice, request, deadlineMs);
}

/**
 * Whether lnd would take an interceptor: one is offered, and taken back at once. Forwards of that moment go on as it ends.
 */
export async function probeInterceptor({ calls, ...rest }: ProbeTerms): Promise<ProbeEnd> {
  const stream = await calls.twoWay(RouterService.htlcInterceptor);
  const { promise, resolve } = Promise.withResolvers<ProbeEnd>();
  stream.once('error', (error: ServiceError) => resolve(endsAsAsked(error) ? null : error));
  stream.once('end', () => resolve(null));
  // It ends with its reader only where it is read.
  stream.resume();
  stream.end();
  void PROBES['/lnrpc.Lightning/GetInfo']({ calls, ...rest })
    .then(() => delay(SILENCE_MS))
    .then(
      () => resolve(null),
      () => resolve(null),
    );
  try {
    return await promise;
  } finally {
    calls.finish(stream);
  }
}

/** lnd ends the stream with what reading from it gave. */
const endsAsAsked = ({ code, details }: ServiceError): boolean =>
  code === status.UNKNOWN && details === 'EOF';
