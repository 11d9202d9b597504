import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectLdkServer } from '../../../src/node/ldk-server/index.ts';
import { serveLdkServer } from '../../../src/sim/index.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import { ringNetwork } from '../../sim/lnd/ring-network.ts';
import { makeCertificate } from '../lnd/certificates.ts';
import { connectedTo, ldkRing, nodeError, servedAs } from './served-ldk.ts';

const ring = ringNetwork();
const HASH = '11'.repeat(32) as PaymentHash;

describe('connectLdkServer', () => {
  it('connects and shows who the node is', async () => {
    const { node, ring } = await ldkRing();
    expect(await node.info()).toEqual({
      nodeId: ring.self,
      alias: 'self',
      version: 'LDK Server (version unknown)',
      blockHeight: 900_000,
      syncedToChain: true,
      syncedToGraph: true,
      holdExpiryBlocks: 39,
    });
  });

  it('takes certificate and key from files, and the key as bytes or hex', async () => {
    const server = await servedAs(ring.network, ring.self);
    const folder = await mkdtemp(join(tmpdir(), 'ballast-ldk-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [tlsCert, raw, hex] = ['tls.crt', 'api_key', 'api_key.hex'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const keyBytes = Buffer.from(server.apiKeyHex, 'hex');
    await writeFile(tlsCert, server.tlsCertPem);
    await writeFile(raw, keyBytes);
    await writeFile(hex, `${server.apiKeyHex.toUpperCase()}\n`);
    for (const apiKey of [raw, hex, keyBytes, server.apiKeyHex]) {
      const node = await connectedTo(server, { tlsCert, apiKey });
      expect((await node.info()).nodeId).toBe(ring.self);
    }
  });

  it('connects over a name and over an IP address', async () => {
    const server = await servedAs(ring.network, ring.self);
    const port = server.address.split(':')[1];
    const node = await connectedTo(server, { address: `localhost:${port}` });
    expect((await node.info()).alias).toBe('self');
  });

  it('refuses a node whose last sync is long ago, unless told otherwise', async () => {
    const server = await servedAs(ring.network, ring.self);
    server.setLastSync(Date.now() - 16 * 60_000);
    expect(await nodeError(connectedTo(server))).toMatchObject({ code: 'syncing' });
    const node = await connectedTo(server, { requireSynced: false });
    expect((await node.info()).syncedToChain).toBe(false);
  });

  it('connects anew after the connection broke', async () => {
    const { node, server } = await ldkRing();
    for (let i = 0; i < 3; i++) {
      server.cutConnections();
      const alias = (): Promise<string> => node.info().then((info) => info.alias);
      // A call that is made before the break is noticed fails with it.
      expect(await alias().catch(() => setTimeout(20).then(alias))).toBe('self');
    }
  });

  it('says so when the server is away', async () => {
    const { node, server } = await ldkRing();
    await server.close();
    expect(await nodeError(node.info())).toMatchObject({ code: 'unreachable' });
  });

  it('says so when it has been closed', async () => {
    const { node } = await ldkRing();
    await node.close();
    expect(await nodeError(node.info())).toMatchObject({ code: 'closed' });
  });
});

describe('a signature that is not accepted', () => {
  it('is a wrong key where the key is another', async () => {
    const server = await servedAs(ring.network, ring.self);
    const error = await nodeError(connectedTo(server, { apiKey: '00'.repeat(32) }));
    expect(error.code).toBe('wrong_api_key');
    expect(error.message).toMatch(/GetNodeInfo.*not made with the key.*give its file api_key$/);
  });

  it.each([
    ['ahead of', 61_500],
    ['behind', -3_600_000],
  ])('is clock skew where the server is %s us, and tells by how much', async (where, byMs) => {
    const now = (): number => Date.now() + byMs;
    const server = await servedAs(ring.network, ring.self, { now });
    const error = await nodeError(connectedTo(server));
    expect(error.code).toBe('clock_skew');
    const told = /clock is ([0-9]+) s (ahead of|behind) ours/.exec(error.message);
    expect(told?.[2]).toBe(where);
    expect(Math.abs(Number(told?.[1]) - Math.abs(byMs) / 1000)).toBeLessThan(5);
  });

  it('tolerates clocks that differ a little', async () => {
    const server = await servedAs(ring.network, ring.self, { now: () => Date.now() + 45_000 });
    expect((await (await connectedTo(server)).info()).alias).toBe('self');
  });

  it('is an old server where that signs the time alone', async () => {
    const server = await servedAs(ring.network, ring.self, { signs: 'time' });
    const error = await nodeError(connectedTo(server));
    expect(error.code).toBe('too_old');
    expect(error.message).toMatch(/2026-05-12.*update it/);
    expect(server.calls).toHaveLength(2);
  });

  it('is a wrong key at an old server too, where the key is another', async () => {
    const server = await servedAs(ring.network, ring.self, { signs: 'time' });
    expect(await nodeError(connectedTo(server, { apiKey: '00'.repeat(32) }))).toMatchObject({
      code: 'wrong_api_key',
    });
  });
});

describe('what is no LDK Server', () => {
  const certificate = makeCertificate();
  const failing = async (options: Partial<Parameters<typeof connectLdkServer>[0]>) =>
    nodeError(
      connectLdkServer({
        address: '127.0.0.1:1',
        tlsCert: (await certificate).certPem,
        apiKey: '00'.repeat(32),
        ...options,
      }),
    );

  it.each(['', 'https://host:1', 'host:99999', '[::1'])(
    'is an address like "%s"',
    async (address) => {
      expect(await failing({ address })).toMatchObject({ code: 'wrong_address' });
    },
  );

  it('is a port where nothing listens', async () => {
    const error = await failing({ address: '127.0.0.1:1' });
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/grpc_service_address/);
  });

  it('is a server with another certificate', async () => {
    const server = await servedAs(ring.network, ring.self);
    const error = await failing({ address: server.address });
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toMatch(/copy its tls.crt again/);
    expect(server.calls).toEqual([]);
  });

  it('is a server whose certificate is for other names', async () => {
    const server = await servedAs(ring.network, ring.self);
    const error = await failing({
      address: server.address,
      tlsCert: server.tlsCertPem,
      serverName: 'node.example',
    });
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toMatch(/hosts under \[tls\]/);
  });

  it('is something that speaks no TLS', async () => {
    const plain = createServer((socket) => socket.end('hello\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      plain.close();
    });
    const { port } = plain.address() as { port: number };
    expect(await failing({ address: `127.0.0.1:${port}` })).toMatchObject({
      code: 'wrong_address',
    });
  });

  it.each([
    ['missing', '/nowhere/api_key', /could not be read/],
    ['too short', new Uint8Array(31), /has 31 bytes/],
    ['a PEM file', new TextEncoder().encode('-----BEGIN CERTIFICATE-----'), /is a PEM file/],
  ])('is not asked with a key that is %s', async (_what, apiKey, text) => {
    const error = await failing({ apiKey });
    expect(error.code).toBe('wrong_api_key');
    expect(error.message).toMatch(text);
  });

  it('is not asked with a certificate that is none', async () => {
    expect(await failing({ tlsCert: new Uint8Array([1]) })).toMatchObject({
      code: 'wrong_certificate',
    });
  });
});

describe('what LDK Server cannot do', () => {
  it('is said, with reasons for each', async () => {
    const { node } = await ldkRing();
    const { reasons, ...can } = node.capabilities;
    const cannot = Object.entries(can).flatMap(([name, value]) => (value ? [] : [name]));
    expect(cannot.sort()).toEqual(Object.keys(reasons).sort());
    expect(cannot).toContain('sendToRoute');
    expect(reasons.sendToRoute).toMatch(/no call that takes a route.*refuses routes to itself/);
  });

  it('sends nothing along a route, and never rejects for it', async () => {
    const { node, server } = await ldkRing();
    const before = server.calls.length;
    const route = { hops: [] } as unknown as Parameters<typeof node.sendToRoute>[0]['route'];
    expect(await node.sendToRoute({ paymentHash: HASH, route })).toEqual({
      kind: 'not_sent',
      reason: node.capabilities.reasons.sendToRoute,
    });
    expect(server.calls.length).toBe(before);
  });

  it('rejects, and the error names what is missing', async () => {
    const { node } = await ldkRing();
    const { signal } = new AbortController();
    const terms = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 60 };
    const first = <T>(stream: AsyncIterable<T>) => stream[Symbol.asyncIterator]().next();
    for (const call of [
      node.addInvoice({ ...terms, preimage: new Uint8Array(32) }),
      node.addHoldInvoice({ ...terms, paymentHash: HASH }),
      node.importMissionControl([]),
      first(node.watchInvoice(HASH, { signal })),
      first(node.trackPayment(HASH, { signal })),
    ]) {
      expect(await nodeError(call)).toMatchObject({ code: 'unsupported' });
    }
  });

  it('has nothing of Ballast`s to look up or to clean up', async () => {
    const { node } = await ldkRing();
    expect(await node.lookupInvoice(HASH)).toBeUndefined();
    expect(await node.cancelInvoice(HASH)).toEqual({ kind: 'not_found' });
    expect(await node.settleInvoice(new Uint8Array(32))).toMatchObject({ kind: 'not_accepted' });
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toEqual([]);
    await node.deleteFailedPayment(HASH);
    await node.deleteCanceledInvoice(HASH);
    expect(node.htlcEvents).toBeUndefined();
    expect(node.interceptForwards).toBeUndefined();
  });
});

it('serves no node that the network does not have', async () => {
  const stranger = `02${'00'.repeat(32)}` as typeof ring.self;
  await expect(serveLdkServer(ring.network, stranger)).rejects.toThrow(RangeError);
});
