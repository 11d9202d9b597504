import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  GetStateResponse,
  LightningService,
  StateService,
  WalletState,
} from '../../../src/generated/services/lightning.ts';
import { GraphCacheStatus } from '../../../src/generated/services/node.ts';
import { type ConnectLndOptions, connectLnd } from '../../../src/node/lnd/index.ts';
import { makeCertificate } from './certificates.ts';
import { connectTo, MACAROON_HEX, nodeError, testFake } from './connections.ts';
import { OUR_KEY, plain, readyInfo } from './fake-lnd.ts';
import { closedPort, listen, tcpServer } from './tcp-servers.ts';

const certificate = await makeCertificate();

/** Node gives each deprecation warning once, so all tests of this file are listened to. */
const warnings: string[] = [];
process.on('warning', (warning) => warnings.push(warning.message));

/** The error of a connection to what is no ready lnd. */
const failing = (options: Partial<ConnectLndOptions>) =>
  nodeError(
    connectLnd({
      address: '127.0.0.1:1',
      tlsCert: certificate.certPem,
      macaroon: MACAROON_HEX,
      ...options,
    }),
  );

describe('connectLnd', () => {
  it('connects to a node that is ready and shows who it is', async () => {
    const node = await connectTo(await testFake());
    expect(await node.info()).toEqual({
      nodeId: OUR_KEY,
      alias: 'ours',
      version: '0.20.1-beta commit=v0.20.1-beta',
      blockHeight: 900_000,
      syncedToChain: true,
      syncedToGraph: true,
      holdExpiryBlocks: 12,
      requiresInterceptor: false,
    });
  });

  it('sends the macaroon with every call but GetState', async () => {
    const fake = await testFake();
    await connectTo(fake);
    expect(fake.calls.map(({ path, macaroons }) => [path, macaroons])).toEqual([
      ['/lnrpc.State/GetState', []],
      ['/lnrpc.Lightning/GetInfo', [MACAROON_HEX]],
    ]);
  });
});

describe('a wrong address', () => {
  it('is refused when it is none', async () => {
    expect((await failing({ address: 'https://node' })).code).toBe('wrong_address');
  });

  it('with a closed port', async () => {
    const error = await failing({ address: `127.0.0.1:${await closedPort()}` });
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/^nothing listens at 127\.0\.0\.1:\d+; check that lnd runs/);
  });

  it('with a host that does not exist', async () => {
    const error = await failing({ address: 'no-such-host.invalid:10009' });
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/"no-such-host\.invalid" cannot be resolved/);
  });

  it('where nobody answers', async () => {
    const port = await tcpServer(() => {});
    const error = await failing({ address: `127.0.0.1:${port}`, connectDeadlineMs: 100 });
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/does not answer; check address, port and firewalls/);
  });

  it('where whoever listens hangs up', async () => {
    const port = await tcpServer((socket) => socket.end());
    const error = await failing({ address: `127.0.0.1:${port}` });
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/hung up before TLS was set up.*peer port \(9735\)/);
  });

  it('where the answer is plaintext', async () => {
    const port = await listen(createHttpServer((_request, response) => response.end('hello')));
    const error = await failing({ address: `127.0.0.1:${port}` });
    expect(error.code).toBe('wrong_address');
    expect(error.message).toMatch(/answers, but not with the TLS of lnd's gRPC/);
  });

  it('where TLS answers without HTTP/2', async () => {
    const keys = { cert: certificate.certPem, key: certificate.keyPem };
    const port = await listen(createTlsServer(keys));
    const error = await failing({ address: `127.0.0.1:${port}` });
    expect(error.code).toBe('wrong_address');
    expect(error.message).toMatch(/does not speak HTTP\/2.*--rpclisten/);
  });

  it('where HTTP/2 answers that is no gRPC', async () => {
    const keys = { cert: certificate.certPem, key: certificate.keyPem };
    const server = createSecureServer(keys, (_request, response) => {
      response.writeHead(404);
      response.end();
    });
    const error = await failing({ address: `127.0.0.1:${await listen(server)}` });
    expect(error.code).toBe('wrong_address');
    expect(error.message).toMatch(/does not know GetState.*not the REST port/);
  });
});

describe('a wrong certificate', () => {
  it('of another node', async () => {
    const fake = await testFake();
    const error = await nodeError(connectTo(fake, { tlsCert: certificate.certPem }));
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toMatch(
      /presents another certificate \(SHA-256 [0-9A-F:]+\).*copy its tls\.cert again.*SELF_SIGNED/,
    );
    expect(fake.calls).toEqual([]);
  });

  it('made for another host', async () => {
    const other = await makeCertificate({ names: ['other.example'], ips: [] });
    const error = await nodeError(connectTo(await testFake({ certificate: other })));
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toMatch(
      /not made for "127\.0\.0\.1" but for DNS:other\.example; .*tlsextraip=127\.0\.0\.1/,
    );
  });

  it('made for another host, dialled by name', async () => {
    const other = await makeCertificate({ names: ['other.example'] });
    const fake = await testFake({ certificate: other });
    const address = `localhost:${fake.port}`;
    const error = await nodeError(connectTo(fake, { address }));
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toContain('tlsextradomain=localhost');
    const named = await connectTo(fake, { address, serverName: 'other.example' });
    expect((await named.info()).nodeId).toBe(OUR_KEY);
  });

  it('that holds localhost is enough for an IP address when it is the very one given', async () => {
    const behindNat = await makeCertificate({ names: ['localhost'], ips: ['10.9.8.7'] });
    const node = await connectTo(await testFake({ certificate: behindNat }));
    expect((await node.info()).nodeId).toBe(OUR_KEY);
  });

  it('that holds the IP address alone is enough too', async () => {
    const ipOnly = await makeCertificate({ names: ['node.example'], ips: ['127.0.0.1'] });
    const node = await connectTo(await testFake({ certificate: ipOnly }));
    expect((await node.info()).nodeId).toBe(OUR_KEY);
  });

  it('signed by an authority must name the address: its key alone proves nothing', async () => {
    const signed = await makeCertificate({ ips: ['10.9.8.7'], authority: certificate });
    const fake = await testFake({ certificate: signed });
    const tlsCert = certificate.certPem;
    const error = await nodeError(connectTo(fake, { tlsCert }));
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toContain('not made for "127.0.0.1"');
    const named = await connectTo(fake, { tlsCert, serverName: 'localhost' });
    expect((await named.info()).nodeId).toBe(OUR_KEY);
  });

  it.each([
    ['that has expired', { validFromDay: -9, validToDay: -1 }, /expired on .*--tlsautorefresh/],
    ['of the future', { validFromDay: 5 }, /valid only from .*check the clocks/],
  ])('%s', async (_what, validity, message) => {
    const fake = await testFake({ certificate: await makeCertificate(validity) });
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toMatch(message);
  });

  it('whose file is missing', async () => {
    const error = await failing({ tlsCert: '/no/such/tls.cert' });
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toContain('/no/such/tls.cert');
  });
});

describe('a wrong macaroon', () => {
  it.each([
    'verification failed: signature mismatch after caveat verification',
    "cannot get macaroon: root key with id 3 doesn't exist",
    "cannot retrieve macaroon: cannot get macaroon: root key with id 3 doesn't exist",
    'expected 1 macaroon, got 0',
    'caveat "time-before 2026-01-01T00:00:00Z" not satisfied: macaroon has expired',
  ])('that lnd answers with "%s"', async (details) => {
    const fake = await testFake();
    fake.refuse(LightningService.getInfo.path, plain(details));
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe('wrong_macaroon');
    expect(error.message).toContain(details);
    expect(error.message).toMatch(/give one that this very node baked/);
  });

  it('that is none', async () => {
    const fake = await testFake();
    const details = 'cannot determine data format of binary-encoded macaroon';
    fake.refuse(LightningService.getInfo.path, plain(details));
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe('wrong_macaroon');
    expect(error.message).toMatch(
      /^what was given as the macaroon is none, .* \(cannot determine .*\); give the \.macaroon file/,
    );
  });

  it('without info:read', async () => {
    const fake = await testFake();
    fake.refuse(LightningService.getInfo.path, plain('permission denied'));
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe('permission_denied');
    expect(error.message).toMatch(
      /permission info:read is missing.*uri:\/lnrpc\.Lightning\/GetInfo/,
    );
  });
});

describe('a node that is not ready', () => {
  it.each([
    ['LOCKED', WalletState.LOCKED, 'locked', /lncli unlock/],
    ['NON_EXISTING', WalletState.NON_EXISTING, 'locked', /lncli create/],
    ['UNLOCKED', WalletState.UNLOCKED, 'starting', /still starting; try again later/],
    ['RPC_ACTIVE', WalletState.RPC_ACTIVE, 'starting', /connecting to the chain/],
    ['WAITING_TO_START', WalletState.WAITING_TO_START, 'starting', /waits to start/],
    ['a new state', 77, 'starting', /unknown state 77/],
  ])('in state %s', async (_name, state, code, message) => {
    const fake = await testFake();
    const answer = { ...GetStateResponse.create(), state: state as WalletState };
    fake.answer(StateService.getState, () => answer);
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(fake.calls.map(({ path }) => path)).toEqual(['/lnrpc.State/GetState']);
  });

  it.each([
    ['wallet locked, unlock it to enable full RPC access', 'locked'],
    ['wallet not created, create one to enable full RPC access', 'locked'],
    ['waiting to start, RPC services not available', 'starting'],
    [
      'the RPC server is in the process of starting up, but not yet ready to accept calls',
      'starting',
    ],
  ])('that refuses a later call with "%s"', async (details, code) => {
    const fake = await testFake();
    fake.refuse(LightningService.getInfo.path, plain(details));
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe(code);
    expect(error.message).toContain(details);
  });

  it.each([
    ['the chain', { syncedToChain: false }, /block 900000 .*synced_to_chain/],
    ['the graph', { syncedToGraph: false }, /synced_to_graph/],
    [
      'its graph cache',
      { graphCacheStatus: GraphCacheStatus.GRAPH_CACHE_STATUS_LOADING },
      /synced_to_graph/,
    ],
  ])('behind %s, unless that is allowed', async (_what, fields, message) => {
    const fake = await testFake();
    fake.answer(LightningService.getInfo, () => readyInfo(fields));
    const error = await nodeError(connectTo(fake));
    expect(error.code).toBe('syncing');
    expect(error.message).toMatch(message);
    const node = await connectTo(fake, { requireSynced: false });
    const { syncedToChain, syncedToGraph } = await node.info();
    expect([syncedToChain, syncedToGraph]).toContain(false);
  });

  it('behind the chain for a moment, as after every block, is waited for', async () => {
    const fake = await testFake();
    let asked = 0;
    fake.answer(LightningService.getInfo, () => readyInfo({ syncedToChain: ++asked > 2 }));
    await connectTo(fake);
    expect(asked).toBe(3);
  });

  it('of too old a version', async () => {
    const fake = await testFake();
    fake.answer(LightningService.getInfo, () => readyInfo({ version: '0.18.4-beta' }));
    const error = await nodeError(connectTo(fake, { requireSynced: false }));
    expect(error.code).toBe('too_old');
    expect(error.message).toMatch(/0\.18\.4-beta.*update lnd/);
  });

  it('that gives no public key', async () => {
    const fake = await testFake();
    const node = await connectTo(fake);
    fake.answer(LightningService.getInfo, () => readyInfo({ identityPubkey: '02ab' }));
    expect(await nodeError(node.info())).toMatchObject({
      code: 'rpc',
      message: expect.stringContaining('"02ab"'),
    });
  });
});

describe('close', () => {
  it('makes every later call fail, and is harmless when repeated', async () => {
    const node = await connectTo(await testFake());
    await node.close();
    await node.close();
    expect((await nodeError(node.info())).code).toBe('closed');
    expect((await nodeError(node.ownChannels())).code).toBe('closed');
  });

  it('has left no warning of Node, such as about IP addresses as server names', async () => {
    await (await connectTo(await testFake())).info();
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });
});
