/** `connectCln`: a {@link LightningNode} over Core Lightning. */
import { readFile } from 'node:fs/promises';
import type { GraphDescription, LightningNode, NodeCapabilities } from '../../ports.ts';
import { NodeError } from '../node-error.ts';
import { AskreneSharing } from './askrene-sharing.ts';
import { AttemptIds } from './attempt-ids.ts';
import { ChannelEnds } from './channel-ends.ts';
import { ClnCalls } from './cln-calls.ts';
import { closingChannels } from './closing-channels.ts';
import { customMessages } from './custom-messages.ts';
import { fetchGraph } from './describe-graph.ts';
import { forwardingHistory } from './forwarding-history.ts';
import { GossipStoreFile } from './gossip-store/gossip-store-file.ts';
import { htlcEvents } from './htlc-events.ts';
import {
  addInvoice,
  cancelInvoice,
  deleteCanceledInvoice,
  lookupInvoice,
  watchInvoice,
} from './invoices.ts';
import { fetchOwnChannels, listPeerChannels, unannounced } from './own-channels.ts';
import { deleteFailedPayment, unfinishedPayments } from './payments.ts';
import { PeerAliases } from './peer-aliases.ts';
import { fetchInfo, requireReady } from './readiness.ts';
import { sendToRoute } from './send-to-route.ts';
import { trackPayment } from './track-payment.ts';
import type { Carrier } from './transport/carrier.ts';
import { parseRestAddress } from './transport/rest-address.ts';
import { RestCarrier, type RestCarrierOptions } from './transport/rest-carrier.ts';
import { SocketCarrier } from './transport/socket-carrier.ts';
import { teachXpay, xpayBeliefs } from './xpay-layer.ts';

/** Over lightningd's unix socket, on the same machine. */
export interface ClnSocket {
  /** `lightning-rpc` in the network's folder, such as ~/.lightning/bitcoin/lightning-rpc. */
  readonly socket: string;
}

/** Over clnrest, from any machine. */
export interface ClnRest {
  /** Such as https://node.example:3010. Plain http is for addresses of this machine only. */
  readonly restUrl: string;
  /** `createRuneCommand` tells how to make the smallest one that works. */
  readonly rune: string;
  /** The authority that signed clnrest's certificate: `ca.pem` in lightningd's folder, as path, PEM text or bytes. */
  readonly tlsCa?: string | Uint8Array;
  /** A name to look for in the certificate instead of the address; clnrest's always holds `localhost`. */
  readonly serverName?: string;
}

/** Where lightningd is: its socket, or clnrest with a rune. */
export type ConnectClnOptions = (ClnSocket | ClnRest) & {
  /**
   * lightningd's gossip_store, where it can be read from here: the graph is then read from it, and holds the inbound
   * fees that others announced. Without it they are not known: discounts are missed, and surcharges learnt by failing.
   */
  readonly gossipStore?: string;
  /**
   * Tell the node's own payments (xpay) of what ours use and learn, where it has askrene. Default true: it costs a few
   * calls for each attempt, which nothing waits for.
   */
  readonly shareWithXpay?: boolean;
  /** Refuse a node that is behind the chain. Default true: on a stale height expiries are too low. */
  readonly requireSynced?: boolean;
  /** Longest wait for ordinary calls, in ms. Default 30,000. Calls that wait for an HTLC have none. */
  readonly callDeadlineMs?: number;
  /** Longest wait for all channels of the network, and other long lists, in ms. Default 120,000. */
  readonly graphDeadlineMs?: number;
  /** Longest wait for a connection, in ms. Default 15,000. */
  readonly connectDeadlineMs?: number;
};

/** An ordinary answer of a node with thousands of channels is a few megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** All channels of the network are some forty megabytes; a JavaScript text holds no more than 512. */
const MAX_BULK_BYTES = 400 * 1024 * 1024;

const NO_HOLDING =
  "Core Lightning holds payments for plugins alone, so what arrives is taken over whichever channel it comes; ask for arrival: 'report'";

const capabilitiesOf = ({
  hasGossipStore,
  hasEvents,
}: {
  readonly hasGossipStore: boolean;
  readonly hasEvents: boolean;
}): NodeCapabilities => ({
  sendToRoute: true,
  holdInvoices: false,
  inboundFees: hasGossipStore,
  htlcEvents: true,
  intercept: false,
  missionControl: true,
  importMissionControl: true,
  forwardingHistory: true,
  customMessages: hasEvents,
  reasons: {
    holdInvoices: NO_HOLDING,
    ...(!hasGossipStore && {
      inboundFees:
        'lightningd knows none; give the path of its gossip_store, which holds what others announced',
    }),
    intercept: 'Core Lightning lets forwards wait for plugins alone',
    ...(!hasEvents && {
      customMessages:
        'over its socket lightningd tells incoming messages to plugins alone; connect over clnrest',
    }),
  },
});

/**
 * Connects to a Core Lightning of version 23.11 or newer. Before it resolves, it has made sure that lightningd answers,
 * that the rune is taken, that its version will do, and that it is in sync with the chain.
 *
 * A connection that breaks is made anew by the next call.
 *
 * @throws NodeError whose code and message name the first of these that does not hold, and what to do about it
 */
export async function connectCln(options: ConnectClnOptions): Promise<LightningNode> {
  const { callDeadlineMs = 30_000, graphDeadlineMs = 120_000, requireSynced = true } = options;
  const rest = 'socket' in options ? undefined : await restOptions(options);
  const carrier: Carrier =
    'socket' in options
      ? new SocketCarrier({ path: options.socket, ...limitsOf(options) })
      : new RestCarrier(rest!);
  const calls = new ClnCalls(carrier, { callMs: callDeadlineMs, bulkMs: graphDeadlineMs });
  const store =
    options.gossipStore === undefined ? undefined : new GossipStoreFile(options.gossipStore);
  try {
    await requireReady(calls, { requireSynced });
  } catch (error) {
    calls.close();
    throw error;
  }
  return nodeOver(calls, { store, rest, wanted: options.shareWithXpay ?? true });
}

/** The node at the other end of these calls, whatever carries them. */
export function nodeOver(
  calls: ClnCalls,
  given: {
    readonly store: GossipStoreFile | undefined;
    /** Where events are told; absent where nobody tells them. */
    readonly rest?: RestCarrierOptions | undefined;
    readonly wanted: boolean;
  },
): LightningNode {
  const { store, rest, wanted } = given;
  const closing = new AbortController();
  const sharing = new AskreneSharing(calls, { wanted });
  const isDistant = rest !== undefined;
  const parts = { calls, sharing, attemptIds: new AttemptIds(), isDistant };
  const aliases = new PeerAliases(calls);
  let ends: ChannelEnds | undefined;
  const describeGraph = async (): Promise<GraphDescription> => {
    const graph = await wholeGraph(calls, store);
    ends = new ChannelEnds(graph);
    return graph;
  };
  const channelEnds = async (): Promise<ChannelEnds> => {
    if (ends === undefined) await describeGraph();
    return ends!;
  };
  const holdsNothing = async (): Promise<never> => {
    throw new NodeError('unsupported', NO_HOLDING);
  };
  return {
    capabilities: capabilitiesOf({
      hasGossipStore: store !== undefined,
      hasEvents: rest !== undefined,
    }),
    info: () => fetchInfo(calls),
    describeGraph,
    ownChannels: () => fetchOwnChannels(calls, aliases),
    closingChannels: () => closingChannels(calls),
    addInvoice: (request) => addInvoice(calls, request),
    lookupInvoice: (paymentHash) => lookupInvoice(calls, paymentHash),
    cancelInvoice: (paymentHash) => cancelInvoice(calls, paymentHash),
    addHoldInvoice: holdsNothing,
    settleInvoice: async () => ({ kind: 'not_accepted', reason: NO_HOLDING }),
    watchInvoice: (paymentHash, { signal }) => watchInvoice(calls, paymentHash, { signal }),
    sendToRoute: (request) => sendToRoute(parts, request),
    trackPayment: (paymentHash, { signal }) => trackPayment(parts, paymentHash, signal),
    unfinishedPayments: ({ sinceMs }) => unfinishedPayments(calls, { sinceMs }),
    deleteFailedPayment: (paymentHash) => deleteFailedPayment(calls, paymentHash),
    deleteCanceledInvoice: (paymentHash) => deleteCanceledInvoice(calls, paymentHash),
    forwardingHistory: ({ sinceMs }) => forwardingHistory(calls, { sinceMs }),
    htlcEvents: ({ signal }) => htlcEvents(calls, { signal }),
    ...(rest !== undefined && {
      customMessages: customMessages(calls, { rest, closing: closing.signal }),
    }),
    missionControl: async () => xpayBeliefs(calls, await channelEnds()),
    importMissionControl: async (pairs) => teachXpay(calls, pairs, await channelEnds()),
    close: async () => {
      closing.abort();
      calls.close();
      await store?.close();
    },
  };
}

/** With our own private channels, which gossip does not have. */
async function wholeGraph(
  calls: ClnCalls,
  store: GossipStoreFile | undefined,
): Promise<GraphDescription> {
  const [graph, { nodeId }, own] = await Promise.all([
    store === undefined ? fetchGraph(calls) : store.read(),
    fetchInfo(calls),
    listPeerChannels(calls),
  ]);
  const known = new Set(graph.channels.map(({ channelId }) => channelId));
  const ours = unannounced(own, nodeId);
  const hidden = ours.channels.filter(({ channelId }) => !known.has(channelId));
  const names = new Set(graph.nodes.map((node) => node.nodeId));
  const unnamed = new Set(hidden.flatMap(({ node1, node2 }) => [node1, node2]));
  const added = [...unnamed]
    .filter((id) => !names.has(id))
    .map((id) => ({ nodeId: id, alias: '', lastUpdate: 0 }));
  return {
    nodes: [...graph.nodes, ...added],
    channels: [...graph.channels, ...hidden],
    rejected: [...graph.rejected, ...ours.rejected],
  };
}

const limitsOf = ({
  connectDeadlineMs = 15_000,
}: Pick<ConnectClnOptions, 'connectDeadlineMs'>) => ({
  connectDeadlineMs,
  maxBytes: MAX_BYTES,
  maxBulkBytes: MAX_BULK_BYTES,
});

/** @throws NodeError for an address, a rune or a certificate that is none. */
export async function restOptions(
  options: ClnRest & Pick<ConnectClnOptions, 'connectDeadlineMs'>,
): Promise<RestCarrierOptions> {
  const rune = options.rune.trim();
  if (!/^[A-Za-z0-9_=-]+$/.test(rune)) {
    throw new NodeError(
      'wrong_macaroon',
      'this is no rune: it has letters, digits, - and _ alone; give what `lightning-cli createrune` shows',
    );
  }
  return {
    address: parseRestAddress(options.restUrl),
    rune,
    ca: await readCa(options.tlsCa),
    serverName: options.serverName,
    ...limitsOf(options),
  };
}

async function readCa(source: string | Uint8Array | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  if (typeof source !== 'string') return new TextDecoder().decode(source);
  if (source.includes('-----BEGIN ')) return source;
  return readFile(source, 'utf8').catch((cause: unknown) => {
    throw new NodeError(
      'wrong_certificate',
      `the certificate ${source} cannot be read; give ca.pem from lightningd's folder`,
      { cause },
    );
  });
}
