/** Every command that takes a node, over Core Lightning's socket and clnrest. */
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChannelPolicy } from '../../src/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { amount, record, store } from '../node/cln/gossip-store/store-writer.ts';
import { channelAnnouncement, channelUpdate, inboundFeeTlv } from '../node/cln/wire-messages.ts';
import { payThrough } from '../sim/pay-through.ts';
import { runCommand, runWatched } from './run-command.ts';
import { type ClnCircle, serveClnCircle } from './served-elsewhere.ts';

const CARRIERS = ['socket', 'rest'] as const;

const ends = ({ toAlice }: ClnCircle): readonly string[] => [
  ...['--from', toAlice, '--to', 'bob', '--amount', '100000', '--max-fee-ppm', '500'],
];

async function freshCircle(): Promise<ClnCircle> {
  const circle = await serveClnCircle();
  onTestFinished(() => circle.close());
  return circle;
}

describe.each(CARRIERS)('over the %s', (carrier) => {
  const fresh = async (): Promise<{ circle: ClnCircle; access: readonly string[] }> => {
    const circle = await freshCircle();
    return { circle, access: [...circle[carrier], '--store', circle.journal] };
  };

  /** The same, once a rebalance has settled. */
  const settled = async (): ReturnType<typeof fresh> => {
    const stage = await fresh();
    const { exit, err } = await runCommand('rebalance', ...stage.access, ...ends(stage.circle));
    expect(exit, err).toBe(0);
    return stage;
  };

  it('plan ranks what is worth moving, sends nothing, and makes no journal', async () => {
    const { circle, access } = await fresh();
    const before = circle.network.balances(circle.toBob);
    const args = ['--strategy', 'balance', '--max-moves', '1'];
    const { exit, out, err } = await runCommand('plan', ...access, ...args);
    expect(exit).toBe(0);
    expect(err).toMatch(/^ballast: --store: there is no file .* yet; .*\n$/);
    expect(out).toMatch(new RegExp(`│ 1 │ alice ${circle.toAlice} │ Bob ${circle.toBob} `));
    expect(circle.network.balances(circle.toBob)).toEqual(before);
    expect(existsSync(circle.journal)).toBe(false);
  });

  it('rebalance prices a route with --dry-run', async () => {
    const { circle, access } = await fresh();
    const before = circle.network.balances(circle.toBob);
    const { exit, out, err } = await runCommand(
      'rebalance',
      ...access,
      ...ends(circle),
      '--dry-run',
    );
    expect(exit, err).toBe(0);
    expect(out).toMatch(
      /^Dry run: 100,000 sat would cost 22,0\d\d msat \(22\d(\.\d+)? ppm\)\. Nothing/m,
    );
    expect(circle.network.balances(circle.toBob)).toEqual(before);
  });

  it('rebalance settles, by the network’s own books', async () => {
    const { circle, access } = await fresh();
    const before = circle.network.balances(circle.toBob).balance1Msat;
    const { exit, out } = await runCommand('rebalance', ...access, ...ends(circle), '--json');
    expect(exit, out).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      outcome: { kind: 'settled' },
      movedMsat: '100000000',
      arrivals: [{ channelId: circle.toBob }],
    });
    expect(circle.network.balances(circle.toBob).balance1Msat - before).toBe(100_000_000n);
  });

  it('report tells what it cost, and what it has earned since', async () => {
    const { circle, access } = await settled();
    const { network, alice, bob, toAlice, toBob } = circle;
    const channels = [toAlice, toBob];
    await payThrough(network, { from: alice, to: bob, channels, amountMsat: 50_000_000n });
    const { exit, out, err } = await runCommand('report', ...access, '--json');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      knowsEarnings: true,
      totals: { movedMsat: '100000000', usedMsat: '50000000', earnedMsat: '101000', attempts: 1 },
      notes: [],
    });
  });

  it('resume finds nothing left', async () => {
    const { access } = await settled();
    const { exit, out } = await runCommand('resume', ...access);
    expect({ exit, out }).toEqual({ exit: 0, out: 'Nothing was left unfinished.\n' });
  });

  it('beliefs are given to xpay, and what it has learnt is taken over', async () => {
    const { circle, access } = await settled();
    const given = await runCommand('beliefs', 'export', ...access);
    expect(given.exit, given.err).toBe(0);
    expect(given.out).toMatch(
      /^[1-9]\d* pairs of nodes were given to Core Lightning, which takes what is news to it\.$/m,
    );
    const empty = `${circle.journal}.other`;
    const other = [...circle[carrier], '--store', empty];
    const taken = await runCommand('beliefs', 'import', ...other);
    expect(taken.exit, taken.err).toBe(0);
    expect(taken.out).toMatch(
      /^Core Lightning knows [1-9]\d* pairs of nodes; what was news is kept\.$/m,
    );
    const learnt = await openSqliteStore(empty);
    const { rows } = await learnt.beliefs();
    await learnt.close();
    const { alice, bob } = circle;
    // What has passed is on the other side now, and could come back.
    const carried = rows.find(({ from, to }) => from === bob && to === alice);
    expect(carried?.lowMsat).toBeGreaterThanOrEqual(100_000_000);
  });
});

it('resume follows a payment that was held when the command ended', async () => {
  const { network, bob, socket, journal, ...circle } = await freshCircle();
  const access = [...socket, '--store', journal];
  network.holdHtlcsAt(bob);
  const asked = ['rebalance', ...access, ...ends({ network, bob, socket, journal, ...circle })];
  const first = await runCommand(...asked, '--timeout', '1');
  expect(first.exit, first.err).toBe(5);
  expect(first.out).toMatch(
    /Still in flight: .*\(`lightning-cli -k listsendpays payment_hash=[0-9a-f]{64}`\)/,
  );
  expect(network.pendingHtlcs()).not.toEqual([]);
  const { exit, out } = await runWatched(['resume', ...access], (text) => {
    if (text.includes('stopping (interrupted)')) network.releaseHtlcs(bob);
  });
  expect(exit, out).toBe(0);
  expect(out).toMatch(/ended before a payment settled|Settled: 100,000 sat/);
  expect(network.pendingHtlcs()).toEqual([]);
  expect((await runCommand('resume', ...access)).out).toMatch(/Nothing was left unfinished/);
}, 120_000);

/** As lightningd would have kept what the nodes of the network have announced. */
function gossipStore({ network }: ClnCircle): Uint8Array {
  const records = network.description().channels.flatMap((channel) => {
    const { node1, node2, capacitySat, policy1, policy2 } = channel;
    const scid = BigInt(channel.channelId);
    const update = (direction: 0 | 1, policy: ChannelPolicy | null): string[] => {
      if (policy === null) return [];
      const { feeBaseMsat, feeRatePpm: ppm, timeLockDelta: delta, minHtlcMsat: minMsat } = policy;
      const extra = inboundFeeTlv(Number(policy.inboundFeeBaseMsat), policy.inboundFeeRatePpm);
      const fields = { scid, direction, ppm, delta, minMsat, extra };
      return [
        channelUpdate({ ...fields, baseMsat: Number(feeBaseMsat), maxMsat: policy.maxHtlcMsat }),
      ];
    };
    return [
      channelAnnouncement({ scid, node1, node2 }),
      amount(capacitySat),
      ...update(0, policy1),
      ...update(1, policy2),
    ];
  });
  return store(records.map((message) => record(message)));
}

it.each(CARRIERS)('the gossip_store tells inbound fees, over the %s', async (carrier) => {
  const circle = await freshCircle();
  const { network, between, bob, journal, write } = circle;
  const policy = { inboundFeeRatePpm: -50 };
  network.updatePolicy({ channelId: between, from: bob, policy });
  const file = write('gossip_store', gossipStore(circle));
  const feeMsat = async (...more: readonly string[]): Promise<bigint> => {
    const access = [...circle[carrier], '--store', journal, ...more];
    const { exit, out, err } = await runCommand(
      'rebalance',
      ...access,
      ...ends(circle),
      '--dry-run',
      '--json',
    );
    expect(exit, err).toBe(0);
    return BigInt(JSON.parse(out).outcome.quote.feeMsat);
  };
  const [without, withStore] = [await feeMsat(), await feeMsat('--gossip-store', file)];
  // 50 ppm of 100,000 sat, and what alice takes of that.
  expect(Number(without - withStore)).toBeGreaterThanOrEqual(5_000);
  expect(Number(without - withStore)).toBeLessThan(5_010);
});

it('a rune that is too narrow ends with 6, and the method that it lacks', async () => {
  const { served, rest, write } = await freshCircle();
  const rune = write('narrow', served.makeRune(['getinfo', 'listpeerchannels']));
  const [, url, , , , tls] = rest as [string, string, string, string, string, string];
  const access = ['--clnrest', url, '--rune', rune, '--tls', tls];
  const { exit, err } = await runCommand('plan', ...access, '--strategy', 'balance');
  expect(exit).toBe(6);
  expect(err).toMatch(/listchannels|listnodes/);
});

it('a rune without what sends ends a rebalance with 6 before anything is written', async () => {
  const { served, write, rest, toAlice, toBob, journal } = await freshCircle();
  const methods = ['getinfo', 'listpeerchannels', 'listchannels', 'listnodes', 'listsendpays'];
  const access = rest.with(rest.indexOf('--rune') + 1, write('reads', served.makeRune(methods)));
  const ends = ['--from', toAlice, '--to', toBob, '--amount', '1000', '--max-fee-ppm', '9000'];
  const { exit, out, err } = await runCommand('rebalance', ...access, ...ends, '--store', journal);
  expect([exit, out]).toEqual([6, '']);
  expect(err).toMatch(/^ballast: the rune lacks what every rebalance needs; no invoice was made/);
  expect(err).toMatch(/^ballast: - invoice: method=invoice$/m);
  expect(err).toMatch(/^ballast: make another rune: lightning-cli createrune /m);
  expect(existsSync(journal)).toBe(false);
});

describe('ballast run', () => {
  const config = (circle: ClnCircle, node: string, more = ''): string =>
    circle.write(
      'ballast.toml',
      `[node]\n${node}\n[store]\npath = "journal.db"\n[budget]\nper_day = 10_000\n[plan]\nstrategy = "balance"\n${more}`,
    );

  it('makes a round over the socket', async () => {
    const circle = await freshCircle();
    const before = circle.network.balances(circle.toBob).balance1Msat;
    const file = config(circle, `cln = "${circle.served.socketPath}"`);
    const { exit, out, err } = await runCommand('run', '--config', file, '--once');
    expect(exit, err).toBe(0);
    expect(out).toMatch(
      /^Running node self \([0-9a-f]{16}…\), Core Lightning v26\.06, 2 channels\n/,
    );
    expect(out).toMatch(/^Stopped after 1 round: [1-9]\d* of \d+ moves? settled, /m);
    expect(circle.network.balances(circle.toBob).balance1Msat).toBeGreaterThan(before);
  }, 60_000);

  it('plans over clnrest, with paths from where the file is', async () => {
    const circle = await freshCircle();
    const node = `clnrest = "${circle.served.restUrl}"\nrune_file = "rune"\ntls = "ca.pem"`;
    const file = config(circle, node);
    const { exit, out, err } = await runCommand('run', '--config', file, '--once', '--dry-run');
    expect(exit, err).toBe(0);
    expect(out).toContain('This is a dry run: nothing is sent');
    expect(err).not.toContain('can be read by every user');
  }, 60_000);

  it('refuses to let forwards wait, before anything is sent', async () => {
    const circle = await freshCircle();
    const more = '[just_in_time]\nenabled = true';
    const file = config(circle, `cln = "${circle.served.socketPath}"`, more);
    const { exit, err } = await runCommand('run', '--config', file, '--once');
    expect(exit).toBe(2);
    expect(err).toBe(
      'ballast: [just_in_time] enabled is true, and this node cannot let forwards wait: Core Lightning lets forwards wait for plugins alone; set it to false\n',
    );
    expect(existsSync(circle.journal)).toBe(false);
  });
});
