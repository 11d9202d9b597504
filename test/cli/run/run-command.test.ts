/** What `ballast run` refuses to begin with. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { bakeMacaroonCommand } from '../../../src/node/lnd/index.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { KeptStreams, runCommand } from '../run-command.ts';
import { type ServedCircle, serveCircle } from '../served-circle.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-run-'));
let circle: ServedCircle;

beforeAll(async () => {
  circle = await serveCircle();
});

afterAll(async () => {
  await circle.close();
  rmSync(folder, { recursive: true });
});

/** A sound configuration, with some of its lines replaced. */
function configFile(...changes: readonly (readonly [string, string])[]): string {
  const value = (option: string): string => circle.access[circle.access.indexOf(option) + 1]!;
  const lines = {
    lnd: value('--lnd'),
    tls: value('--tls'),
    macaroon: value('--macaroon'),
    ...Object.fromEntries(changes),
  };
  const file = join(folder, 'b.toml');
  const {
    lnd,
    tls,
    macaroon,
    path = value('--store'),
    more = '',
  } = lines as Record<string, string>;
  writeFileSync(
    file,
    `[node]\nlnd = "${lnd}"\ntls = "${tls}"\nmacaroon = "${macaroon}"\n[store]\npath = "${path}"\n[budget]\nper_day = 5\n${more}`,
  );
  return file;
}

describe('ballast run', () => {
  it('wants a configuration', async () => {
    const { exit, err } = await runCommand('run');
    expect(exit).toBe(2);
    expect(err).toContain("required option '--config <file>' not specified");
  });

  it('says all that is wrong with it, line by line', async () => {
    const file = configFile(['more', '[run]\ninterval = 5\n[plan]\nuse = "x"']);
    const { exit, err, out } = await runCommand('run', '--config', file);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toBe(
      `ballast: ${file}:10: [run] interval is 5; it must be a time from "1s" to "1d": a whole number and a unit, s, m, h or d\n` +
        `ballast: ${file}:12: [plan] use is "x"; it must be "both", "source", "target" or "none"\n`,
    );
    const { error } = JSON.parse((await runCommand('run', '--config', file, '--json')).out);
    expect(error.code).toBe('usage');
    expect(error.message.split('\n')).toHaveLength(2);
  });

  it.each([
    ['tls', '/nowhere/tls.cert', /^ballast: \[node\] tls: .*\/nowhere\/tls\.cert/m],
    ['macaroon', '/nowhere/x.macaroon', /^ballast: \[node\] macaroon: .*\/nowhere\/x\.macaroon/m],
    ['lnd', 'no address at all', /^ballast: \[node\] lnd: .*no address at all/m],
    ['path', '/nowhere/j.db', /^ballast: \[store\] path: there is no folder \/nowhere/m],
  ])('names the key whose file or address will not do: %s', async (key, value, says) => {
    const { exit, err } = await runCommand('run', '--config', configFile([key, value]));
    expect(exit, err).toBe(2);
    expect(err).toMatch(says);
  });

  it('warns of a macaroon that everybody may read, and begins all the same', async () => {
    const file = configFile();
    // Made for us alone, the folder would close what is in it.
    chmodSync(dirname(circle.access.at(-1)!), 0o755);
    const { exit, err } = await runCommand('run', '--config', file, '--once', '--dry-run');
    expect(exit, err).toBe(0);
    expect(err).toMatch(/^ballast: warning: .*admin\.macaroon can be read by every user/m);
  });

  it('says in a dry run of one round why nothing is moved, and makes no journal', async () => {
    const file = configFile(['path', join(folder, 'none.db')]);
    const { exit, out } = await runCommand('run', '--config', file, '--once', '--dry-run');
    expect(exit).toBe(0);
    expect(out).toMatch(/^Journal: .*none\.db \(not there yet\)$/m);
    expect(out).toMatch(/^Left out:\n(.*\n)*│ Bob \d+ +│ +\d+ % │/m);
    expect(out).toMatch(/^Nothing is worth moving now\.$/m);
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
  });

  it('tells a terminal in words what it tells others as JSON', async () => {
    const args = ['run', '--config', configFile(), '--once', '--dry-run'];
    const others = new KeptStreams();
    expect(await runCli(args, others)).toBe(0);
    expect(others.written.err).toMatch(/^\{"level":"info",.*"msg":"planned"\}$/m);
    const streams = new KeptStreams();
    const watched = {
      ...{ out: streams.out, err: streams.err, broken: streams.broken },
      terminal: { columns: 80, colours: false },
    };
    expect(await runCli(args, watched)).toBe(0);
    expect(streams.written.err).toMatch(
      /^\d\d:\d\d:\d\d planned: moves 0, gainMsat 0, durationMs \d+$/m,
    );
    expect(streams.written.err).not.toContain('{');
  });

  it('is refused before anything is written where the macaroon does not let it send', async () => {
    const uris = bakeMacaroonCommand({ planning: true })
      .split(' ')
      .filter((word) => word.startsWith('uri:') && !word.endsWith('/SendToRouteV2'));
    const macaroon = circle.write('weak', circle.served.bakeMacaroon(uris).macaroonBytes);
    const journal = join(folder, 'weak.db');
    const file = configFile(['macaroon', macaroon], ['path', journal]);
    const { exit, err } = await runCommand('run', '--config', file, '--once');
    expect(exit).toBe(6);
    expect(err).toMatch(/the macaroon lacks what every rebalance needs; .*\n.*- SendToRouteV2: /);
    expect(existsSync(journal)).toBe(false);
  });

  it("is refused with another node's journal", async () => {
    const path = join(folder, 'other.db');
    const store = await openSqliteStore(path);
    const start = { kind: 'start', rebalanceId: 'x', atMs: Date.now(), self: circle.bob } as const;
    const end = { kind: 'end', rebalanceId: 'x', atMs: Date.now(), reason: 'no_route' } as const;
    await store.commit([
      { ...start, amountMsat: 1n, outChannels: [], inChannels: [] },
      { ...end, feePaidMsat: 0n, movedMsat: 0n },
    ]);
    await store.close();
    const file = configFile(['path', path]);
    for (const more of [[], ['--dry-run']]) {
      const { exit, err } = await runCommand('run', '--config', file, '--once', ...more);
      expect(exit).toBe(2);
      expect(err).toContain(
        `[store] path: ${path} is the journal of node ${circle.bob}, and this is node ${circle.self}`,
      );
    }
  });
});
