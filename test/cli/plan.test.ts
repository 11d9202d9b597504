import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { payThrough } from '../sim/pay-through.ts';
import { runCommand } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';

let stage: ServedCircle;

/** alice has paid Bob through us until the channel to Bob, which charges 2,000 ppm, has little left. */
beforeAll(async () => {
  stage = await serveCircle();
  const { network, self, alice, bob, toAlice, toBob } = stage;
  const policy = { feeBaseMsat: 1000n, feeRatePpm: 2000 };
  network.updatePolicy({ channelId: toBob, from: self, policy });
  for (let i = 0; i < 16; i++) {
    const channels = [toAlice, toBob];
    await payThrough(network, { from: alice, to: bob, channels, amountMsat: 50_000_000n });
  }
});

afterAll(() => stage.close());

const plan = (...args: readonly string[]) => runCommand('plan', ...stage.access, ...args);

describe('ballast plan', () => {
  it('shows the moves by rank, and why channels are left out, and sends nothing', async () => {
    const before = stage.network.balances(stage.toBob);
    const { exit, out, err } = await plan('--max-moves', '1');
    const planned = 'planned without what was lately moved, and without what was learnt';
    expect({ exit, err }).toEqual({
      exit: 0,
      err: `ballast: --store: there is no file ${stage.access.at(-1)} yet; the first rebalance makes it; ${planned}\n`,
    });
    expect(out).toMatch(/│\s+│ from\s+│ to\s+│\s+sat │ fee, ppm │ at most, ppm │/);
    expect(out).toMatch(
      new RegExp(`│ 1 │ alice ${stage.toAlice} │ Bob ${stage.toBob}\\s+│ +[\\d,]+ │ +2\\d\\d`),
    );
    expect(out).toMatch(
      /1 move of [\d,]+ sat for \d+ sat in fees, expected to gain [\d,]+ sat net within 24 hours. Nothing was sent.\n$/,
    );
    expect(stage.network.balances(stage.toBob)).toEqual(before);
    // A plan makes no journal.
    expect(existsSync(stage.access.at(-1)!)).toBe(false);
  });

  it('gives scripts the whole of it as one JSON object', async () => {
    const { exit, out } = await plan('--json');
    expect(exit).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({
      strategy: 'economic',
      horizonMs: 604_800_000,
      fillAheadMs: 86_400_000,
      leftOut: [],
      unknownNames: [],
    });
    const [move] = answer.moves;
    expect(move).toMatchObject({ outChannelId: stage.toAlice, inChannelId: stage.toBob });
    expect(BigInt(move.netMsat)).toBe(
      BigInt(move.earnedMsat) -
        BigInt(move.forgoneMsat) +
        BigInt(move.roomMsat) -
        BigInt(move.feeMsat) -
        BigInt(move.attemptsMsat),
    );
    expect(answer.channels).toHaveLength(2);
  });

  it('shows what swaps would cost beside the moves, where it is asked for', async () => {
    const { network, self, alice, bob } = stage;
    const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    network.messages.setHabit(alice, ({ type, data }) => {
      if (type === 42_085) {
        const premiums = { btc_swap_out_premium_rate_ppm: 2_000 };
        return [
          { type: 42_083, data: bytes({ assets: ['btc'], peer_allowed: true, ...premiums }) },
        ];
      }
      const { id } = JSON.parse(new TextDecoder().decode(data)) as { id: string };
      return [{ type: 37_913, data: bytes({ id, error: { code: -32_601 } }) }];
    });
    network.messages.setHabit(bob, ({ type, data }) => {
      if (type === 42_085) return [{ type: 42_083, data: bytes({ peer_allowed: false }) }];
      const { id } = JSON.parse(new TextDecoder().decode(data)) as { id: string };
      const sats = {
        min_channel_balance_sat: '50000',
        max_channel_balance_sat: '9000000',
        min_initial_lsp_balance_sat: '40000',
        max_initial_lsp_balance_sat: '8000000',
      };
      const blocks = { max_channel_expiry_blocks: 4_320, min_funding_confirms_within_blocks: 6 };
      return [{ type: 37_913, data: bytes({ id, result: { ...sats, ...blocks } }) }];
    });
    const before = network.messages.sent.length;
    expect((await plan('--max-moves', '1')).out).not.toMatch(/swap/);
    expect(network.messages.sent).toHaveLength(before);
    const { exit, out } = await plan('--max-moves', '1', '--quotes');
    expect(exit).toBe(0);
    expect(out).toMatch(/By swaps, chain fees on top:/);
    expect(out).toMatch(/│ 1 │ swap out │ alice │ +2,000 │ +[\d,.]+ │/);
    expect(out).toMatch(/│ 1 │ swap in +│ Bob +│ +does not swap with us │/);
    expect(out).toMatch(/Bob sells channels with 40,000 to 8,000,000 sat inbound/);
    const sent = network.messages.sent.slice(before);
    expect(new Set(sent.map(({ to }) => to))).toEqual(new Set([alice, bob]));
    expect(sent.every(({ from }) => from === self)).toBe(true);
    const { quotes } = JSON.parse((await plan('--json', '--max-moves', '1', '--quotes')).out);
    expect(quotes).toMatchObject([
      { peer: alice, swap: { kind: 'terms' } },
      { peer: bob, swap: { kind: 'terms' }, channel: { kind: 'terms' } },
    ]);
  });

  it('says why nothing is worth moving', async () => {
    const { exit, out } = await plan('--max-fee-ppm', '100');
    expect(exit).toBe(0);
    expect(out).toMatch(/^Left out:\n/);
    expect(out).toMatch(/│ Bob \d+\s+│ +\d+ % │ .+ │ costs 2\d\d(\.\d)? ppm, worth 100\s+│/);
    expect(out).toMatch(/Nothing is worth moving now\.\n$/);
    const excluded = await plan('--exclude', 'bob');
    expect(excluded.out).toMatch(/│ Bob \d+\s+│ +\d+ % │ excluded\s+│ excluded\s+│/);
    expect(excluded.out).toMatch(/│ alice \d+\s+│ +\d+ % │ no channel at the other end/);
  });

  it('goes towards a ratio, or from list to list', async () => {
    const ratio = ['--strategy', 'balance', '--target-ratio', '0.3', '--json'];
    const balance = JSON.parse((await plan(...ratio)).out);
    const sum = (moves: { amountMsat: string }[]): bigint =>
      moves.reduce((total, { amountMsat }) => total + BigInt(amountMsat), 0n);
    expect(sum(balance.moves)).toBeGreaterThan(2_000_000_000n);
    expect(sum(balance.moves)).toBeLessThanOrEqual(2_800_000_000n);
    const lists = ['--source', 'alice', '--target', stage.toBob, '--json'];
    const explicit = JSON.parse((await plan('--strategy', 'explicit', ...lists)).out);
    expect(explicit.strategy).toBe('explicit');
    expect(sum(explicit.moves)).toBeGreaterThan(3_000_000_000n);
  });

  it('plans beside a command that has the journal, and says what it lacks', async () => {
    const store = await openSqliteStore(stage.access.at(-1)!);
    const { exit, err } = await plan();
    await store.close();
    expect(exit).toBe(0);
    expect(err).toContain('is in use by another command: planned without what was lately moved');
  });

  it.each([
    [['--strategy', 'greedy'], /Allowed choices are economic, balance, explicit/],
    [['--strategy', 'explicit', '--source', 'bob'], /explicit needs --source and --target/],
    [['--exclude', 'nobody'], /--exclude: "nobody" is no channel id, no node key and no alias/],
    [['--target', '5'], /--target: channel 5 is not one of ours/],
    [['--min-ratio', '0.7', '--max-ratio', '0.6'], /--min-ratio \(0.7\) must not be above/],
    [['--min-ratio', '2'], /It must be a number from 0 to 1/],
    [['--horizon', '0'], /It must be a whole number from 1 to 365/],
    [['--min-amount', '0'], /It must be at least 1 sat/],
    [['--max-moves', 'many'], /It must be a whole number from 1 to 1000/],
  ])('refuses %j', async (args, message) => {
    const { exit, err } = await plan(...args);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  it('names the permission that the macaroon lacks', async () => {
    const { macaroonBytes } = stage.served.bakeMacaroon([
      'uri:/lnrpc.Lightning/GetInfo',
      'uri:/lnrpc.Lightning/DescribeGraph',
      'uri:/lnrpc.Lightning/ListChannels',
    ]);
    const macaroon = stage.write('readonly.macaroon', macaroonBytes);
    const { exit, err } = await plan('--macaroon', macaroon);
    expect(exit).toBe(6);
    expect(err).toContain('uri:/lnrpc.Lightning/ForwardingHistory');
    // Towards a ratio it is not needed.
    const balance = await plan('--macaroon', macaroon, '--strategy', 'balance');
    expect(balance.exit).toBe(0);
    expect(balance.err).toContain('planned without the history of forwards');
  });
});
