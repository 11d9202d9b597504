/** Ctrl-C at any command, as a process of its own, in front of a node that never answers. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type ServedCircle, serveCircle } from './served-circle.ts';
import { startCommand } from './start-command.ts';

let mute: Server;
let address: string;
let folder: string;
let circle: ServedCircle;

beforeAll(async () => {
  circle = await serveCircle();
  folder = mkdtempSync(join(tmpdir(), 'ballast-stopping-'));
  writeFileSync(join(folder, 'tls.cert'), circle.served.tlsCertPem);
  writeFileSync(join(folder, 'some.macaroon'), circle.served.macaroonBytes);
  writeFileSync(join(folder, 'api_key'), new Uint8Array(32));
  mute = createServer((socket: Socket) => socket.on('error', () => {}).resume());
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  address = `127.0.0.1:${(mute.address() as { port: number }).port}`;
  const node = `[node]\nlnd = "${address}"\ntls = "tls.cert"\nmacaroon = "some.macaroon"\n`;
  writeFileSync(join(folder, 'ballast.toml'), `${node}[budget]\nper_day = 0\n`);
});

afterAll(async () => {
  mute.close();
  await circle.close();
  rmSync(folder, { recursive: true });
});

const lnd = (): readonly string[] => [
  ...['--lnd', address, '--tls', join(folder, 'tls.cert')],
  ...['--macaroon', join(folder, 'some.macaroon'), '--store', join(folder, 'none.db')],
];
const ldk = (): readonly string[] => [
  ...['--ldk-server', address, '--tls', join(folder, 'tls.cert')],
  ...['--api-key', join(folder, 'api_key')],
];

/** All that ask a node; the others are over before anybody could press a key. */
const WAITING: readonly (readonly [name: string, args: () => readonly string[]])[] = [
  ['doctor', lnd],
  ['plan', lnd],
  ['resume', lnd],
  ['report', lnd],
  ['beliefs import', lnd],
  ['beliefs export', lnd],
  [
    'rebalance',
    () => [...lnd(), '--from', '1', '--to', '2', '--amount', '1', '--max-fee-ppm', '1'],
  ],
  ['run', () => ['--config', join(folder, 'ballast.toml'), '--once']],
  ['levers show', ldk],
  ['levers splice-in', () => [...ldk(), '--channel', '1', '--amount', '1']],
];

describe('Ctrl-C while nothing is in flight', () => {
  it.for(WAITING)('ends ballast %s at once with 4, and says so', async ([name, args], context) => {
    const { expect } = context;
    const reached = once(mute, 'connection');
    const command = startCommand(context, [...name.split(' '), ...args(), '--json']);
    await reached;
    const pressedMs = performance.now();
    command.process.kill('SIGINT');
    expect(await command.exit(), command.err).toBe(4);
    expect(performance.now() - pressedMs).toBeLessThan(5000);
    const { error } = JSON.parse(command.out) as { error: { code: string; message: string } };
    expect(error.code).toBe('aborted');
    expect(error.message).toMatch(/^stopped(; (nothing is in flight|no payment)| before the run)/);
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
  });

  it('ends a run that was to go on until then in good order', async (context) => {
    const { expect } = context;
    const reached = once(mute, 'connection');
    const config = join(folder, 'ballast.toml');
    const command = startCommand(context, ['run', '--config', config, '--json']);
    await reached;
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
    expect(JSON.parse(command.out)).toEqual({ endedBy: 'signal', rounds: 0 });
    expect(command.err).toMatch(/^ballast: stopped before the run had begun; /);
  });

  it.for(['SIGTERM', 'SIGHUP'] as const)('%s does the same', async (signal, context) => {
    const { expect } = context;
    const reached = once(mute, 'connection');
    const command = startCommand(context, ['doctor', ...lnd()]);
    await reached;
    command.process.kill(signal);
    expect(await command.exit()).toBe(4);
    expect(command.err).toBe('ballast: stopped; nothing is in flight\n');
  });
});

describe('Ctrl-C while a payment is under way', () => {
  it('that `resume` follows says which, and that it is not lost', async (context) => {
    const { expect } = context;
    const { network, bob, access, toAlice, toBob } = circle;
    network.holdHtlcsAt(bob);
    const terms = ['--from', toAlice, '--to', toBob, '--amount', '100000', '--max-fee-ppm', '500'];
    const first = startCommand(context, ['rebalance', ...access, ...terms]);
    const [, hash] = await first.says(/sending with payment hash ([0-9a-f]{64})/);
    while (network.pendingHtlcs().length < 2) await sleep(10);
    first.process.kill('SIGKILL');
    await first.exit();
    const resumed = startCommand(context, ['resume', ...access, '--json']);
    await resumed.says(/following attempt 1 to its end/);
    resumed.process.kill('SIGINT');
    expect(await resumed.exit(), resumed.err).toBe(5);
    const { error } = JSON.parse(resumed.out) as { error: { code: string; message: string } };
    expect(error.code).toBe('in_flight');
    expect(error.message).toContain(hash);
    expect(error.message).toMatch(/`ballast resume` goes on with it/);
    network.releaseHtlcs(bob);
    // Nothing was lost: the next one finds its end.
    const last = startCommand(context, ['resume', ...access]);
    expect(await last.exit(), last.err).toBe(0);
    expect(network.pendingHtlcs()).toEqual([]);
  });
});

describe('a reader that goes away', () => {
  it.for([
    ['doctor', () => circle.access],
    ['init', () => ['--output', '-']],
    ['completion', () => ['bash']],
    ['plan', () => circle.access],
  ] as const)('leaves ballast %s to its end, quietly', async ([name, args], context) => {
    const { expect } = context;
    const command = startCommand(context, [name, ...args()]);
    command.process.stdout.destroy();
    expect(await command.exit(), command.err).toBe(0);
    expect(command.err).not.toMatch(/EPIPE|Error| at /);
  });
});

describe('a copy of a journal', () => {
  it('does not outlive the command that was stopped', async (context) => {
    const { expect } = context;
    const copies = (): readonly string[] =>
      readdirSync(folder).filter((name) => name.startsWith('ballast-journal-'));
    const args = ['report', ...circle.access.slice(-2)];
    const command = startCommand(context, args, { env: { TMPDIR: folder } });
    while (copies().length === 0 && command.process.exitCode === null) await sleep(1);
    command.process.kill('SIGINT');
    expect([0, 4]).toContain(await command.exit());
    expect(copies()).toEqual([]);
  });
});
