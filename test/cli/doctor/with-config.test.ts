/** `ballast doctor --config`: what `ballast run` would use. */
import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../run-command.ts';
import { type ServedCircle, serveCircle } from '../served-circle.ts';
import {
  type ClnCircle,
  type LdkCircle,
  serveClnCircle,
  serveLdkCircle,
} from '../served-elsewhere.ts';

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly says: string;
  readonly fix?: string;
}

async function doctor(...args: readonly string[]) {
  const { exit, out, err } = await runCommand('doctor', ...args, '--json');
  const { checks = [], error } = JSON.parse(out) as {
    checks?: readonly Shown[];
    error?: { message: string };
  };
  const of: Readonly<Record<string, Shown>> = Object.fromEntries(checks.map((c) => [c.id, c]));
  return { exit, err, error, of, failed: checks.filter((c) => c.status === 'failed') };
}

let lnd: ServedCircle;
let cln: ClnCircle;
let ldk: LdkCircle;

beforeAll(async () => {
  [lnd, cln, ldk] = await Promise.all([serveCircle(), serveClnCircle(), serveLdkCircle()]);
});

afterAll(() => Promise.all([lnd.close(), cln.close(), ldk.close()]));

let written = 0;

function config(
  circle: { write(name: string, content: string): string },
  ...lines: readonly string[]
): string {
  const file = circle.write(`ballast-${++written}.toml`, `${lines.join('\n')}\n`);
  chmodSync(file, 0o600);
  return file;
}

const lndTable = (): readonly string[] => [
  '[node]',
  `lnd = "${lnd.served.address}"`,
  'tls = "tls.cert"',
  'macaroon = "admin.macaroon"',
];
const BUDGET = ['[budget]', 'per_day = 100'];

describe('a configuration', () => {
  it('that is sound is looked at with what it names', async () => {
    const file = config(lnd, ...lndTable(), ...BUDGET, '[store]', 'path = "own.db"');
    const { exit, of } = await doctor('--config', file);
    expect(exit).toBe(0);
    expect(of['configuration']?.says).toContain(file);
    expect(of['store']?.says).toMatch(/own\.db is not there yet/);
    expect(of['permissions_planning']?.status).toBe('ok');
  });

  it.each([
    ['is no TOML', ['[node'], /:1:\d+: not TOML/],
    ['has no budget', ['[node]', 'lnd = "127.0.0.1:1"'], /\[budget\] per_day is missing/],
    ['is not there', null, /cannot be read: there is no such file/],
  ])('that %s ends with 2, and nothing is asked of a node', async (_, lines, says) => {
    const file = lines === null ? '/nonexistent.toml' : config(lnd, ...lines);
    const { exit, of, failed } = await doctor('--config', file);
    expect(exit).toBe(2);
    expect(failed.map(({ id }) => id)).toEqual(['configuration']);
    expect(of['configuration']?.says).toMatch(says);
    expect(of['address']).toMatchObject({ status: 'skipped' });
    expect(of['store']).toMatchObject({ status: 'skipped' });
  });

  it('is not mixed with options', async () => {
    const file = config(lnd, ...lndTable(), ...BUDGET);
    const { exit, error } = await doctor('--config', file, '--store', 'other.db');
    expect(exit).toBe(2);
    expect(error?.message).toMatch(/leave the other options out/);
  });

  it('names its keys where a file is missing', async () => {
    const file = config(
      lnd,
      '[node]',
      'lnd = "127.0.0.1:1"',
      'tls = "gone"',
      'macaroon = "x"',
      ...BUDGET,
    );
    const { exit, of } = await doctor('--config', file);
    expect(exit).toBe(2);
    expect(of['credentials_files']?.says).toMatch(/^\[node\] tls: /);
  });

  it('with just_in_time asks lnd whether it may intercept', async () => {
    const file = config(lnd, ...lndTable(), ...BUDGET, '[just_in_time]', 'enabled = true');
    const { exit, of } = await doctor('--config', file);
    expect(exit).toBe(0);
    expect(of['interceptor']?.says).toMatch(/forwards can wait, and go on by themselves/);
    expect(lnd.network.requiresInterceptor(lnd.self)).toBe(false);
    const other = lnd.network
      .node(lnd.self)
      .interceptForwards({ offer: () => true, ended: () => {} });
    if (other.kind === 'error') throw new Error(`an interceptor was left behind: ${other.message}`);
    const taken = await doctor('--config', file);
    other.connection.disconnect();
    expect(taken.of['interceptor']).toMatchObject({ status: 'warning' });
    expect(taken.of['interceptor']?.says).toMatch(/another program intercepts forwards already/);
  });

  it('with just_in_time on a node that cannot let forwards wait', async () => {
    const node = ['[node]', `cln = "${cln.served.socketPath}"`];
    const file = config(cln, ...node, ...BUDGET, '[just_in_time]', 'enabled = true');
    const { exit, of } = await doctor('--config', file);
    expect(exit).toBe(2);
    expect(of['interceptor']).toMatchObject({ status: 'failed' });
    expect(of['interceptor']?.fix).toMatch(/\[just_in_time\] enabled to false/);
  });

  it('that wants clean-up needs what cleans up', async () => {
    const uris = ['info:read', 'offchain:read', 'invoices:read'];
    const bytes = lnd.served.bakeMacaroon(uris).macaroonBytes;
    lnd.write('reads.macaroon', bytes);
    const node = lndTable().map((line) => line.replace('admin', 'reads'));
    const file = config(lnd, ...node, ...BUDGET, '[limits]', 'clean_up = true');
    const { exit, of } = await doctor('--config', file);
    expect(exit).toBe(6);
    expect(of['permissions_clean_up']?.says).toMatch(/DeletePayment: offchain:write/);
    expect(of['permissions_clean_up']?.fix).toContain('uri:/lnrpc.Lightning/DeletePayment');
  });
});

describe('other nodes', () => {
  it('Core Lightning over its socket', async () => {
    const { exit, of } = await doctor(...cln.socket, '--store', cln.journal);
    expect(exit).toBe(0);
    expect(of['certificate']?.status).toBe('skipped');
    expect(of['permissions']?.says).toMatch(/whoever may open the socket/);
    expect(of['capabilities']?.says).toMatch(/- tell inbound fees: .*gossip_store/);
  });

  it('Core Lightning over clnrest, with a rune that lacks sendpay', async () => {
    const methods = ['getinfo', 'listpeerchannels', 'listchannels', 'listnodes', 'invoice'];
    const rune = cln.write('less.rune', cln.served.makeRune(methods));
    const access = cln.rest.with(cln.rest.indexOf('--rune') + 1, rune);
    const { exit, of } = await doctor(...access, '--store', cln.journal);
    expect(exit).toBe(6);
    expect(of['permissions']).toMatchObject({ status: 'failed' });
    expect(of['permissions']?.says).toMatch(
      /^the rune lacks .*\n(- .*\n)*- sendpay: method=sendpay\n/,
    );
    expect(of['permissions']?.fix).toMatch(/lightning-cli createrune .*"method=sendpay"/);
  });

  it('lightningd that is behind the chain', async () => {
    cln.served.report({ bitcoindSyncing: true });
    const { exit, of } = await doctor(...cln.socket, '--store', cln.journal);
    cln.served.report({ bitcoindSyncing: false });
    expect(exit).toBe(6);
    expect(of['chain']).toMatchObject({ status: 'failed' });
    expect(of['channels']).toMatchObject({ status: 'ok' });
  });

  it('a socket that is not there', async () => {
    const { exit, of } = await doctor('--cln', '/nonexistent/lightning-rpc');
    expect(exit).toBe(6);
    expect(of['address']?.says).toMatch(/there is no socket/);
    // Where the journal would be goes by the node.
    expect(of['store']?.status).toBe('skipped');
  });

  it('LDK Server, over which nothing can be sent', async () => {
    const { exit, of, err } = await doctor(...ldk.access, '--store', ldk.journal);
    expect(exit).toBe(0);
    expect(of['capabilities']).toMatchObject({ status: 'warning' });
    expect(of['capabilities']?.says).toMatch(/- send along routes: /);
    expect(err).toBe('');
  });

  it('LDK Server with the key of another one', async () => {
    const key = ldk.write('other_key', Buffer.alloc(32, 7));
    const access = ldk.access.with(ldk.access.indexOf('--api-key') + 1, key);
    const { exit, of } = await doctor(...access);
    expect(exit).toBe(6);
    expect(of['credentials']?.says).toMatch(/the API key is not that of this server/);
  });
});
