import { existsSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { newPath } from '../../store/store-folder.ts';
import { runCommand } from '../run-command.ts';
import { reportWorld } from './report-world.ts';

const RECORDS = 100_000;

it(`a journal of ${RECORDS} records is reported in no time to speak of, on a page that stays small`, async () => {
  const world = reportWorld({
    rebalances: 12_500,
    forwards: 0,
    days: 30,
    aliases: ['a', 'b', 'c', 'd'],
  });
  const records = world.records.slice(0, RECORDS);
  expect(records).toHaveLength(RECORDS);
  const path = newPath();
  const store = await openSqliteStore(path);
  for (let i = 0; i < records.length; i += 10_000) await store.commit(records.slice(i, i + 10_000));
  await store.close();
  const page = `${path}.html`;
  const range = ['--from', '2026-01-14', '--to', '2026-02-14'];
  const began = process.cpuUsage();
  const { exit, out } = await runCommand(
    'report',
    ...['--store', path, ...range, '--json', '--html', page],
  );
  const { user, system } = process.cpuUsage(began);
  expect(exit).toBe(0);
  const intents = records.filter(({ kind }) => kind === 'intent').length;
  expect(JSON.parse(out).totals.attempts).toBe(intents);
  expect(existsSync(page) && statSync(page).size).toBeLessThan(100_000);
  process.stdout.write(`${RECORDS} records: ${Math.round((user + system) / 1000)} ms of CPU\n`);
  // Reading it takes 4 s; what is not linear would take minutes.
  expect((user + system) / 1e6).toBeLessThan(40);
}, 180_000);
