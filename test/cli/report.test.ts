import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { type ChannelId, formatChannelId } from '../../src/units/ids.ts';
import { payThrough } from '../sim/pay-through.ts';
import { balance, sample } from '../store/balance-samples.ts';
import { start } from '../store/journal-records.ts';
import { runStoreChild } from '../store/store-process.ts';
import { runCommand } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';

let stage: ServedCircle;
let folder: string;
let journal: string;

/** Two million sat were moved to the channel to Bob, of which alice has used 500,000 since, at 2,000 ppm and 1 sat. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-report-'));
  stage = await serveCircle({ aliases: ['self', '=cmd|<b>"alice"</b>', 'Bob'] });
  journal = stage.access.at(-1)!;
  const { network, self, alice, bob, toAlice, toBob } = stage;
  const policy = { feeBaseMsat: 1000n, feeRatePpm: 2000 };
  const moved = await runCommand(
    'rebalance',
    ...stage.access,
    ...['--from', toAlice, '--to', toBob, '--amount', '2000000', '--max-fee-ppm', '5000'],
  );
  expect(moved.exit).toBe(0);
  network.updatePolicy({ channelId: toBob, from: self, policy });
  for (let i = 0; i < 10; i++) {
    const channels = [toAlice, toBob];
    await payThrough(network, { from: alice, to: bob, channels, amountMsat: 50_000_000n });
  }
  const store = await openSqliteStore(journal);
  const at = (channelId: ChannelId, name: string) =>
    balance(1, { channelId, peerAlias: name, capacitySat: 10_000_000n });
  await store.keepBalances(sample(Date.now() - 60_000, at(toAlice, 'old name'), at(toBob, 'Bob')));
  await store.close();
}, 60_000);

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

const offline = (...args: readonly string[]) => runCommand('report', '--store', journal, ...args);
const report = (...args: readonly string[]) => runCommand('report', ...stage.access, ...args);

describe('ballast report', () => {
  it('shows what was moved, what it cost and what it earned since', async () => {
    const { exit, out, err } = await report();
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(
      /│ into +│ moved, sat │ moved out, sat │ paid, sat │ ppm +│ attempts │ success │ each │ earned since, sat │ net, sat │/,
    );
    expect(out).toMatch(
      new RegExp(
        `│ Bob ${stage.toBob} +│ +2,000,000 │ +0 │ +\\d+(\\.\\d+)? │ +[\\d.]+ │ +1 │ +100 % │ +1 │ +1,010 │`,
      ),
    );
    expect(out).toMatch(
      /2,000,000 sat moved for [\d.]+ sat \([\d.]+ ppm\); forwards have used 500,000 sat of it and earned 1,010 sat, net [\d.,]+ sat; 1 of 1 attempts settled, 1 for each\.\n$/,
    );
  });

  it('gives scripts exact amounts', async () => {
    const { exit, out } = await report('--json', '--by', 'pair');
    expect(exit).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ place: 'pair', period: null, knowsEarnings: true, notes: [] });
    expect(answer.totals).toMatchObject({
      movedMsat: '2000000000',
      usedMsat: '500000000',
      earnedMsat: '1010000',
      attempts: 1,
      successRate: 1,
    });
    const { feeMsat, netMsat } = answer.totals;
    expect(BigInt(netMsat)).toBe(1_010_000n - BigInt(feeMsat));
    expect(answer.rows).toHaveLength(1);
    expect(answer.rows[0]).toMatchObject({
      outChannelId: stage.toAlice,
      outAlias: '=cmd|<b>"alice"</b>',
      inChannelId: stage.toBob,
      inAlias: 'Bob',
    });
    expect(answer.toMs - answer.fromMs).toBe(30 * 86_400_000);
    expect(answer.balances.channels).toHaveLength(2);
  });

  it('without the node knows the cost alone, and says so', async () => {
    const { exit, out } = await offline();
    expect(exit).toBe(0);
    expect(out).not.toContain('earned since');
    expect(out).toContain('What was earned is not known: the node was not asked');
    const answer = JSON.parse((await offline('--json')).out);
    expect(answer).toMatchObject({ knowsEarnings: false, totals: { earnedMsat: null } });
    expect(answer.notes[0]).toMatch(/What was earned is not known/);
  });

  it('says so where the journal is of another node', async () => {
    const path = join(folder, 'other.db');
    const store = await openSqliteStore(path);
    await store.commit([{ ...start('a'), atMs: Date.now() - 1000 }]);
    await store.close();
    const note =
      /The journal is that of (02|03)\w{64}, and the node is (02|03)\w{64}: .* is not known/;
    expect((await report('--store', path)).out).toMatch(note);
    expect((await report()).out).not.toMatch(/The journal is that of/);
  });

  it('writes CSV to a file, or to standard output alone', async () => {
    const file = join(folder, 'report.csv');
    const { exit, out } = await report('--csv', file);
    expect(exit).toBe(0);
    expect(out).toContain(`${file} was written.`);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^period,channel_id,/);
    expect(text).toContain(`,${formatChannelId(stage.toAlice)},"'=cmd|<b>""alice""</b>",`);
    expect(text.split('\r\n')).toHaveLength(4);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const straight = await offline('--csv', '-', '--by', 'day');
    expect(straight.out).toMatch(/^period,.*\r\n\d{4}-\d\d-\d\d,,,,,,,2000000000,.*\r\n$/);
    expect(straight.err).toMatch(/What was earned is not known/);
  });

  it('writes one page that stands alone', async () => {
    const file = join(folder, 'report.html');
    const { exit, out } = await report('--html', file);
    expect(exit).toBe(0);
    expect(out).toContain(`${file} was written.`);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('<dd>2,000,000 sat</dd>');
    expect(page).toContain('&#60;b&#62;&#34;alice&#34;&#60;/b&#62;');
    expect(page.match(/class="mark line balance"/g)).toHaveLength(2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves out what was moved at another time', async () => {
    const { exit, out } = await report('--from', '2020-01-01', '--to', '2020-02-01');
    expect(exit).toBe(0);
    expect(out).toBe(
      '2020-01-01 00:00 UTC to 2020-02-01 00:00 UTC: nothing was sent to rebalance.\n',
    );
  });

  it('reads a journal that another process has in use', async () => {
    const opened = Promise.withResolvers<() => void>();
    const ended = runStoreChild(['open', journal, 'hold'], {
      onLine: (line, kill) => (line === 'open' ? opened.resolve(kill) : opened.reject(line)),
    });
    const kill = await opened.promise;
    const { exit, out, err } = await offline('--json');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(JSON.parse(out).totals.movedMsat).toBe('2000000000');
    await expect(openSqliteStore(journal)).rejects.toMatchObject({ code: 'locked' });
    kill();
    await ended;
  }, 30_000);

  it.each([
    [
      [],
      /give the journal with --store, or name its node with --lnd, --cln, --clnrest or --ldk-server/,
    ],
    [['--store', '/nowhere/at/all.db'], /--store: there is no file \/nowhere\/at\/all\.db/],
    [
      ['--store', 'x.db', '--lnd', '127.0.0.1:1'],
      /--tls and --macaroon are missing; --lnd needs them/,
    ],
    [['--since', '30'], /hours, days or weeks/],
    [['--from', 'monday'], /It must be a date/],
    [['--since', '3d', '--from', '2026-01-01'], /--since and --from both/],
    [['--from', '2026-02-01', '--to', '2026-01-01'], /not before its end/],
    [['--by', 'year'], /It must be day, week or month, channel or pair/],
    [['--store', 'x.db', '--html', '-'], /--html writes to a file alone, such as report\.html/],
    [['--json', '--csv', '-'], /both write to standard output/],
  ])('refuses %j', async (args, message) => {
    const { exit, err } = await runCommand('report', ...args);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  it('says where it looked for the journal of a node that has none', async () => {
    vi.stubEnv('XDG_STATE_HOME', folder);
    const { exit, err } = await runCommand('report', ...stage.access.slice(0, -2));
    vi.unstubAllEnvs();
    expect(exit).toBe(2);
    expect(err).toContain(`ballast: there is no file ${folder}`);
    expect(err).toContain('the first rebalance of this node makes it, or --store names another');
  });

  it('leaves no file behind, and those that were there as they were, where there is no report', async () => {
    const [fresh, old] = [join(folder, 'fresh.csv'), join(folder, 'old.html')];
    writeFileSync(old, 'of last month');
    const nowhere = ['--store', join(folder, 'none.db'), '--csv', fresh, '--html', old];
    expect((await runCommand('report', ...nowhere)).exit).toBe(2);
    expect(existsSync(fresh)).toBe(false);
    expect(readFileSync(old, 'utf8')).toBe('of last month');
    const same = await offline('--csv', fresh, '--html', fresh);
    expect(same).toMatchObject({ exit: 2 });
    expect(same.err).toContain('--csv and --html name the same file');
    expect(existsSync(fresh)).toBe(false);
  });

  it('says where it cannot write', async () => {
    mkdirSync(join(folder, 'taken'), { recursive: true });
    const { exit, err } = await offline('--html', join(folder, 'taken'));
    expect(exit).toBe(2);
    expect(err).toMatch(/--html: .*taken cannot be written/);
    // Before the node is asked for anything.
    const nowhere = ['--lnd', '127.0.0.1:1', '--tls', 'x', '--macaroon', 'x'];
    const early = await runCommand('report', ...nowhere, '--csv', join(folder, 'no', 'x.csv'));
    expect(early.exit).toBe(2);
    expect(early.err).toMatch(/--csv: .*x\.csv cannot be written: there is no folder/);
    const neverMade = join(folder, 'new.db');
    expect((await runCommand('report', '--store', neverMade)).exit).toBe(2);
    expect(existsSync(neverMade)).toBe(false);
  });
});
