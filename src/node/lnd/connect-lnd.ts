/** `connectLnd`: a {@link LightningNode} over lnd's gRPC. */
import type { LightningNode, NodeCapabilities } from '../../ports.ts';
import { parseLndAddress } from './address.ts';
import { closingChannels } from './closing-channels.ts';
import { customMessages } from './custom-messages.ts';
import { fetchGraph } from './describe-graph.ts';
import { forwardingHistory } from './forwarding-history.ts';
import { addHoldInvoice, settleInvoice, watchInvoice } from './hold-invoices.ts';
import { htlcEvents } from './htlc-events.ts';
import { interceptForwards } from './intercept-forwards.ts';
import { addInvoice, cancelInvoice, deleteCanceledInvoice, lookupInvoice } from './invoices.ts';
import { LndCalls } from './lnd-calls.ts';
import { LndChannel, type LndChannelOptions } from './lnd-channel.ts';
import { importMissionControl, missionControl } from './mission-control.ts';
import { fetchOwnChannels } from './own-channels.ts';
import { deleteFailedPayment, unfinishedPayments } from './payments.ts';
import { fetchInfo, requireReady } from './readiness.ts';
import { sendToRoute } from './send-to-route.ts';
import { trackPayment } from './track-payment.ts';

const CAPABILITIES: NodeCapabilities = {
  sendToRoute: true,
  holdInvoices: true,
  inboundFees: true,
  htlcEvents: true,
  intercept: true,
  missionControl: true,
  importMissionControl: true,
  forwardingHistory: true,
  customMessages: true,
  reasons: {},
};

/** Where lnd is, and what it lets us in with. */
export interface ConnectLndOptions {
  /** Host and port of lnd's gRPC; the port defaults to lnd's own, 10009. IPv6 with a port in brackets. */
  readonly address: string;
  /**
   * lnd's own certificate (`tls.cert`), as path, PEM text or bytes. No other authority is trusted. A path is read
   * again whenever the connection has to be made anew, since lnd replaces a certificate that expires.
   */
  readonly tlsCert: string | Uint8Array;
  /**
   * The macaroon, as path, bytes or hex. A path is read again together with the certificate. `bakeMacaroonCommand`
   * tells how to make the smallest one that works.
   */
  readonly macaroon: string | Uint8Array;
  /**
   * A name to look for in the certificate instead of the address; needed when a host name that the certificate does
   * not hold leads to the node, such as that of a tunnel. lnd's certificates always hold `localhost`. For an IP
   * address that the certificate does not hold, `localhost` is taken without being asked for, as long as the node
   * presents exactly the certificate given: then its key proves who answers.
   */
  readonly serverName?: string;
  /**
   * Refuse a node that is behind the chain or the graph. Default true: on a stale height routes carry expiries that
   * peers refuse, and on a partial graph the cheapest circle is not found.
   */
  readonly requireSynced?: boolean;
  /**
   * Longest wait for ordinary calls, in ms. Default 30,000: these take milliseconds, but lnd's database may be busy
   * for seconds. Calls that wait for an HTLC (SendToRouteV2, TrackPaymentV2, SubscribeSingleInvoice) have none,
   * because ending the call would not end the payment.
   */
  readonly callDeadlineMs?: number;
  /** Longest wait for the graph, in ms. Default 120,000: tens of megabytes, perhaps from a small machine. */
  readonly graphDeadlineMs?: number;
  /** Longest wait for a connection, in ms, once for TLS and once for gRPC. Default 15,000. */
  readonly connectDeadlineMs?: number;
}

/**
 * Connects to an lnd of version 0.18.5 or newer. Before it resolves, it has made sure that the node can be reached
 * and shows the right certificate, that its wallet is open, that it accepts the macaroon, that its version will do,
 * and that it is in sync.
 *
 * A connection that breaks is made anew by the next call.
 *
 * @throws NodeError whose code and message name the first of these that does not hold, and what to do about it
 */
export async function connectLnd(options: ConnectLndOptions): Promise<LightningNode> {
  const {
    callDeadlineMs = 30_000,
    graphDeadlineMs = 120_000,
    connectDeadlineMs = 15_000,
    requireSynced = true,
  } = options;
  const channel: LndChannelOptions = {
    address: parseLndAddress(options.address),
    tlsCert: options.tlsCert,
    macaroon: options.macaroon,
    serverName: options.serverName,
    connectDeadlineMs,
  };
  const calls = new LndCalls(new LndChannel(channel));
  const closing = new AbortController();
  try {
    await requireReady(calls, { requireSynced, deadlineMs: callDeadlineMs });
  } catch (error) {
    calls.close();
    throw error;
  }
  return {
    capabilities: CAPABILITIES,
    info: () => fetchInfo(calls, callDeadlineMs),
    describeGraph: () => fetchGraph(calls, graphDeadlineMs),
    ownChannels: () => fetchOwnChannels(calls, callDeadlineMs),
    closingChannels: () => closingChannels(calls, callDeadlineMs),
    addInvoice: (request) => addInvoice(calls, request, callDeadlineMs),
    lookupInvoice: (paymentHash) => lookupInvoice(calls, paymentHash, callDeadlineMs),
    cancelInvoice: (paymentHash) => cancelInvoice(calls, paymentHash, callDeadlineMs),
    addHoldInvoice: (request) => addHoldInvoice(calls, request, callDeadlineMs),
    settleInvoice: (preimage) => settleInvoice(calls, preimage, callDeadlineMs),
    watchInvoice: (paymentHash, { signal }) =>
      watchInvoice(calls, paymentHash, {
        signal,
        deadlineMs: callDeadlineMs,
        silenceMs: callDeadlineMs,
      }),
    sendToRoute: (request) => sendToRoute(calls, request),
    trackPayment: (paymentHash, { signal }) => trackPayment(calls, paymentHash, signal),
    unfinishedPayments: ({ sinceMs }) =>
      unfinishedPayments(calls, { sinceMs, deadlineMs: callDeadlineMs }),
    deleteFailedPayment: (paymentHash) => deleteFailedPayment(calls, paymentHash, callDeadlineMs),
    deleteCanceledInvoice: (paymentHash) =>
      deleteCanceledInvoice(calls, paymentHash, callDeadlineMs),
    forwardingHistory: ({ sinceMs }) =>
      forwardingHistory(calls, { sinceMs, deadlineMs: callDeadlineMs }),
    htlcEvents: ({ signal }) => htlcEvents(calls, signal),
    missionControl: () => missionControl(calls, callDeadlineMs),
    importMissionControl: (pairs) => importMissionControl(calls, pairs, callDeadlineMs),
    customMessages: customMessages(calls, callDeadlineMs),
    interceptForwards: (given) =>
      interceptForwards({ channel, options: given, closed: closing.signal }),
    close: async () => {
      closing.abort();
      calls.close();
    },
  };
}
