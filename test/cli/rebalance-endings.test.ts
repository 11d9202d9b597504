/** How `ballast rebalance` ends when the node fails it, or never was of use. */
import { existsSync } from 'node:fs';
import { describe, it, type TestContext } from 'vitest';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import type { ServeLndOptions } from '../../src/sim/lnd/serve-lnd.ts';
import { makeCertificate } from '../node/lnd/certificates.ts';
import { runCommand, runWatched } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';

/** Tests that run side by side have to use what their own context offers, `expect` too. */
async function circle(
  { onTestFinished }: TestContext,
  lnd: ServeLndOptions = {},
): Promise<ServedCircle> {
  const stage = await serveCircle({ lnd });
  onTestFinished(() => stage.close());
  return stage;
}

const usual = (stage: ServedCircle): string[] => [
  'rebalance',
  ...stage.access,
  ...['--from', stage.toAlice, '--to', stage.toBob, '--amount', '100000', '--max-fee-ppm', '500'],
];

interface Report {
  outcome: { kind: string };
  movedMsat: string;
  error?: unknown;
}

describe.concurrent('a payment that stays under way', () => {
  it.for<[string, string[]]>([
    ['people', []],
    ['scripts', ['--json']],
  ])('ends with 5 for %s, though lnd went away meanwhile', async ([, more], context) => {
    const { expect } = context;
    const stage = await circle(context);
    stage.network.holdHtlcsAt(stage.bob);
    const args = [...usual(stage), '--timeout', '1', ...more];
    const { exit, out, err } = await runWatched(args, (text) => {
      if (/sending with payment hash/.test(text)) void closeWhenHeld(stage);
    });
    expect(exit, err).toBe(5);
    if (more.length > 0) {
      expect((JSON.parse(out) as Report).outcome.kind).toBe('in_flight');
    } else {
      expect(out).toMatch(/Still in flight: .*lncli trackpayment [0-9a-f]{64}/);
      expect(out).toMatch(/note: the balances are not shown/);
      expect(err).toBe('');
    }
    expect(stage.network.pendingHtlcs().length).toBeGreaterThan(0);
  });

  it('ends with 5 with lnd at hand as well', async (context) => {
    const { expect } = context;
    const stage = await circle(context);
    stage.network.holdHtlcsAt(stage.bob);
    const { exit, out } = await runCommand(...usual(stage), '--timeout', '1');
    expect(exit).toBe(5);
    const [, hash] = /lncli trackpayment ([0-9a-f]{64})/.exec(out)!;
    expect(await stage.invoiceState(hash as never)).toBe('canceled');
  });
});

async function closeWhenHeld({ network, served }: ServedCircle): Promise<void> {
  while (network.pendingHtlcs().length < 2) await new Promise(setImmediate);
  await served.close();
}

describe('a payment that settled', () => {
  it.for<[string, string[]]>([
    ['people', []],
    ['scripts', ['--json']],
  ])('ends with 0 for %s, though lnd went away right after', async ([, more], context) => {
    const { expect } = context;
    const stage = await circle(context);
    let closed = false;
    const { exit, out, err } = await runWatched([...usual(stage), ...more], (text) => {
      if (!closed && /attempt 1: settled/.test(text)) {
        closed = true;
        void stage.served.close();
      }
    });
    expect(closed).toBe(true);
    expect(exit, err).toBe(0);
    if (more.length > 0) {
      const report = JSON.parse(out) as Report;
      expect([report.outcome.kind, report.movedMsat]).toEqual(['settled', '100000000']);
      expect(report.error).toBeUndefined();
    } else {
      expect(out).toMatch(/Settled: 100,000 sat moved/);
      expect(out).toMatch(/note: the balances are not shown/);
      expect(err).toBe('');
    }
  });
});

describe('a node that cannot be used', () => {
  it.for<[string, ServeLndOptions, string, RegExp]>([
    ['locked', { walletState: 'locked' }, 'locked', /wallet is locked; unlock it/],
    ['starting', { walletState: 'starting' }, 'starting', /not ready/],
    ['behind the chain', { syncedToChain: false }, 'syncing', /not in sync with the chain/],
    ['behind the graph', { syncedToGraph: false }, 'syncing', /not in sync with the graph/],
    ['too old', { version: '0.18.4-beta' }, 'too_old', /0\.18\.5 or newer/],
  ])('because it is %s ends with 6', async ([, lnd, code, message], context) => {
    const { expect } = context;
    const stage = await circle(context, lnd);
    const people = await runCommand(...usual(stage));
    expect(people).toMatchObject({ exit: 6, out: '' });
    expect(people.err).toMatch(message);
    const scripts = await runCommand(...usual(stage), '--json');
    expect(scripts.exit).toBe(6);
    expect(JSON.parse(scripts.out)).toEqual({
      error: { code, message: expect.stringMatching(message) },
    });
  });

  it('because its certificate is another ends with 6', async (context) => {
    const { expect } = context;
    const stage = await circle(context);
    const tls = stage.write('other.cert', (await makeCertificate()).certPem);
    const { exit, err } = await runCommand(...usual(stage), '--tls', tls);
    expect(exit).toBe(6);
    expect(err).toMatch(/presents another certificate/);
  });

  it.for<[string, (other: Uint8Array) => Uint8Array, RegExp]>([
    ['does not accept the macaroon', (other) => other, /does not accept the macaroon/],
    [
      'cannot read what is no macaroon',
      () => new Uint8Array(90).fill(7),
      /what was given as the macaroon is none, .*; give the \.macaroon file/,
    ],
  ])('because it %s ends with 6', async ([, bytes, message], context) => {
    const { expect } = context;
    const stage = await circle(context);
    const other = await circle(context);
    const macaroon = stage.write('other.macaroon', bytes(other.served.macaroonBytes));
    const { exit, err } = await runCommand(...usual(stage), '--macaroon', macaroon);
    expect(exit).toBe(6);
    expect(err).toMatch(message);
  });

  it.for([
    ['AddInvoice', 'invoices:write'],
    ['CancelInvoice', 'invoices:write'],
    ['SendToRouteV2', 'offchain:write'],
  ])(
    'for want of %s ends with 6 before anything is written',
    async ([method, permission], context) => {
      const { expect } = context;
      const stage = await circle(context);
      const uris = bakeMacaroonCommand()
        .split(' ')
        .filter((word) => word.startsWith('uri:') && !word.endsWith(`/${method}`));
      const weak = stage.write('weak.macaroon', stage.served.bakeMacaroon(uris).macaroonBytes);
      const asked = [...usual(stage), '--macaroon', weak];
      const { exit, out, err } = await runCommand(...asked);
      expect([exit, out]).toEqual([6, '']);
      expect(err).toMatch(
        /^ballast: the macaroon lacks .*; no invoice was made, and nothing was sent:/,
      );
      expect(err).toContain(`\nballast: - ${method}: ${permission} (uri:`);
      expect(err).toMatch(/\nballast: make another macaroon: lncli bakemacaroon /);
      expect(existsSync(stage.access.at(-1)!)).toBe(false);
      // The search needs none of them.
      expect((await runCommand(...asked, '--dry-run')).exit).toBe(0);
      const { error } = JSON.parse((await runCommand(...asked, '--json')).out);
      expect(error.code).toBe('permission_denied');
    },
  );
});

describe('a way to the node that cannot be meant', () => {
  it.for<[string, (stage: ServedCircle) => string[], RegExp]>([
    ['no address', () => ['--lnd', 'https://node:8080'], /--lnd: .* is not the address of an lnd/],
    ['an address of Tor', () => ['--lnd', 'abc.onion:10009'], /--lnd: .*Tor/],
    ['no certificate file', () => ['--tls', '/nonexistent/tls.cert'], /--tls: .*could not be read/],
    [
      'another file for a certificate',
      ({ write }) => ['--tls', write('key.pem', '-----BEGIN PRIVATE KEY-----\n')],
      /--tls: .*a private key/,
    ],
    ['no macaroon file', () => ['--macaroon', '/nonexistent/m'], /--macaroon: .*could not be read/],
    [
      'an empty macaroon file',
      ({ write }) => ['--macaroon', write('empty.macaroon', '')],
      /--macaroon: .*is empty/,
    ],
  ])('(%s) ends with 2, and nothing is dialled', async ([, more, message], context) => {
    const { expect } = context;
    const stage = await circle(context);
    // Were it dialled, the locked wallet would answer.
    stage.served.report({ walletState: 'locked' });
    const { exit, err } = await runCommand(...usual(stage), ...more(stage));
    expect(err).toMatch(message);
    expect(exit).toBe(2);
  });
});
