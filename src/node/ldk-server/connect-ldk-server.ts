/** `connectLdkServer`: a {@link LightningNode} over LDK Server's gRPC, for what it can do. */
import type { LightningNode, Log } from '../../ports.ts';
import { parseLdkServerAddress } from './address.ts';
import { CAPABILITIES, reasonFor, unsupported } from './capabilities.ts';
import { LdkCalls } from './ldk-calls.ts';
import { LdkChannel } from './ldk-channel.ts';
import { LdkServer } from './ldk-server.ts';
import type { Lever, LeverOutcome } from './levers.ts';
import type { GraphLimits, GraphProgress } from './load-graph.ts';
import { fetchInfo, requireSynced } from './node-info.ts';
import type { LdkServerChannel } from './own-channels.ts';

/** Where LDK Server is, what it lets us in with, and how much of the graph to ask it for. */
export interface ConnectLdkServerOptions {
  /** Host and port of LDK Server's gRPC; the port defaults to its own, 3536. IPv6 with a port in brackets. */
  readonly address: string;
  /**
   * LDK Server's own certificate (`tls.crt` in its storage directory), as path, PEM text or bytes. No other authority is
   * trusted. A path is read again whenever the connection has to be made anew.
   */
  readonly tlsCert: string | Uint8Array;
  /**
   * Its API key: the path of its file `api_key` (in the directory of the network), the 32 bytes of that file, or their 64
   * hex characters.
   */
  readonly apiKey: string | Uint8Array;
  /** A name to look for in the certificate instead of the address; see `connectLnd`. */
  readonly serverName?: string;
  /** Refuse a node that is behind the chain. @defaultValue true */
  readonly requireSynced?: boolean;
  /** How much of the graph is loaded around our node; what is left out has its default: 400 nodes, 5,000 channels, 3 hops. */
  readonly graph?: Partial<GraphLimits>;
  /** Told while the graph is loaded, which takes a call for each node and channel. */
  readonly onGraphProgress?: (progress: GraphProgress) => void;
  /** Calls at a time. @defaultValue 6: LDK Server refuses some where it reads more than eight bodies at once */
  readonly parallelCalls?: number;
  /** How long a node or channel of the graph is believed, ms. @defaultValue 30 minutes: policies change within hours */
  readonly graphMaxAgeMs?: number;
  /** Between two readings of the list of forwards, ms. @defaultValue a minute */
  readonly forwardsPollMs?: number;
  /** Longest wait for a call, ms. @defaultValue 30,000 */
  readonly callDeadlineMs?: number;
  /** Longest wait for a connection, ms, once for TLS and once for gRPC. @defaultValue 15,000 */
  readonly connectDeadlineMs?: number;
  /** Told of channels that have no known place in the graph. */
  readonly log?: Log;
}

/** A {@link LightningNode}, and what only LDK Server has. */
export interface LdkServerNode extends LightningNode {
  /** All channels with LDK's names, also those that `ownChannels` leaves out, and why it does. */
  channels(): Promise<readonly LdkServerChannel[]>;
  /** See {@link pullLever}. */
  pull(lever: Lever, options: { readonly dryRun: boolean }): Promise<LeverOutcome>;
}

/**
 * Connects to an LDK Server as of 2026-08-19 or later; it has no releases. It cannot send along routes, ourselves
 * included: `capabilities` says what it can do and why not the rest. It plans, prices, watches, and changes fees and
 * splices on request ({@link pullLever}).
 *
 * - `describeGraph` loads the graph from our node outwards, record by record, within `graph`.
 * - `ownChannels` leaves out channels whose short channel id is not certain, for LDK Server tells none.
 * - `forwardingHistory` begins with its first call: LDK Server dates no forward, so Ballast does.
 * - `missionControl` gives LDK's pathfinding scores.
 *
 * A connection that breaks is made anew by the next call.
 *
 * @throws NodeError whose code and message say why it cannot be used, and what to do about it
 */
export async function connectLdkServer(options: ConnectLdkServerOptions): Promise<LdkServerNode> {
  const { callDeadlineMs = 30_000, connectDeadlineMs = 15_000 } = options;
  const channel = new LdkChannel({
    address: parseLdkServerAddress(options.address),
    tlsCert: options.tlsCert,
    apiKey: options.apiKey,
    serverName: options.serverName,
    connectDeadlineMs,
  });
  const calls = new LdkCalls(channel);
  try {
    const info = await fetchInfo(calls, callDeadlineMs);
    if (options.requireSynced ?? true) requireSynced(info);
    return nodeOver(new LdkServer(calls, info.nodeId, options));
  } catch (error) {
    calls.close();
    throw error;
  }
}

/**
 * Changes fees or splices, as the lever says, or tells what it would do (`dryRun`). What cannot be is refused before
 * anything is sent. A splice is asked for once: where no answer came the outcome is `unknown`, and it must be looked
 * whether it was made before it is asked for again.
 *
 * @throws NodeError where the node cannot be asked about its channels.
 * @example
 * const lever = { kind: 'fees', channel: '812345x678x1', feeRatePpm: 250 } as const;
 * console.log(await pullLever(node, lever, { dryRun: true }));
 */
export function pullLever(
  node: LdkServerNode,
  lever: Lever,
  options: { readonly dryRun: boolean },
): Promise<LeverOutcome> {
  return node.pull(lever, options);
}

/** Of payments and invoices of Ballast's there can be none here, so there is nothing to look up, cancel or delete. */
function nodeOver(server: LdkServer): LdkServerNode {
  return {
    capabilities: CAPABILITIES,
    info: () => server.info(),
    describeGraph: () => server.describeGraph(),
    ownChannels: () => server.ownChannels(),
    closingChannels: () => server.closingChannels(),
    forwardingHistory: ({ sinceMs }) => server.forwardingHistory(sinceMs),
    missionControl: () => server.scoredPairs(),
    channels: () => server.channels(),
    pull: (lever, terms) => server.pull(lever, terms),
    sendToRoute: async () => ({ kind: 'not_sent', reason: reasonFor('sendToRoute') }),
    // biome-ignore lint/correctness/useYield: it rejects with its first reading, as every stream of a node does.
    trackPayment: async function* () {
      throw unsupported('sendToRoute');
    },
    unfinishedPayments: async () => [],
    deleteFailedPayment: async () => {},
    addInvoice: async () => {
      throw unsupported('sendToRoute');
    },
    addHoldInvoice: async () => {
      throw unsupported('holdInvoices');
    },
    lookupInvoice: async () => undefined,
    cancelInvoice: async () => ({ kind: 'not_found' }),
    settleInvoice: async () => ({ kind: 'not_accepted', reason: reasonFor('holdInvoices') }),
    // biome-ignore lint/correctness/useYield: likewise.
    watchInvoice: async function* () {
      throw unsupported('holdInvoices');
    },
    deleteCanceledInvoice: async () => {},
    importMissionControl: async () => {
      throw unsupported('importMissionControl');
    },
    close: async () => server.close(),
  };
}
