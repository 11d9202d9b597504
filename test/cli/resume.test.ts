/** What a command has left unfinished, and the next one finds. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { defaultJournalPath } from '../../src/cli/journal-file.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { parseNodeId } from '../../src/units/ids.ts';
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
  const { access } = await servedCircle();
  const { exit, out } = await runCommand('resume', ...access);
  expect(exit).toBe(0);
  expect(out).toMatch(/Nothing was left unfinished/);
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

it('is refused with the journal of another node', async () => {
  const { access } = await servedCircle();
  const journal = await openSqliteStore(journalOf(access));
  const self = parseNodeId(`02${'ab'.repeat(32)}`);
  await journal.commit([
    {
      kind: 'start',
      rebalanceId: 'x',
      atMs: 0,
      self,
      amountMsat: 1n,
      outChannels: [],
      inChannels: [],
    },
  ]);
  await journal.close();
  const { exit, err } = await runCommand('resume', ...access);
  expect(exit).toBe(2);
  expect(err).toMatch(new RegExp(`of node ${self} is unfinished`));
}, 120_000);

it('has a file for each node by default', () => {
  const nodeId = parseNodeId(`02${'ab'.repeat(32)}`);
  const path = defaultJournalPath(nodeId, { XDG_STATE_HOME: '/somewhere' });
  expect(path).toBe(join('/somewhere', 'ballast', `${nodeId}.db`));
  expect(defaultJournalPath(nodeId, {})).toMatch(new RegExp(`/ballast/${nodeId}\\.db$`));
});
