/** `ballast doctor` against served nodes, well and not. */
import { chmodSync, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { ChannelId, NodeId, PaymentHash } from '../../src/units/ids.ts';
import { runCommand } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';

interface Shown {
  readonly id: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly says: string;
  readonly fix?: string;
}

interface Examination {
  readonly exit: number;
  readonly ok: boolean;
  readonly of: Readonly<Record<string, Shown>>;
}

async function doctor(...args: readonly string[]): Promise<Examination> {
  const { exit, out } = await runCommand('doctor', ...args, '--json');
  const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: readonly Shown[] };
  return { exit, ok, of: Object.fromEntries(checks.map((check) => [check.id, check])) };
}

const idsOf = ({ of }: Examination, status: Shown['status']): readonly string[] =>
  Object.values(of)
    .filter((check) => check.status === status)
    .map(({ id }) => id);

let circle: ServedCircle;
let access: readonly string[];
let journals = 0;

beforeAll(async () => {
  circle = await serveCircle();
});

afterAll(() => circle.close());

afterEach(() => {
  circle.served.report({ walletState: 'active', syncedToChain: true, syncedToGraph: true });
});

/** With other values for some options. */
function given(changes: Readonly<Record<string, string>> = {}): readonly string[] {
  const store = circle
    .write(`none-${++journals}`, '')
    .replace(/none-\d+$/, `journal-${journals}.db`);
  const all = { '--store': store, ...changes };
  const named = new Map<string, string>();
  for (let i = 0; i < circle.access.length; i += 2)
    named.set(circle.access[i]!, circle.access[i + 1]!);
  for (const [name, value] of Object.entries(all)) named.set(name, value);
  return [...named].flat();
}

/** The folder of the credentials; made for us alone, it closes whatever is in it. */
function openToOthers(): void {
  const folder = dirname(circle.access.at(-1)!);
  chmodSync(folder, 0o755);
  onTestFinished(() => chmodSync(folder, 0o700));
}

const journalOf = (args: readonly string[]): string => args[args.indexOf('--store') + 1]!;

describe('a set-up that works', () => {
  it('has nothing that failed, makes no journal, and ends with 0', async () => {
    access = given();
    const found = await doctor(...access);
    expect(found.exit).toBe(0);
    expect(found.ok).toBe(true);
    expect(idsOf(found, 'failed')).toEqual([]);
    expect(idsOf(found, 'ok')).toEqual(
      expect.arrayContaining([
        ...['node_js', 'address', 'ready', 'credentials', 'version', 'chain', 'clock'],
        ...['permissions', 'permissions_planning', 'channels', 'interceptor', 'capabilities'],
        ...['store', 'disk'],
      ]),
    );
    expect(existsSync(journalOf(access))).toBe(false);
  });

  it('is told line by line, with what to do', async () => {
    openToOthers();
    const { exit, out } = await runCommand('doctor', ...given());
    expect(exit).toBe(0);
    expect(out).toMatch(/^ok {7}address {16}127\.0\.0\.1:\d+ answers$/m);
    expect(out).toMatch(
      /^warning {2}credentials_files .*admin\.macaroon, and whoever has it can do with the node what the macaroon permits\n {32}-> chmod 600 /m,
    );
    expect(out).toMatch(/\nThe set-up works: \d+ checks are well, \d+ warnings?, \d+ skipped\.\n$/);
  });

  it('has a macaroon as small as `ballast init` says', async () => {
    const uris = bakeMacaroonCommand({ planning: true })
      .split(' ')
      .filter((word) => word.startsWith('uri:'));
    const bytes = circle.served.bakeMacaroon(uris).macaroonBytes;
    const macaroon = circle.write('least.macaroon', bytes);
    chmodSync(macaroon, 0o600);
    const found = await doctor(...given({ '--macaroon': macaroon }));
    expect(found.exit).toBe(0);
    expect(found.of['credentials_files']?.status).toBe('ok');
    expect(found.of['permissions']?.status).toBe('ok');
    expect(found.of['permissions_planning']?.status).toBe('ok');
    // Nobody has asked for these.
    expect(found.of['permissions_clean_up']?.status).toBe('skipped');
    expect(found.of['permissions_messages']?.status).toBe('skipped');
  });
});

const CONNECTED = ['address', 'certificate', 'ready', 'credentials', 'version'];

describe('a connection that does not come about', () => {
  /** What failed, and all that needs it is skipped with that reason. */
  function expectBreak(found: Examination, id: string, says: RegExp): void {
    expect(found.exit).toBe(6);
    expect(found.ok).toBe(false);
    expect(idsOf(found, 'failed')).toEqual([id]);
    const { says: what, fix } = found.of[id]!;
    expect(fix === undefined ? what : `${what}; ${fix}`).toMatch(says);
    // What to do stands beneath, and nowhere else.
    expect(what).not.toContain('; ');
    const at = CONNECTED.indexOf(id);
    for (const before of CONNECTED.slice(0, at)) {
      expect(found.of[before]?.status, before).not.toBe('skipped');
    }
    for (const after of [...CONNECTED.slice(at + 1), 'chain', 'graph', 'permissions', 'channels']) {
      const { status, says: why } = found.of[after]!;
      expect([status, why]).toEqual(['skipped', `without ${id} it cannot be told`]);
    }
    // The journal can be looked at all the same.
    expect(found.of['store']?.status).toBe('ok');
  }

  it('at a port where nothing listens', async () => {
    const found = await doctor(...given({ '--lnd': '127.0.0.1:1' }));
    expectBreak(found, 'address', /nothing listens at 127\.0\.0\.1:1; check that lnd runs/);
  });

  it('at a port where nobody speaks TLS, without waiting for ever', async () => {
    const mute = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => {
      mute.listen(0, '127.0.0.1', resolve);
    });
    const { port } = mute.address() as { port: number };
    try {
      const found = await doctor(...given({ '--lnd': `127.0.0.1:${port}` }));
      expectBreak(found, 'address', /does not answer/);
    } finally {
      mute.close();
    }
  }, 30_000);

  it("with another node's certificate", async () => {
    const other = await serveCircle();
    const tls = circle.write('other.cert', other.served.tlsCertPem);
    await other.close();
    const found = await doctor(...given({ '--tls': tls }));
    expectBreak(found, 'certificate', /presents another certificate/);
  });

  it.each([
    ['locked', /wallet is locked; unlock it with `lncli unlock`/],
    ['starting', /lnd is not ready/],
  ] as const)('with a node that is %s', async (walletState, says) => {
    circle.served.report({ walletState });
    expectBreak(await doctor(...given()), 'ready', says);
  });

  it("with another node's macaroon", async () => {
    const other = await serveCircle();
    const macaroon = circle.write('other.macaroon', other.served.macaroonBytes);
    await other.close();
    const found = await doctor(...given({ '--macaroon': macaroon }));
    expectBreak(found, 'credentials', /lnd does not accept the macaroon/);
  });

  it('with a node that is too old', async () => {
    circle.served.report({ version: '0.17.0-beta' });
    const found = await doctor(...given());
    circle.served.report({ version: '0.20.1-beta' });
    expectBreak(found, 'version', /Ballast needs 0\.18\.5 or newer/);
  });

  it.each([
    ['--tls', 'no.cert', /--tls: .*no\.cert/],
    ['--macaroon', 'no.macaroon', /--macaroon: .*no\.macaroon/],
  ])('with %s %s is a wrong command line', async (option, value, says) => {
    const found = await doctor(...given({ [option]: value }));
    expect(found.exit).toBe(2);
    expect(idsOf(found, 'failed')).toEqual(['credentials_files']);
    expect(found.of['credentials_files']?.says).toMatch(says);
    expect(found.of['address']?.status).toBe('skipped');
  });

  it('at what is no address is a wrong command line', async () => {
    const found = await doctor(...given({ '--lnd': 'https://127.0.0.1:10009' }));
    expect(found.exit).toBe(2);
    expect(idsOf(found, 'failed')).toEqual(['address']);
    expect(found.of['address']).toMatchObject({
      says: '--lnd: "https://127.0.0.1:10009" is not the address of an lnd',
      fix: 'give host and port of its gRPC, without https://, for example 127.0.0.1:10009',
    });
  });

  it('is told in few lines: what needs it is counted', async () => {
    const { exit, out } = await runCommand('doctor', ...given({ '--lnd': '127.0.0.1:1' }));
    expect(exit).toBe(6);
    expect(out).toMatch(
      /^failed {3}address {16}nothing listens at 127\.0\.0\.1:1\n {32}-> check that lnd runs/m,
    );
    expect(out).not.toContain('without address');
    expect(out).toMatch(/^skipped {25}16 checks not made, which need what has failed$/m);
    // Of the journal, which needs no node.
    expect(out).toMatch(/^ok {7}store /m);
  });
});

describe('a node that is not fit', () => {
  it.each([
    ['chain', { syncedToChain: false }, /not in sync with the chain, at block 900,000/],
    ['graph', { syncedToGraph: false }, /not in sync with the graph/],
  ] as const)('for its %s', async (id, state, says) => {
    circle.served.report(state);
    const found = await doctor(...given());
    expect(found.exit).toBe(6);
    expect(idsOf(found, 'failed')).toEqual([id]);
    expect(found.of[id]?.says).toMatch(says);
    expect(found.of[id]?.fix).toMatch(/^wait/);
    // Everything else can be looked at.
    expect(found.of['permissions']?.status).toBe('ok');
  });

  it('for a macaroon that lacks one permission, which is named, with the command that mends it', async () => {
    const uris = bakeMacaroonCommand({ planning: true })
      .split(' ')
      .filter((word) => word.startsWith('uri:') && !word.endsWith('/SendToRouteV2'));
    const macaroon = circle.write('less.macaroon', circle.served.bakeMacaroon(uris).macaroonBytes);
    const found = await doctor(...given({ '--macaroon': macaroon }));
    expect(found.exit).toBe(6);
    expect(idsOf(found, 'failed')).toEqual(['permissions']);
    const { says, fix } = found.of['permissions']!;
    expect(says.split('\n')).toEqual([
      'the macaroon lacks what every rebalance needs:',
      '- SendToRouteV2: offchain:write (uri:/routerrpc.Router/SendToRouteV2)',
    ]);
    expect(fix).toMatch(/lncli bakemacaroon .*uri:\/routerrpc\.Router\/SendToRouteV2/);
  });

  it('for a macaroon without what plans need, which is a warning as long as no run is meant', async () => {
    const uris = bakeMacaroonCommand()
      .split(' ')
      .filter((word) => word.startsWith('uri:'));
    const bytes = circle.served.bakeMacaroon(uris).macaroonBytes;
    const macaroon = circle.write('small.macaroon', bytes);
    const found = await doctor(...given({ '--macaroon': macaroon }));
    expect(found.exit).toBe(0);
    expect(found.of['permissions_planning']).toMatchObject({ status: 'warning' });
    expect(found.of['permissions_planning']?.says).toContain('ForwardingHistory');
  });

  it('for a macaroon without the graph', async () => {
    const uris = bakeMacaroonCommand({ planning: true })
      .split(' ')
      .filter((word) => word.startsWith('uri:') && !word.endsWith('/DescribeGraph'));
    const bytes = circle.served.bakeMacaroon(uris).macaroonBytes;
    const found = await doctor(...given({ '--macaroon': circle.write('no-graph', bytes) }));
    expect(found.exit).toBe(6);
    expect(idsOf(found, 'failed')).toEqual(['graph']);
    expect(found.of['graph']?.says).toMatch(/the permission info:read is missing/);
  });

  it('for one that forwards nothing without an interceptor', async () => {
    const stage = await serveCircle({ lnd: { requireInterceptor: true } });
    try {
      const found = await doctor(...stage.access);
      expect(found.exit).toBe(0);
      expect(found.of['interceptor']).toMatchObject({ status: 'warning' });
      expect(found.of['interceptor']?.fix).toMatch(/take requireinterceptor out of lnd\.conf/);
    } finally {
      await stage.close();
    }
  });
});

const START = (self: NodeId) => ({
  kind: 'start' as const,
  rebalanceId: 'left-behind',
  atMs: Date.now(),
  self,
  amountMsat: 1000n,
  outChannels: ['1' as ChannelId],
  inChannels: ['2' as ChannelId],
});

async function journalWith(path: string, self: NodeId): Promise<void> {
  const store = await openSqliteStore(path);
  await store.commit([
    START(self),
    {
      kind: 'invoice',
      rebalanceId: 'left-behind',
      atMs: Date.now(),
      paymentHash: 'ab'.repeat(32) as PaymentHash,
      preimage: new Uint8Array(32),
    },
  ]);
  await store.close();
}

describe('a journal', () => {
  it('of this node with a rebalance that was broken off', async () => {
    const args = given();
    await journalWith(journalOf(args), circle.self);
    const before = statSync(journalOf(args)).mtimeMs;
    const found = await doctor(...args);
    expect(found.exit).toBe(0);
    expect(found.of['store']?.says).toMatch(/has version \d+$/);
    expect(found.of['store_mode']?.status).toBe('ok');
    expect(found.of['store_owner']?.status).toBe('ok');
    expect(found.of['unfinished']).toMatchObject({ status: 'warning' });
    expect(found.of['unfinished']?.says).toMatch(/1 rebalance without an end \(left-behind\)/);
    expect(found.of['unfinished']?.fix).toContain('`ballast resume`');
    expect(statSync(journalOf(args)).mtimeMs).toBe(before);
  });

  it('of another node', async () => {
    const args = given();
    await journalWith(journalOf(args), circle.bob);
    const found = await doctor(...args);
    expect(found.exit).toBe(2);
    expect(idsOf(found, 'failed')).toEqual(['store_owner']);
    expect(found.of['store_owner']?.says).toContain(circle.bob);
    expect(found.of['store_owner']?.fix).toMatch(/another file with --store/);
  });

  it('that other users can read', async () => {
    const args = given();
    await journalWith(journalOf(args), circle.self);
    chmodSync(journalOf(args), 0o640);
    expect((await doctor(...args)).of['store_mode']).toMatchObject({ status: 'ok' });
    openToOthers();
    const found = await doctor(...args);
    expect(found.exit).toBe(0);
    expect(found.of['store_mode']).toMatchObject({
      status: 'warning',
      fix: `chmod 600 ${journalOf(args)}`,
    });
  });

  it('of a newer Ballast', async () => {
    const args = given();
    await journalWith(journalOf(args), circle.self);
    const file = new DatabaseSync(journalOf(args));
    file.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    file.close();
    const found = await doctor(...args);
    expect(found.exit).toBe(2);
    expect(idsOf(found, 'failed')).toEqual(['store']);
    expect(found.of['store']?.fix).toMatch(/install the newer Ballast that wrote it/);
    expect(found.of['unfinished']?.status).toBe('skipped');
  });

  it('that is no journal', async () => {
    const args = given();
    circle.write(journalOf(args).split('/').at(-1)!, 'these are no tables'.repeat(100));
    const found = await doctor(...args);
    expect(found.exit).toBe(2);
    expect(found.of['store']?.says).toMatch(/is not a journal of Ballast/);
  });

  it('in a folder that is not there', async () => {
    const found = await doctor(...given({ '--store': '/nonexistent/ballast.db' }));
    expect(found.exit).toBe(2);
    expect(found.of['store']?.says).toMatch(/there is no folder \/nonexistent/);
  });

  it('that is open elsewhere is looked at all the same', async () => {
    const args = given();
    const store = await openSqliteStore(journalOf(args));
    try {
      await store.commit([START(circle.self)]);
      const found = await doctor(...args);
      expect(found.exit).toBe(0);
      expect(found.of['store']?.says).toMatch(/a command has it open, or was killed/);
      expect(found.of['unfinished']?.fix).toMatch(/a command may be at it now/);
    } finally {
      await store.close();
    }
  });
});
