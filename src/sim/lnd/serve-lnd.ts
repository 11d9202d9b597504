/** A simulated node behind lnd's gRPC services, on a real socket with TLS and macaroons. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { NodeId } from '../../units/ids.ts';
import type { SimulatedNetwork } from '../network.ts';
import { generateCertificate, type ServerCertificate } from './certificate.ts';
import { GraphCache } from './graph-cache.ts';
import {
  REFUSAL_UNTIL_ACTIVE,
  type ReportedState,
  type ServedWalletState,
} from './info-methods.ts';
import { type BakedMacaroon, MacaroonBakery } from './macaroon.ts';
import { OpenStreams } from './open-streams.ts';
import { ALL_PERMISSIONS, OPEN_METHOD } from './permissions.ts';
import { plainError } from './rpc-error.ts';
import type { CallGate } from './rpc-methods.ts';
import { servicesOf } from './services.ts';

/** How the served lnd behaves; everything has a default. */
export interface ServeLndOptions {
  /** What GetState tells. Until it is `active` all other RPCs are refused with lnd's text. Default `active`. */
  readonly walletState?: ServedWalletState;
  /** Default true. */
  readonly syncedToChain?: boolean;
  /** Default true. */
  readonly syncedToGraph?: boolean;
  /** What GetInfo reports, without the commit. Default `0.20.1-beta`, a version that most nodes run or exceed. */
  readonly version?: string;
  /** False serves without macaroons, like `--no-macaroons`. Default true. */
  readonly requireMacaroon?: boolean;
  /** lnd's `--requireinterceptor`: forwards pass only while a client of HtlcInterceptor is connected. Default false. */
  readonly requireInterceptor?: boolean;
}

/** A served lnd, with what a client needs to reach it and a test to disturb it. */
export interface ServedLnd {
  /** `127.0.0.1:PORT`; the port is whichever was free. */
  readonly address: string;
  /** The server's self-signed certificate: what lnd keeps in `tls.cert`. */
  readonly tlsCertPem: string;
  /** A macaroon with every permission that a served method asks for, like lnd's admin macaroon. */
  readonly macaroonHex: string;
  readonly macaroonBytes: Uint8Array;
  /**
   * A macaroon with just these permissions, each `entity:action` or `uri:/package.Service/Method`.
   *
   * @throws RangeError for one that no served method asks for.
   */
  bakeMacaroon(permissions: readonly string[]): BakedMacaroon;
  /** Changes what GetInfo and GetState tell, while clients stay connected. */
  report(state: Partial<ReportedState>): void;
  /**
   * Breaks the streams that clients have open, as a lost connection does: those of one method, such as
   * `/routerrpc.Router/SubscribeHtlcEvents`, or all. Returns how many there were.
   */
  cutStreams(methodPath?: string): number;
  /**
   * Breaks every connection and frees the port. Payments go on in the network, as they do when lnd loses a client.
   */
  close(): Promise<void>;
}

/** lnd's own limit (lnd: `lnrpc/metadata.go`), far above what mainnet's graph needs. */
const MAX_MESSAGE_BYTES = 200 * 1024 * 1024;

/**
 * Serves one node of a simulated network as lnd serves itself: gRPC on a free port of 127.0.0.1, with a certificate of
 * its own and macaroons whose permissions are checked for each method.
 *
 * The macaroons are stand-ins: opaque bytes that carry permissions and an HMAC. Not simulated, and answered with
 * UNIMPLEMENTED: QueryRoutes, BuildRoute; AMP and blinded
 * payments and invoices; description hashes; `failed_htlcs_only` of DeletePayment. SubscribeChannelEvents tells of
 * opened, closed, active and inactive channels only, and from version 0.21 on of changed balances. Payment requests
 * carry a stand-in for the signature. What an interceptor's client adds for the next peer is dropped.
 *
 * @throws RangeError when the network has no such node.
 */
export async function serveLnd(
  network: SimulatedNetwork,
  nodeId: NodeId,
  options: ServeLndOptions = {},
): Promise<ServedLnd> {
  const node = network.node(nodeId);
  const reported: ReportedState = {
    walletState: options.walletState ?? 'active',
    syncedToChain: options.syncedToChain ?? true,
    syncedToGraph: options.syncedToGraph ?? true,
    version: options.version ?? '0.20.1-beta',
  };
  const bakery = new MacaroonBakery();
  const closing = new AbortController();
  const admit = gatekeeper({
    reported,
    bakery,
    requireMacaroon: options.requireMacaroon ?? true,
  });
  const certificate = await generateCertificate();
  const graph = new GraphCache(network, node);
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  network.setInterception(nodeId, {
    required: options.requireInterceptor ?? false,
    version: () => reported.version,
  });
  const streams = new OpenStreams();
  const gate: CallGate = { admit, closing: closing.signal, streams };
  for (const { definition, handlers } of servicesOf({ network, node, graph, reported }, gate)) {
    server.addService(definition, handlers);
  }
  const port = await listen(server, certificate);
  return {
    address: `127.0.0.1:${port}`,
    tlsCertPem: certificate.certPem,
    ...bakery.bake(ALL_PERMISSIONS),
    bakeMacaroon: (permissions) => bakery.bake(permissions),
    report: (state) => {
      Object.assign(reported, state);
    },
    cutStreams: (methodPath) => streams.cut(methodPath),
    close: () => {
      closing.abort();
      graph.close();
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** lnd asks in this order: is it up, then is the macaroon good. GetState is exempt from both. */
function gatekeeper(parts: {
  readonly reported: ReportedState;
  readonly bakery: MacaroonBakery;
  readonly requireMacaroon: boolean;
}): CallGate['admit'] {
  return (call) => {
    if (call.methodPath === OPEN_METHOD) return;
    const { walletState } = parts.reported;
    if (walletState !== 'active') throw plainError(REFUSAL_UNTIL_ACTIVE[walletState]);
    if (parts.requireMacaroon) parts.bakery.check(call);
  };
}

function listen(server: Server, { certPem, keyPem }: ServerCertificate): Promise<number> {
  const credentials = ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(keyPem), cert_chain: Buffer.from(certPem) },
  ]);
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
