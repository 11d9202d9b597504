import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { connectLnd } from '../../../src/node/lnd/index.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { nodeError, testFake } from './connections.ts';
import { readyInfo } from './fake-lnd.ts';
import { openFrontDoor } from './tcp-servers.ts';

/** lnd's files in a folder, and lnd behind an address at which it can restart. */
async function installation() {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-reconnect-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const paths = { tlsCert: join(folder, 'tls.cert'), macaroon: join(folder, 'ballast.macaroon') };
  const write = async (files: { certPem?: string; macaroonHex?: string }): Promise<void> => {
    if (files.certPem !== undefined) await writeFile(paths.tlsCert, files.certPem);
    if (files.macaroonHex !== undefined) await writeFile(paths.macaroon, files.macaroonHex);
  };
  return { paths, write, door: await openFrontDoor() };
}

async function connected(home: Awaited<ReturnType<typeof installation>>): Promise<LightningNode> {
  const node = await connectLnd({ address: home.door.address, ...home.paths });
  onTestFinished(() => node.close());
  return node;
}

/** A cut connection may be noticed a moment later than the next call is made: that call then fails. */
async function afterTheCut<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch {
    return call();
  }
}

describe('after lnd has restarted', () => {
  it('with a new certificate and macaroon at the same paths, both are read again', async () => {
    const home = await installation();
    const before = await testFake();
    await home.write({ certPem: before.certificate.certPem, macaroonHex: 'aa11' });
    home.door.leadTo(before.port);
    const node = await connected(home);

    const after = await testFake();
    after.answer(LightningService.getInfo, () => readyInfo({ alias: 'renewed' }));
    await home.write({ certPem: after.certificate.certPem, macaroonHex: 'bb22' });
    home.door.leadTo(after.port);

    const info = await afterTheCut(() => node.info());
    expect(info.alias).toBe('renewed');
    expect(before.calls.at(-1)?.macaroons).toEqual(['aa11']);
    expect(after.calls.map(({ macaroons }) => macaroons)).toEqual([['bb22']]);
  });

  it('with a new certificate that is not in the file yet, the error says so until it is', async () => {
    const home = await installation();
    const before = await testFake();
    await home.write({ certPem: before.certificate.certPem, macaroonHex: 'aa11' });
    home.door.leadTo(before.port);
    const node = await connected(home);

    const after = await testFake();
    home.door.leadTo(after.port);
    const error = await nodeError(afterTheCut(() => node.info()));
    expect(error.code).toBe('wrong_certificate');
    expect(after.calls).toEqual([]);

    await home.write({ certPem: after.certificate.certPem });
    expect((await node.info()).alias).toBe('ours');
  });

  it('with the same certificate, the next calls connect anew, together', async () => {
    const home = await installation();
    const before = await testFake();
    await home.write({ certPem: before.certificate.certPem, macaroonHex: 'aa11' });
    home.door.leadTo(before.port);
    const node = await connected(home);

    home.door.leadTo(undefined);
    const error = await nodeError(afterTheCut(() => node.info()));
    expect(error.code).toBe('unreachable');

    const after = await testFake({ certificate: before.certificate });
    home.door.leadTo(after.port);
    const infos = await Promise.all([node.info(), node.info(), node.info()]);
    expect(infos.map(({ alias }) => alias)).toEqual(['ours', 'ours', 'ours']);
    expect(after.calls.length).toBe(3);
  });

  it('whose files are gone, the error names them', async () => {
    const home = await installation();
    const before = await testFake();
    await home.write({ certPem: before.certificate.certPem, macaroonHex: 'aa11' });
    home.door.leadTo(before.port);
    const node = await connected(home);
    home.door.leadTo(undefined);
    await nodeError(afterTheCut(() => node.info()));
    await rm(home.paths.macaroon);
    home.door.leadTo(before.port);
    const error = await nodeError(node.info());
    expect(error.code).toBe('wrong_macaroon');
    expect(error.message).toContain(home.paths.macaroon);
  });
});
