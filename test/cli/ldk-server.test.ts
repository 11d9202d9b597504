/** Every command that takes a node, over an LDK Server, which takes no routes. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { runCommand } from './run-command.ts';
import { type LdkCircle, serveLdkCircle } from './served-elsewhere.ts';

const be = (value: bigint, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * (bytes - 1 - i))) & 0xffn));

/** In LDK's form: at a second since the epoch, so much of a channel was known to be there at least, and not there. */
function scoresOf(known: {
  channelId: ChannelId;
  low: bigint;
  high: bigint;
  at: bigint;
}): Uint8Array {
  const { channelId, low, high, at } = known;
  const tlv = (type: number, value: readonly number[]): number[] => [type, value.length, ...value];
  const liquidity = [
    ...tlv(0, be(low, 8)),
    ...tlv(2, be(high, 8)),
    ...tlv(4, be(at, 8).concat(be(0n, 4))),
    ...tlv(11, be(at, 8).concat(be(0n, 4))),
  ];
  const channels = [...be(1n, 2), ...be(BigInt(channelId), 8), liquidity.length, ...liquidity];
  const all = tlv(0, channels);
  return Uint8Array.of(all.length, ...all);
}

let circle: LdkCircle;
let access: readonly string[];

beforeAll(async () => {
  const at = BigInt(Math.floor(Date.now() / 1000));
  circle = await serveLdkCircle(({ between }) => ({
    scores: () => scoresOf({ channelId: between, low: 2_000_000n, high: 9_000_000_000n, at }),
  }));
  access = [...circle.access, '--store', circle.journal];
});

afterAll(() => circle.close());

const ends = (): readonly string[] => [
  ...['--from', circle.toAlice, '--to', 'bob', '--amount', '100000', '--max-fee-ppm', '500'],
];

describe('LDK Server', () => {
  it('is planned for', async () => {
    const args = ['--strategy', 'balance', '--max-moves', '1'];
    const { exit, out } = await runCommand('plan', ...access, ...args);
    expect(exit).toBe(0);
    expect(out).toMatch(/^Loaded 3 channels, the graph around 3 nodes\.$/m);
    expect(out).toMatch(new RegExp(`│ 1 │ alice ${circle.toAlice} │ Bob ${circle.toBob} `));
  });

  it('cannot be rebalanced, and the reason is told before a journal is made', async () => {
    const journal = `${circle.journal}.none`;
    const access = [...circle.access, '--store', journal];
    const { exit, err } = await runCommand('rebalance', ...access, ...ends());
    expect(exit).toBe(2);
    expect(err).toMatch(
      /^ballast: this node cannot send along a route that we choose, .*LDK Server has no call that takes a route/m,
    );
    expect(existsSync(journal)).toBe(false);
    const { error } = JSON.parse(
      (await runCommand('rebalance', ...access, ...ends(), '--json')).out,
    );
    expect(error.code).toBe('usage');
  });

  it('has its circles priced', async () => {
    const { exit, out } = await runCommand('rebalance', ...access, ...ends(), '--dry-run');
    expect(exit).toBe(0);
    expect(out).toMatch(/^Dry run: 100,000 sat would cost 22,0\d\d msat/m);
  });

  it('tells its scores, and takes none', async () => {
    const { exit, out, err } = await runCommand('beliefs', 'import', ...access);
    expect(exit, err).toBe(0);
    expect(out).toMatch(/^LDK Server knows 2 pairs of nodes; what was news is kept\.$/m);
    const store = await openSqliteStore(circle.journal);
    const { rows } = await store.beliefs();
    await store.close();
    expect(rows.some(({ lowMsat }) => lowMsat === 2_000_000)).toBe(true);
    const given = await runCommand('beliefs', 'export', ...access);
    expect(given.exit).toBe(2);
    expect(given.err).toBe(
      'ballast: beliefs cannot be given to this node: LDK Server exports its pathfinding scores, but takes none\n',
    );
  });

  it('is reported on, and since when its forwards are known', async () => {
    const { exit, out } = await runCommand('report', ...access);
    expect(exit).toBe(0);
    expect(out).toMatch(/nothing was sent to rebalance\./);
    expect(out).toMatch(
      /^Earnings are known from .*Z on: the node does not tell of earlier forwards/m,
    );
  });

  it('has nothing to resume', async () => {
    const ended = await runCommand('resume', ...access);
    expect(ended).toEqual({ exit: 0, out: 'Nothing was left unfinished.\n', err: '' });
  });

  it('is run in a dry run alone', async () => {
    const file = circle.write(
      'ballast.toml',
      `[node]\nldk_server = "${circle.served.address}"\ntls = "tls.crt"\napi_key = "api_key"\n` +
        '[store]\npath = "run.db"\n[budget]\nper_day = 5\n[plan]\nstrategy = "balance"\n',
    );
    const refused = await runCommand('run', '--config', file, '--once');
    expect(refused.exit).toBe(2);
    expect(refused.err).toBe(
      `ballast: ${file}:2: [node] ldk_server can be planned for, and nothing can be sent over it: LDK Server takes no routes; set [run] dry_run = true, or start with --dry-run\n`,
    );
    const { exit, out, err } = await runCommand('run', '--config', file, '--once', '--dry-run');
    expect(exit, err).toBe(0);
    expect(out).toMatch(/^Running node self \([0-9a-f]{16}…\), LDK Server .*, 2 channels$/m);
    expect(out).toContain('This is a dry run: nothing is sent, and nothing of it is kept\n');
  }, 60_000);
});
