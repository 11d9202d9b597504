import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedLnd, SimulatedNetwork, serveLnd } from '../../src/sim/index.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { runCommand } from './run-command.ts';

/** self -> alice -> bob -> self, with a second channel to bob that alice cannot pay into. */
interface Stage {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly bob: NodeId;
  readonly alice: NodeId;
  readonly toAlice: ChannelId;
  readonly between: ChannelId;
  readonly toBob: ChannelId;
  readonly served: ServedLnd;
  readonly access: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'ballast-rebalance-'));
let stage: Stage;

beforeAll(async () => {
  const network = new SimulatedNetwork({ seed: 7 });
  const [self, alice, bob] = ['self', 'alice', 'Bob'].map((alias) =>
    network.addNode({ alias }),
  ) as [NodeId, NodeId, NodeId];
  const policy = { feeBaseMsat: 1000n, feeRatePpm: 100, timeLockDelta: 40 };
  const open = (node1: NodeId, node2: NodeId, balance1Msat: bigint): ChannelId =>
    network.openChannel({
      node1,
      node2,
      capacitySat: 10_000_000n,
      balance1Msat,
      policy1: policy,
      policy2: policy,
    });
  const toAlice = open(self, alice, 9_000_000_000n);
  const between = open(alice, bob, 5_000_000_000n);
  const toBob = open(self, bob, 1_000_000_000n);
  const served = await serveLnd(network, self);
  const [tls, macaroon] = [join(folder, 'tls.cert'), join(folder, 'admin.macaroon')];
  writeFileSync(tls, served.tlsCertPem);
  writeFileSync(macaroon, served.macaroonBytes);
  const access = ['--lnd', served.address, '--tls', tls, '--macaroon', macaroon];
  stage = { network, self, alice, bob, toAlice, between, toBob, served, access };
});

afterAll(async () => {
  await stage.served.close();
  rmSync(folder, { recursive: true });
});

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

  it('ends with 3 when every route is too dear, and says what would do', async () => {
    const { exit, out } = await rebalance(...usual(), '--max-fee-ppm', '202');
    expect(exit).toBe(3);
    expect(out).toMatch(/cheapest route costs 202010 msat \(202(.0)? ppm\)/);
    const sat = await rebalance(...usual(), '--max-fee-ppm', '1000', '--max-fee-sat', '202');
    expect(sat.exit).toBe(3);
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
    expect(out).toMatch(/only excluded channels/);
  });

  it.each<[string, () => string[], RegExp]>([
    [
      'an unknown channel',
      () => ['--from', '999', '--to', stage.toBob],
      /channel 999 is not one of ours/,
    ],
    [
      'an unknown alias',
      () => ['--from', 'nobody', '--to', stage.toBob],
      /"nobody" is no channel id, no node key and no alias/,
    ],
    [
      'a peer without channel',
      () => ['--from', stage.self, '--to', stage.toBob],
      /no channel with peer/,
    ],
    [
      'one channel for both',
      () => ['--from', stage.toBob, '--to', stage.toBob],
      /cannot leave and return over the same channel/,
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
    [['--amount', '0'], /positive number of whole satoshis/],
    [['--amount', '1.5'], /positive number of whole satoshis/],
    [['--amount', '5', '--max-fee-ppm', '-1'], /number from 0 to 1000000/],
    [['--amount', '5', '--max-fee-ppm', '1', '--max-attempts', '0'], /whole number from 1/],
  ])('ends with 2 for %j', async (args, message) => {
    const { exit, err } = await rebalance('--from', '1', '--to', '2', ...args);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  it('ends with 6 and the missing permission when the macaroon is too weak', async () => {
    const weak = join(folder, 'weak.macaroon');
    writeFileSync(weak, stage.served.bakeMacaroon(['info:read']).macaroonBytes);
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
