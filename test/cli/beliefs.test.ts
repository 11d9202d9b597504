/** What attempts have taught, shown, and exchanged with lnd's memory. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { testFolder } from '../node/cln/scripted-lightningd.ts';
import { runCommand } from './run-command.ts';
import { serveCircle } from './served-circle.ts';

async function servedCircle() {
  const circle = await serveCircle();
  onTestFinished(() => circle.close());
  const { access, toAlice, toBob } = circle;
  const path = access[access.indexOf('--store') + 1]!;
  const rebalance = (sat: string) =>
    runCommand(
      'rebalance',
      ...access,
      ...['--from', toAlice, '--to', toBob, '--amount', sat, '--max-fee-ppm', '5000'],
    );
  return { ...circle, path, rebalance };
}

it('a rebalance teaches; what it taught is shown, for people and as JSON', async () => {
  const { alice, bob, path, rebalance } = await servedCircle();
  expect((await rebalance('6000000')).exit).not.toBe(0);
  expect((await rebalance('100000')).exit).toBe(0);
  const { exit, out } = await runCommand('beliefs', 'show', '--store', path);
  expect(exit).toBe(0);
  expect(out).toContain(alice.slice(0, 10));
  expect(out).toMatch(/100,000 .*UTC/);
  const json = await runCommand('beliefs', 'show', '--store', path, '--json');
  const { beliefs } = JSON.parse(json.out);
  const between = beliefs.filter(
    (row: { from: string; to: string }) => row.from === alice && row.to === bob,
  );
  expect(between).toHaveLength(1);
  expect(between[0].highMsat).toBeGreaterThan(5_000_000_000);
}, 120_000);

it('more rows than asked for are only counted', async () => {
  const { path, rebalance } = await servedCircle();
  await rebalance('100000');
  const { out } = await runCommand('beliefs', 'show', '--store', path, '--most', '1');
  expect(out).toMatch(/and \d+ more; --json lists all/);
}, 120_000);

it('nothing is known at first, and a file that is not there is not made', async () => {
  const { path } = await servedCircle();
  const missing = await runCommand('beliefs', 'show', '--store', path);
  expect([missing.exit, missing.err]).toEqual([2, expect.stringMatching(/there is no file/)]);
  await (await openSqliteStore(path)).close();
  const { exit, out } = await runCommand('beliefs', 'show', '--store', path);
  expect(exit).toBe(0);
  expect(out).toMatch(/Nothing is believed yet/);
}, 120_000);

it("lnd's memory is taken over, and given to another lnd", async () => {
  const { access, path, network, self, alice, bob, rebalance } = await servedCircle();
  await rebalance('100000');
  const other = await serveCircle();
  onTestFinished(() => other.close());
  const otherPath = other.access[other.access.indexOf('--store') + 1]!;
  // The first lnd's own memory, into the second one's store.
  const fromFirst = [...access.slice(0, -1), otherPath];
  const imported = await runCommand('beliefs', 'import', ...fromFirst, '--json');
  expect(imported.exit).toBe(0);
  expect(JSON.parse(imported.out).read).toBe(network.node(self).missionControl().length);
  const store = await openSqliteStore(otherPath);
  const { rows } = await store.beliefs();
  await store.close();
  const carried = rows.find(({ from, to }) => from === alice && to === bob);
  expect(carried).toMatchObject({
    lowMsat: expect.any(Number),
    highMsat: Number.POSITIVE_INFINITY,
  });
  expect(carried?.lowMsat).toBeGreaterThanOrEqual(100_000_000);

  expect(other.network.node(other.self).missionControl()).toEqual([]);
  const given = await runCommand('beliefs', 'export', ...other.access);
  expect(given.exit).toBe(0);
  expect(given.out).toMatch(/\d+ pairs of nodes were given to lnd/);
  const known = other.network.node(other.self).missionControl();
  expect(known.find(({ from, to }) => from === alice && to === bob)).toMatchObject({
    successAmtMsat: BigInt(carried?.lowMsat ?? 0),
  });
  expect(path).not.toBe(otherPath);
}, 120_000);

it('a bound that was dated without a figure is shown without one', async () => {
  const path = join(testFolder(), 'dated.db');
  const store = await openSqliteStore(path);
  const [from, to] = [nodeIdOf('a'), nodeIdOf('b')];
  const row = { from, to, lowMsat: 0, lowAtMs: 0, highAtMs: 5, suspectAtMs: 0 };
  await store.keepBeliefs({ rows: [{ ...row, highMsat: Number.POSITIVE_INFINITY }], models: {} });
  await store.close();
  const { exit, out } = await runCommand('beliefs', 'show', '--store', path);
  expect(exit).toBe(0);
  expect(out).toContain('1970-01-01 00:00 UTC');
});
