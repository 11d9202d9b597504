import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedLdkServer, serveLdkServer } from '../../src/sim/index.ts';
import { formatChannelId } from '../../src/units/ids.ts';
import { type RingNetwork, ringNetwork } from '../sim/lnd/ring-network.ts';
import { runCommand } from './run-command.ts';

let ring: RingNetwork;
let server: ServedLdkServer;
let folder: string;
let access: readonly string[];

beforeEach(async () => {
  ring = ringNetwork();
  server = await serveLdkServer(ring.network, ring.self);
  folder = await mkdtemp(join(tmpdir(), 'ballast-levers-'));
  const [tls, key] = [join(folder, 'tls.crt'), join(folder, 'api_key')] as const;
  await writeFile(tls, server.tlsCertPem);
  await writeFile(key, Buffer.from(server.apiKeyHex, 'hex'));
  access = ['--ldk-server', server.address, '--tls', tls, '--api-key', key];
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const levers = (command: string, ...args: readonly string[]) =>
  runCommand('levers', command, ...access, ...args);

const changes = (): readonly string[] => server.calls.filter((path) => /Splice|Update/.test(path));

describe('ballast levers show', () => {
  it('lists the channels with all their names', async () => {
    const { exit, out, err } = await levers('show');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(/│ alice │ 899000x1x0 │ [0-9]{30,39}\s*│/);
    expect(out).toMatch(/│ bob\s+│ 899000x3x1 │/);
  });

  it('gives scripts what it knows', async () => {
    const { out } = await levers('show', '--json');
    const { channels } = JSON.parse(out);
    expect(channels).toMatchObject([
      { peer: ring.a, mapping: { kind: 'mapped', channelId: ring.channelSA }, feeRatePpm: 10 },
      { peer: ring.b, mapping: { kind: 'mapped', channelId: ring.channelBS }, feeRatePpm: 20 },
    ]);
  });
});

describe('ballast levers price', () => {
  const price = (...args: readonly string[]) =>
    levers('price', '--from', 'alice', '--to', 'bob', '--fee-rate', '2', ...args);

  it('sets a circle beside two splices, and names the break-even', async () => {
    const { exit, out, err } = await price('--amount', '1000000');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    // 1 sat and 100 ppm at alice, 0.5 sat and 200 ppm at bob; 440 vB at 2 sat.
    expect(out).toMatch(/Around a circle: 301\.5\d\d sat \(301\.5 ppm\) for 1,000,000 sat/);
    expect(out).toMatch(/Splice out and in: about 880 sat at 2 sat\/vB.*an estimate/);
    expect(out).toMatch(/splices cost less from 2,91\d,\d{3}(\.\d+)? sat on/);
    expect(changes()).toEqual([]);
  });

  it('gives scripts the figures', async () => {
    const { out } = await price('--amount', '4000000', '--json');
    expect(JSON.parse(out)).toMatchObject({
      cheaper: 'splice',
      splice: { feeMsat: '880000', estimate: true },
      circular: { amountMsat: '4000000000' },
    });
  });

  it('says so where there is no circle', async () => {
    const { exit, err } = await price('--amount', '9000000');
    expect(exit).toBe(3);
    expect(err).toMatch(/there is no circle to compare with: no channel that --from names/);
  });
});

describe('ballast levers fees, splice-out and splice-in', () => {
  it('tell what they would do, and do nothing unless told to', async () => {
    const channel = ['--channel', formatChannelId(ring.channelSA)];
    for (const [command, ...args] of [
      ['fees', '--rate-ppm', '99'],
      ['splice-out', '--amount', '100000'],
      ['splice-in', '--amount', '100000'],
    ] as const) {
      const { exit, out, err } = await levers(command, ...channel, ...args);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out).toMatch(/^Would do: .*\n(Note: .*\n)+Nothing was sent; --execute does it\.\n$/);
    }
    expect(changes()).toEqual([]);
  });

  it('do it when told to', async () => {
    const channel = ['--channel', ring.channelSA, '--execute'];
    const { exit, out } = await levers('fees', ...channel, '--rate-ppm', '99');
    expect(exit).toBe(0);
    expect(out).toMatch(/^Done: rate 10 -> 99 ppm\./);
    expect(JSON.parse((await levers('show', '--json')).out).channels[0].feeRatePpm).toBe(99);
    const splice = await levers('splice-out', ...channel, '--amount', '100000', '--json');
    expect(JSON.parse(splice.out)).toMatchObject({ kind: 'done' });
    expect(changes().map((path) => path.split('/').at(-1))).toEqual([
      'UpdateChannelConfig',
      'SpliceOut',
    ]);
  });

  it('say why they cannot', async () => {
    const args = ['--channel', ring.channelSA, '--time-lock', '47', '--execute'];
    const { exit, err } = await levers('fees', ...args);
    expect(exit).toBe(4);
    expect(err).toMatch(/time lock of 47 blocks is not possible with LDK: 48/);
    expect(changes()).toEqual([]);
  });

  it('say that nobody knows where no answer came', async () => {
    server.refuseAfter(5, 1);
    const args = ['--channel', ring.channelSA, '--amount', '100000', '--execute'];
    const { exit, err } = await levers('splice-out', ...args);
    expect(exit).toBe(5);
    expect(err).toMatch(/SpliceOut got no answer that tells whether it was done/);
  });
});

describe('access', () => {
  it('is checked before anything is dialled', async () => {
    const [, address, , tls, , key] = access as [string, string, string, string, string, string];
    for (const [args, option] of [
      [['--ldk-server', 'https://x', '--tls', tls, '--api-key', key], '--ldk-server'],
      [['--ldk-server', address, '--tls', key, '--api-key', key], '--tls'],
      [['--ldk-server', address, '--tls', tls, '--api-key', tls], '--api-key'],
    ] as const) {
      const { exit, err } = await runCommand('levers', 'show', ...args);
      expect(exit).toBe(2);
      expect(err).toMatch(new RegExp(`^ballast: ${option}: `));
    }
    expect(server.calls).toEqual([]);
  });

  it('with a wrong key is a failure of the node', async () => {
    const args = [...access.slice(0, 5), '00'.repeat(32)];
    const { exit, err } = await runCommand('levers', 'show', ...args);
    expect(exit).toBe(6);
    expect(err).toMatch(/the API key is not that of this server/);
  });
});
