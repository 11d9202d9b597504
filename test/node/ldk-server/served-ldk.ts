/** The ring network served as LDK Server, and a node connected to it. */
import { onTestFinished } from 'vitest';
import {
  type ConnectLdkServerOptions,
  connectLdkServer,
  type LdkServerNode,
} from '../../../src/node/ldk-server/index.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import {
  type ServedLdkServer,
  type ServeLdkServerOptions,
  type SimulatedNetwork,
  serveLdkServer,
} from '../../../src/sim/index.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import { type RingNetwork, ringNetwork } from '../../sim/lnd/ring-network.ts';

export async function servedAs(
  network: SimulatedNetwork,
  nodeId: NodeId,
  options: ServeLdkServerOptions = {},
): Promise<ServedLdkServer> {
  const server = await serveLdkServer(network, nodeId, options);
  onTestFinished(() => server.close());
  return server;
}

export async function connectedTo(
  server: ServedLdkServer,
  options: Partial<ConnectLdkServerOptions> = {},
): Promise<LdkServerNode> {
  const node = await connectLdkServer({
    address: server.address,
    tlsCert: server.tlsCertPem,
    apiKey: server.apiKeyHex,
    ...options,
  });
  onTestFinished(() => node.close());
  return node;
}

export interface LdkRing {
  readonly ring: RingNetwork;
  readonly server: ServedLdkServer;
  readonly node: LdkServerNode;
}

export async function ldkRing(
  options: {
    readonly serve?: ServeLdkServerOptions;
    readonly connect?: Partial<ConnectLdkServerOptions>;
  } = {},
): Promise<LdkRing> {
  const ring = ringNetwork();
  const server = await servedAs(ring.network, ring.self, options.serve);
  return { ring, server, node: await connectedTo(server, options.connect) };
}

/** What a promise is rejected with, which must be a NodeError. */
export async function nodeError(promise: Promise<unknown>): Promise<NodeError> {
  const error: unknown = await promise.then(
    () => new Error('it did not reject'),
    (reason: unknown) => reason,
  );
  if (error instanceof NodeError) return error;
  throw error;
}
