/** What a command has left unfinished, and the next one finds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultJournalPath } from '../../src/cli/journal-file.ts';
import type { JournalRecord } from '../../src/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { parseNodeId } from '../../src/units/ids.ts';
import { DAY_MS } from '../../src/units/time.ts';
import { runCommand, runWatched } from './run-command.ts';
import { serveCircle } from './served-circle.ts';

const journalOf = (access: readonly string[]): string => access[access.indexOf('--store') + 1]!;

async function servedCircle() {
  const circle = await serveCircle();
  onTestFinished(() => circle.close());
  const { access, toAlice, toBob } = circle;
  const rebalance = [
    'rebalance',
    ...access,
    ...['--from', toAlice, '--to', toBob, '--amount', '100000', '--max-fee-ppm', '500'],
  ];
  return { ...circle, rebalance };
}

it('nothing', async () => {
  const { access, rebalance } = await servedCircle();
  expect((await runCommand(...rebalance)).exit).toBe(0);
  const { exit, out } = await runCommand('resume', ...access);
  expect(exit).toBe(0);
  expect(out).toMatch(/Nothing was left unfinished/);
});

it('is not looked for in a journal that is not there', async () => {
  const { access } = await servedCircle();
  const { exit, err } = await runCommand('resume', ...access);
  expect(exit).toBe(2);
  expect(err).toMatch(/^ballast: --store: there is no file .*; name the journal of this node\n$/);
  expect(existsSync(journalOf(access))).toBe(false);
});

it('a payment that was held when the command ended', async () => {
  const circle = await servedCircle();
  const { network, bob, access, rebalance } = circle;
  network.holdHtlcsAt(bob);
  const first = await runCommand(...rebalance, '--timeout', '1');
  expect(first.exit).toBe(5);
  expect(network.pendingHtlcs()).not.toEqual([]);
  const again = runWatched(['resume', ...access], (text) => {
    if (text.includes('stopping (interrupted)')) network.releaseHtlcs(bob);
  });
  const { exit, out } = await again;
  expect(exit).toBe(0);
  expect(out).toMatch(/ended before a payment settled/);
  expect(network.pendingHtlcs()).toEqual([]);
  const journal = await openSqliteStore(journalOf(access));
  expect(await journal.unfinished()).toEqual([]);
  await journal.close();
  expect((await runCommand('resume', ...access)).out).toMatch(/Nothing was left unfinished/);
}, 120_000);

describe("another node's journal", () => {
  const other = parseNodeId(`02${'ab'.repeat(32)}`);
  const foreign = (atMs: number): JournalRecord[] => [
    {
      ...{ kind: 'start', rebalanceId: 'x', atMs, self: other },
      ...{ amountMsat: 1n, outChannels: [], inChannels: [] },
    },
    { kind: 'end', rebalanceId: 'x', atMs, reason: 'no_route', feePaidMsat: 0n, movedMsat: 0n },
  ];

  it.each([
    ['finished just now', foreign(Date.now())],
    ['finished last week', foreign(Date.now() - 7 * DAY_MS)],
    ['finished long ago', foreign(0)],
    ['unfinished', foreign(Date.now()).slice(0, 1)],
  ])('that is %s is refused by every command that would use it', async (_, records) => {
    const { access, self, rebalance } = await servedCircle();
    const path = journalOf(access);
    const journal = await openSqliteStore(path);
    await journal.commit(records);
    await journal.close();
    const commands = [rebalance, ...['plan', 'resume'].map((name) => [name, ...access])];
    for (const args of [...commands, ['beliefs', 'import', ...access]]) {
      const { exit, out, err } = await runCommand(...args);
      expect([exit, out], args[0]).toEqual([2, '']);
      expect(err).toBe(
        `ballast: --store: ${path} is the journal of node ${other}, and this is node ${self}: each node has its own; name another file, or connect that node\n`,
      );
    }
  });

  it('that is ours by its latest rebalance is used, and `doctor` tells of the other node', async () => {
    const { access, rebalance } = await servedCircle();
    expect((await runCommand(...rebalance)).exit).toBe(0);
    const journal = await openSqliteStore(journalOf(access));
    await journal.commit(foreign(Date.now() - 2 * DAY_MS));
    await journal.close();
    expect((await runCommand('plan', ...access)).exit).toBe(0);
    const { out } = await runCommand('doctor', ...access);
    expect(out).toMatch(
      new RegExp(`^warning {2}store_owner .* of node ${other} as well, whose fees count`, 'm'),
    );
  });
});

it('has a file for each node by default', () => {
  const nodeId = parseNodeId(`02${'ab'.repeat(32)}`);
  const path = defaultJournalPath(nodeId, { XDG_STATE_HOME: '/somewhere' });
  expect(path).toBe(join('/somewhere', 'ballast', `${nodeId}.db`));
  expect(defaultJournalPath(nodeId, {})).toMatch(new RegExp(`/ballast/${nodeId}\\.db$`));
});
