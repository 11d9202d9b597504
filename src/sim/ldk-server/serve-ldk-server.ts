/** A simulated node behind LDK Server's gRPC, on a real socket with TLS and signed calls. */
import { randomBytes } from 'node:crypto';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { status } from '@grpc/grpc-js';
import { LightningNodeService } from '../../generated/services/ldk-server/api.ts';
import type { ForwardedPayment } from '../../generated/services/ldk-server/types.ts';
import type { NodeId } from '../../units/ids.ts';
import type { SimulatedNetwork } from '../network.ts';
import { generateCertificate } from './certificate.ts';
import { balances, listChannels, nodeInfo } from './channel-methods.ts';
import { checkSignature, type SignedParts } from './check-signature.ts';
import { ForwardBook } from './forward-book.ts';
import { graphChannel, graphNode } from './graph-methods.ts';
import { serveGrpc, type WireMethod } from './grpc-wire.ts';
import { LdkRpcError, lightningError } from './rpc-error.ts';
import { ServedLdkNode } from './served-node.ts';
import { SpliceDesk } from './splice-desk.ts';

/** How the served LDK Server behaves; everything has a default. */
export interface ServeLdkServerOptions {
  /** The server's clock, ms since the Unix epoch; signatures are held against it. Default: the machine's. */
  readonly now?: () => number;
  /** What a call's signature covers; before 2026-05-12 it was the time alone. Default `time_and_body`. */
  readonly signs?: SignedParts;
  /** Events that are kept for slow readers. Default 1024. */
  readonly eventRing?: number;
  /** False: capacities are absent from the graph, as where the node cannot look at funding outputs. Default true. */
  readonly tellsCapacity?: boolean;
  /** What ExportPathfindingScores answers. Default: nothing has been stored yet, which is an error. */
  readonly scores?: () => Uint8Array;
  /** Funds of the on-chain wallet. Default 10,000,000 sat. */
  readonly onchainSat?: bigint;
  /** What splices pay. Default 2. */
  readonly satPerVbyte?: bigint;
}

/** A served LDK Server, with what a client needs to reach it and a test to disturb it. */
export interface ServedLdkServer {
  /** `127.0.0.1:PORT`; the port is whichever was free. */
  readonly address: string;
  /** The server's self-signed certificate: its `tls.crt`. */
  readonly tlsCertPem: string;
  /** The key as hex: what its file `api_key` holds as 32 bytes. */
  readonly apiKeyHex: string;
  /** Calls that were answered or refused, by path, in order. */
  readonly calls: readonly string[];
  /** After so many more calls, so many are answered with UNAVAILABLE, as by a server that reads too many bodies at once. */
  refuseAfter(passed: number, refused: number): void;
  /** While stalled no event is sent, and those beyond the ring are lost. */
  stallEvents(stalled: boolean): void;
  /** A forward that the network did not make; `told: false` is listed, but its event is lost. */
  addForward(row: ForwardedPayment, told?: boolean): void;
  /** Splices under way confirm. */
  confirmSplices(): void;
  /** What GetNodeInfo tells as the time of its last sync. */
  setLastSync(atMs: number): void;
  /** Breaks every connection; clients may come again. */
  cutConnections(): void;
  /** Breaks every connection and frees the port. */
  close(): Promise<void>;
}

const KEY_BYTES = 32;

/**
 * Serves one node of a simulated network as LDK Server (commit 7f3276a of 2026-08-19) serves itself, as far as Ballast
 * asks: who it is, balances, channels, the graph record by record, forwards, events, fees and splices. Nothing else is
 * known to it. It pays nobody: LDK Server takes no routes.
 *
 * @throws RangeError when the network has no such node.
 */
export async function serveLdkServer(
  network: SimulatedNetwork,
  nodeId: NodeId,
  options: ServeLdkServerOptions = {},
): Promise<ServedLdkServer> {
  const { now = Date.now, signs = 'time_and_body', eventRing = 1024 } = options;
  const served = new ServedLdkNode(network, nodeId);
  const { onchainSat = 10_000_000n, satPerVbyte = 2n } = options;
  const splices = new SpliceDesk(served, { onchainSat, satPerVbyte });
  const forwards = new ForwardBook(served, eventRing);
  const closing = new AbortController();
  const state = { passes: 0, refusals: 0, lastSyncMs: undefined as number | undefined };
  const calls: string[] = [];
  const apiKeyHex = randomBytes(KEY_BYTES).toString('hex');
  const certificate = await generateCertificate();
  const server = createSecureServer({
    cert: certificate.certPem,
    key: certificate.keyPem,
    allowHTTP1: false,
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const lastSyncMs = (): number => state.lastSyncMs ?? now();
  serveGrpc(server, {
    methods: methodsOf({ served, splices, forwards, options, lastSyncMs }),
    nowMs: now,
    closing: closing.signal,
    admit: ({ path, header, body }) => {
      calls.push(path);
      if (state.passes > 0) state.passes--;
      else if (state.refusals > 0) {
        state.refusals--;
        throw new LdkRpcError(status.UNAVAILABLE, 'too many calls at once');
      }
      checkSignature({ header, body, apiKey: apiKeyHex, nowMs: now(), signs });
    },
  });
  void forwards.follow(closing.signal);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tlsCertPem: certificate.certPem,
    apiKeyHex,
    calls,
    refuseAfter: (passes, refusals) => {
      Object.assign(state, { passes, refusals });
    },
    stallEvents: (stalled) => forwards.events.stall(stalled),
    addForward: (row, told) => forwards.add(row, told),
    confirmSplices: () => splices.confirm(),
    setLastSync: (atMs) => {
      state.lastSyncMs = atMs;
    },
    cutConnections: () => {
      for (const session of sessions) session.destroy();
    },
    close: () => {
      closing.abort();
      served.close();
      for (const session of sessions) session.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function methodsOf(parts: {
  readonly served: ServedLdkNode;
  readonly splices: SpliceDesk;
  readonly forwards: ForwardBook;
  readonly options: ServeLdkServerOptions;
  readonly lastSyncMs: () => number;
}): ReadonlyMap<string, WireMethod> {
  const { served, splices, forwards, options } = parts;
  const service = LightningNodeService;
  return new Map([
    unary(service.getNodeInfo, () => nodeInfo(served, parts.lastSyncMs())),
    unary(service.getBalances, () => balances(served, splices)),
    unary(service.listChannels, () => listChannels(served)),
    unary(service.updateChannelConfig, (request) => {
      splices.updateConfig(request);
      return {};
    }),
    unary(service.spliceIn, (request) => {
      splices.spliceIn(request);
      return {};
    }),
    unary(service.spliceOut, (request) => splices.spliceOut(request)),
    unary(service.listForwardedPayments, (request) => forwards.list(request)),
    unary(service.exportPathfindingScores, () => {
      if (options.scores === undefined) throw lightningError('no scores have been stored yet');
      return { scores: options.scores() };
    }),
    unary(service.graphGetChannel, (request) =>
      graphChannel(served, request, options.tellsCapacity ?? true),
    ),
    unary(service.graphGetNode, (request) => graphNode(served, request)),
    stream(service.subscribeEvents, (_, signal) => forwards.events.read(signal)),
  ]);
}

interface Codec<Request, Response> {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (message: Response) => Buffer;
}

const unary = <Request, Response>(
  codec: Codec<Request, Response>,
  answer: (request: Request) => Response,
): [string, WireMethod] => [
  codec.path,
  {
    kind: 'unary',
    decode: codec.requestDeserialize,
    encode: codec.responseSerialize as (message: unknown) => Buffer,
    answer: answer as (request: unknown) => unknown,
  },
];

const stream = <Request, Response>(
  codec: Codec<Request, Response>,
  answer: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): [string, WireMethod] => [
  codec.path,
  {
    kind: 'stream',
    decode: codec.requestDeserialize,
    encode: codec.responseSerialize as (message: unknown) => Buffer,
    answer: answer as (request: unknown, signal: AbortSignal) => AsyncIterable<unknown>,
  },
];
