import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { plainText } from '../../src/cli/render/plain-text.ts';
import { runCommand } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';

let stage: ServedCircle;

beforeAll(async () => {
  stage = await serveCircle();
});

afterAll(() => stage.close());

const rebalance = (...args: readonly string[]) => runCommand('rebalance', ...stage.access, ...args);
const usual = (): string[] => ['--from', stage.toAlice, '--to', 'bob', '--amount', '1,000,000'];
const FEE_MSAT = 202_010n;

describe('ballast rebalance', () => {
  it('prices a route without sending with --dry-run', async () => {
    const before = stage.network.balances(stage.toAlice);
    const { exit, out } = await rebalance(...usual(), '--max-fee-ppm', '300', '--dry-run');
    expect(exit).toBe(0);
    expect(out).toContain(
      'Dry run: 1,000,000 sat would cost 202,010 msat (202 ppm). Nothing was sent.',
    );
    expect(stage.network.balances(stage.toAlice)).toEqual(before);
  });

  it('settles, by the network’s own books, for the fee that it reports', async () => {
    const before = stage.network.balances(stage.toAlice);
    const { exit, out } = await rebalance(...usual(), '--max-fee-ppm', '300');
    expect(exit).toBe(0);
    expect(out).toMatch(
      /Settled: 1,000,000 sat moved for 202,010 msat \(202(.0)? ppm\) in 1 attempt/,
    );
    expect(out).toMatch(/-1,000,203|-1,000,202/);
    const after = stage.network.balances(stage.toAlice);
    expect(before.balance1Msat - after.balance1Msat).toBe(1_000_000_000n + FEE_MSAT);
  });

  it('gives scripts one JSON object on standard output, progress on standard error', async () => {
    const { exit, out, err } = await rebalance(...usual(), '--max-fee-ppm', '300', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      outcome: { kind: 'settled' },
      movedMsat: '1000000000',
      feePaidMsat: FEE_MSAT.toString(),
      arrivedAsAsked: true,
      arrivals: [{ channelId: stage.toBob }],
    });
    expect(err).toMatch(/route: self -\[/);
  });

  it('shows the channel over which the payment arrived, where the last peer chose another', async () => {
    const circle = await serveCircle();
    onTestFinished(() => circle.close());
    const { network, self, bob, toAlice, toBob } = circle;
    const policy = { feeBaseMsat: 1000n, feeRatePpm: 100, timeLockDelta: 40 };
    const parallel = network.openChannel({
      node1: self,
      node2: bob,
      capacitySat: 10_000_000n,
      balance1Msat: 1_000_000_000n,
      policy1: policy,
      policy2: policy,
    });
    // Nobody is told, so the route names this channel, and Bob hands over on the one that still is cheap enough.
    network.updatePolicy({
      channelId: toBob,
      from: bob,
      policy: { feeBaseMsat: 5_000_000n },
      announce: false,
    });
    const asked = [
      'rebalance',
      ...circle.access,
      ...['--from', toAlice, '--to', toBob, '--amount', '100000', '--max-fee-ppm', '500'],
    ];
    // Unless told otherwise, it is given back.
    const strict = await runCommand(...asked);
    expect(strict.exit).toBe(3);
    expect(strict.out).toMatch(new RegExp(`over channel ${parallel}, which was not asked for`));
    expect(strict.out).not.toMatch(/Settled/);
    const { exit, out } = await runCommand(...asked, '--arrival', 'report');
    expect(exit).toBe(0);
    expect(out).toMatch(/over another channel than asked for/);
    expect(out).toMatch(new RegExp(`${parallel} │ Bob .* \\+100,000 │`));
  });

  it('ends with 3 when every route is too dear, and says what would do', async () => {
    const { exit, out } = await rebalance(...usual(), '--max-fee-ppm', '202');
    expect(exit).toBe(3);
    const costs = 'the cheapest route costs 202,010 msat (202 ppm), above what';
    expect(out).toContain(`${costs} --max-fee-ppm allows: raise it to 203, or see with`);
    for (const sat of ['202', '0']) {
      const limited = await rebalance(...usual(), '--max-fee-ppm', '1000', '--max-fee-sat', sat);
      expect([limited.exit, limited.err]).toEqual([3, '']);
      expect(limited.out).toContain(`${costs} --max-fee-sat allows: raise it to 203, or see with`);
    }
    const both = await rebalance(...usual(), '--max-fee-ppm', '1', '--max-fee-sat', '1');
    expect(both.out).toContain('--max-fee-ppm and --max-fee-sat allow: raise them to 203 and 203,');
  });

  it('takes a limit in sat alone, and asks for one where there is none', async () => {
    const dry = [...usual(), '--dry-run'];
    expect((await rebalance(...dry, '--max-fee-sat', '203')).exit).toBe(0);
    const dear = await rebalance(...dry, '--max-fee-sat', '202');
    expect(dear.exit).toBe(3);
    expect(dear.out).toMatch(/above what --max-fee-sat allows: raise it to 203/);
    expect(dear.out).not.toContain('--max-fee-ppm');
    const { exit, err } = await rebalance(...dry);
    expect(exit).toBe(2);
    expect(err).toMatch(/say what it may cost: give --max-fee-ppm, --max-fee-sat, or both/);
  });

  it.each([':memory:', 'file:x.db'])('takes no %s for a journal', async (store) => {
    const { exit, err } = await rebalance(...usual(), '--max-fee-ppm', '300', '--store', store);
    expect(exit).toBe(2);
    expect(err).toBe(
      `ballast: --store: ${store} is no file; give the path of one, such as ballast.db\n`,
    );
  });

  it('says in a dry run that a journal which was named is not there', async () => {
    const asked = [...usual(), '--max-fee-ppm', '300', '--dry-run', '--store'];
    const file = stage.access.at(-1)!.replace(/[^/]*$/, 'none.db');
    const none = await rebalance(...asked, file);
    expect(none.exit).toBe(0);
    expect(none.err).toBe(
      `ballast: --store: there is no file ${file} yet; the first rebalance makes it; the dry run goes on without it\n`,
    );
    const folder = await rebalance(...asked, '/nonexistent/b.db');
    expect(folder.err).toMatch(/^ballast: --store: there is no folder \/nonexistent; make it/);
  });

  it('ends with 3 when what is left cannot carry it, naming hop and reason on the way', async () => {
    const { network, between, alice } = stage;
    const drained = network.balances(between);
    expect(drained.balance1Msat).toBeLessThan(5_000_000_000n);
    const asked = [
      '--from',
      stage.alice,
      '--to',
      stage.bob,
      '--amount',
      '3500000',
      '--max-fee-ppm',
      '5000',
    ];
    const { exit, out } = await rebalance(...asked);
    expect(out).toMatch(
      /TEMPORARY_CHANNEL_FAILURE from alice \(hop 1\): channel \d+ from alice to Bob lacks the liquidity/,
    );
    expect(out).toMatch(/learnt: self -> alice carries .*; alice -> Bob lacks /);
    expect([3, 4]).toContain(exit);
    expect(alice).toBeDefined();
  });

  it('does without the nodes and channels it is told to', async () => {
    const { exit, out } = await rebalance(
      ...usual(),
      '--max-fee-ppm',
      '300',
      '--exclude',
      stage.between,
    );
    expect(exit).toBe(3);
    expect(out).toMatch(/only what --exclude names/);
  });

  it.each<[string, () => string[], RegExp]>([
    [
      'an unknown channel',
      () => ['--from', '999', '--to', stage.toBob],
      /--from: channel 999 is not one of ours/,
    ],
    [
      'an unknown alias',
      () => ['--from', 'nobody', '--to', stage.toBob],
      /"nobody" is no channel id, no node key and no alias/,
    ],
    [
      'a peer without channel',
      () => ['--from', stage.self, '--to', stage.toBob],
      /--from: we have no channel with peer/,
    ],
    [
      'one channel for both',
      () => ['--from', stage.toBob, '--to', stage.toBob],
      /--from and --to both name channel .* cannot leave and return over the same channel/,
    ],
    [
      'a bad exclusion',
      () => ['--from', stage.toAlice, '--to', stage.toBob, '--exclude', 'x!'],
      /neither a channel id nor a node key/,
    ],
  ])('ends with 2 for %s', async (_what, ends, message) => {
    const { exit, err } = await rebalance(...ends(), '--amount', '1000', '--max-fee-ppm', '300');
    expect(err).toMatch(message);
    expect(exit).toBe(2);
  });

  it.each([
    [['--amount', '0'], /--amount.*at least 1 sat/],
    [['--amount', '1.5'], /--amount.*whole satoshis/],
    [['--amount', '1,5'], /--amount.*whole satoshis/],
    [['--amount', '9000000000000000', '--max-fee-ppm', '1'], /--amount must be at most [\d,]+ sat/],
    [
      ['--amount', '1000', '--min-amount', '1001', '--max-fee-ppm', '1'],
      /--min-amount \(1,001 sat\) must not be above --amount \(1,000 sat\)/,
    ],
    [['--amount', '5', '--max-fee-ppm', '-1'], /number from 0 to 1000000/],
    [['--amount', '5', '--max-fee-ppm', '1', '--max-attempts', '0'], /whole number from 1/],
  ])('ends with 2 for %j', async (args, message) => {
    const { exit, err } = await rebalance('--from', '1', '--to', '2', ...args);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  it('ends with 6 and the missing permission when the macaroon is too weak', async () => {
    const weak = stage.write(
      'weak.macaroon',
      stage.served.bakeMacaroon(['info:read']).macaroonBytes,
    );
    const { exit, err } = await rebalance(...usual(), '--max-fee-ppm', '300', '--macaroon', weak);
    expect(exit).toBe(6);
    expect(err).toMatch(/offchain:read/);
  });

  it('ends with 6 when nothing listens there', async () => {
    const { exit, err } = await rebalance(
      ...usual(),
      '--max-fee-ppm',
      '300',
      '--lnd',
      '127.0.0.1:1',
    );
    expect(exit).toBe(6);
    expect(err).toMatch(/127\.0\.0\.1:1/);
  });
});

describe('aliases that would act on a terminal', () => {
  it('are shown harmlessly, in progress, tables and JSON', async () => {
    const [clear, override, fake] = ['\u001b[2J', '\u202e', '\nSettled: 9 sat moved'];
    const hostile = await serveCircle({ aliases: [`me${fake}`, `a${clear}`, `b${override}`] });
    onTestFinished(() => hostile.close());
    const args = ['--from', hostile.toAlice, '--to', hostile.toBob, '--amount', '1000'];
    const asked = ['rebalance', ...hostile.access, ...args, '--max-fee-ppm', '5000'];
    const people = await runCommand(...asked);
    expect(people.exit, people.err).toBe(0);
    expect(people.out).toContain('a\ufffd[2J');
    expect(people.out).toContain('b\ufffd');
    expect(people.out.match(/^Settled: /gm)).toHaveLength(1);
    for (const line of people.out.split('\n')) expect(plainText(line)).toBe(line);

    const scripts = await runCommand(...asked, '--json');
    for (const line of scripts.err.split('\n')) expect(plainText(line)).toBe(line);
    expect(plainText(scripts.out.trimEnd())).toBe(scripts.out.trimEnd());
    expect(JSON.parse(scripts.out)).toMatchObject({
      attempts: [{ hops: [{ toAlias: `a${clear}` }, { toAlias: `b${override}` }, {}] }],
    });
  });
});
