import { X509Certificate } from 'node:crypto';
import { type MethodDefinition, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  LightningService,
  StateService,
  WalletState,
} from '../../../src/generated/services/lightning.ts';
import { type ServedLnd, type ServeLndOptions, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { type RingNetwork, ringNetwork } from './ring-network.ts';
import { expectStatus, RpcClient, SERVICES } from './rpc-client.ts';

let ring: RingNetwork;
const opened: { close: () => unknown }[] = [];

beforeEach(() => {
  ring = ringNetwork();
});

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function serve(options: ServeLndOptions = {}): Promise<ServedLnd> {
  const served = await serveLnd(ring.network, ring.self, options);
  opened.push(served);
  return served;
}

function client(served: ServedLnd, options: { macaroonHex?: string | null } = {}): RpcClient {
  const opening = new RpcClient(served, options);
  opened.push(opening);
  return opening;
}

/** Every method of every service but GetState, with an empty request. */
const PROTECTED: [string, MethodDefinition<Uint8Array, Buffer>][] = SERVICES.flatMap((service) =>
  Object.values(service),
)
  .filter(({ path }) => path !== '/lnrpc.State/GetState')
  .map((method) => [
    method.path,
    {
      ...method,
      requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
      responseDeserialize: (bytes: Buffer) => bytes,
    } as MethodDefinition<Uint8Array, Buffer>,
  ]);

/** The end of a call of any shape. */
function outcome(rpc: RpcClient, method: MethodDefinition<Uint8Array, Buffer>): Promise<unknown> {
  const empty = new Uint8Array(0);
  return method.responseStream ? rpc.stream(method, empty).rest() : rpc.ask(method, empty);
}

describe('access to a served node', () => {
  test('serves every method', () => {
    expect(PROTECTED).toHaveLength(31);
  });

  test('each method but GetState asks for a macaroon', async () => {
    const rpc = client(await serve(), { macaroonHex: null });
    for (const [, method] of PROTECTED) {
      const details = 'expected 1 macaroon, got 0';
      await expectStatus(outcome(rpc, method), { code: status.UNKNOWN, details });
    }
    const { state } = await rpc.ask(StateService.getState, {});
    expect(state).toBe(WalletState.SERVER_ACTIVE);
  });

  test('each method refuses a macaroon that opens another one only', async () => {
    const served = await serve();
    const infoOnly = client(served, served.bakeMacaroon(['uri:/lnrpc.Lightning/GetInfo']));
    for (const [path, method] of PROTECTED) {
      if (path === '/lnrpc.Lightning/GetInfo') continue;
      const details = 'permission denied';
      await expectStatus(outcome(infoOnly, method), { code: status.UNKNOWN, details });
    }
    expect((await infoOnly.ask(LightningService.getInfo, {})).identityPubkey).toBe(ring.self);
  });

  test('a macaroon of another node fails its signature', async () => {
    const [served, other] = [await serve(), await serve()];
    await expectStatus(client(served, other).ask(LightningService.getInfo, {}), {
      code: status.UNKNOWN,
      details: 'verification failed: signature mismatch after caveat verification',
    });
  });

  test('can be served without macaroons', async () => {
    const rpc = client(await serve({ requireMacaroon: false }), { macaroonHex: null });
    expect((await rpc.ask(LightningService.getInfo, {})).identityPubkey).toBe(ring.self);
  });

  test.each([
    ['locked', WalletState.LOCKED, 'wallet locked, unlock it to enable full RPC access'],
    [
      'waiting_to_start',
      WalletState.WAITING_TO_START,
      'waiting to start, RPC services not available',
    ],
    [
      'starting',
      WalletState.UNLOCKED,
      'the RPC server is in the process of starting up, but not yet ready to accept calls',
    ],
    [
      'non_existing',
      WalletState.NON_EXISTING,
      'wallet not created, create one to enable full RPC access',
    ],
  ] as const)(
    'while the wallet is %s only GetState answers',
    async (walletState, state, details) => {
      const served = await serve({ walletState });
      const rpc = client(served);
      expect(await rpc.ask(StateService.getState, {})).toEqual({ state });
      for (const [, method] of PROTECTED) {
        await expectStatus(outcome(rpc, method), { code: status.UNKNOWN, details });
      }
      served.report({ walletState: 'active' });
      expect((await rpc.ask(LightningService.getInfo, {})).alias).toBe('self');
    },
  );

  test('GetInfo tells what it was told to tell', async () => {
    const served = await serve({ version: '0.18.5-beta', syncedToChain: false });
    const rpc = client(served);
    expect(await rpc.ask(LightningService.getInfo, {})).toMatchObject({
      version: '0.18.5-beta commit=v0.18.5-beta',
      syncedToChain: false,
      syncedToGraph: true,
      blockHeight: 900_000,
      chains: [{ network: 'regtest' }],
    });
    served.report({ syncedToChain: true, syncedToGraph: false });
    ring.network.mineBlocks(2);
    ring.network.setOnline(ring.a, false);
    expect(await rpc.ask(LightningService.getInfo, {})).toMatchObject({
      syncedToChain: true,
      syncedToGraph: false,
      blockHeight: 900_002,
      numActiveChannels: 1,
      numInactiveChannels: 1,
      numPeers: 1,
    });
  });

  test('the certificate is for localhost and loopback, and no other authority is taken', async () => {
    const [served, other] = [await serve(), await serve()];
    const certificate = new X509Certificate(served.tlsCertPem);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const deceived = client({ ...served, tlsCertPem: other.tlsCertPem });
    const details = /self-signed certificate|unable to verify/;
    await expectStatus(deceived.ask(StateService.getState, {}), {
      code: status.UNAVAILABLE,
      details,
    });
  });

  test('closing ends streams and frees the port', async () => {
    const served = await serve();
    const rpc = client(served);
    const graph = rpc.stream(LightningService.subscribeChannelGraph, {});
    await rpc.ask(LightningService.getInfo, {});
    await served.close();
    await graph.rest().catch(() => undefined);
    const late = client(served).ask(LightningService.getInfo, {});
    await expectStatus(late, { code: status.UNAVAILABLE, details: /ECONNREFUSED/ });
  });

  test('an unknown node cannot be served', async () => {
    const stranger = `02${'ee'.repeat(32)}` as typeof ring.self;
    await expect(serveLnd(ring.network, stranger)).rejects.toThrow(RangeError);
  });
});
