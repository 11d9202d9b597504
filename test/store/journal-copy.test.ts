import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournalCopy } from '../../src/store/journal-copy.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { intent, invoice } from './journal-records.ts';
import { newPath } from './store-folder.ts';
import { runStoreChild } from './store-process.ts';

const copies = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('ballast-journal-'));

test('a journal is read as it stands, and left as it is', async () => {
  const path = newPath();
  const store = await openSqliteStore(path);
  await store.commit([invoice('a'), intent('a')]);
  await store.close();
  const [bytes, names] = [readFileSync(path), readdirSync(dirname(path))];
  const before = copies();
  const copy = await openJournalCopy(path);
  expect(await copy.records()).toEqual([invoice('a'), intent('a')]);
  await copy.commit([invoice('b')]);
  expect(copies()).toHaveLength(before.length + 1);
  await copy.close();
  expect(copies()).toEqual(before);
  expect(readFileSync(path)).toEqual(bytes);
  expect(readdirSync(dirname(path))).toEqual(names);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('it is read while another process writes it, each time in a state that it was in', async () => {
  const path = newPath();
  const acknowledged = new Set<number>();
  const opened = Promise.withResolvers<() => void>();
  const ended = runStoreChild(['write on', path], {
    onLine: (line, kill) => {
      if (line === 'open') return;
      acknowledged.add(Number(line));
      opened.resolve(kill);
    },
  });
  const kill = await opened.promise;
  let [kept, logs] = [0, 0];
  let salts = '';
  for (let round = 0; round < 20 && (round < 3 || logs < 2); round++) {
    const before = [...acknowledged];
    const copy = await openJournalCopy(path);
    const records = await copy.records();
    await copy.close();
    const batches = Map.groupBy(records, ({ rebalanceId }) => Number(rebalanceId.split(' ')[1]));
    for (const n of before) expect(batches.has(n), `batch ${n}`).toBe(true);
    // As the process commits them: whole or not at all.
    for (const [n, batch] of batches) expect(batch).toHaveLength((n % 10) + 1);
    expect(records.length).toBeGreaterThanOrEqual(kept);
    kept = records.length;
    const now = readFileSync(`${path}-wal`).subarray(16, 24).toString('hex');
    if (now !== salts) logs++;
    salts = now;
  }
  kill();
  const end = await ended;
  expect(end.stderr).toBe('');
  expect(kept).toBeGreaterThan(0);
  // The log began anew meanwhile.
  expect(logs).toBeGreaterThan(1);
}, 60_000);

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s leaves no copy',
  async (name) => {
    const path = newPath();
    await (await openSqliteStore(path)).close();
    const folder = mkdtempSync(join(dirname(path), 'tmp-'));
    let during = 0;
    const { signal, stderr } = await runStoreChild(['copy', path], {
      shell: `export TMPDIR='${folder}'; exec "$@"`,
      onLine: (_line, kill) => {
        during = readdirSync(folder).length;
        kill(name);
      },
    });
    expect({ signal, stderr, during }).toEqual({ signal: name, stderr: '', during: 1 });
    expect(readdirSync(folder)).toEqual([]);
  },
  30_000,
);

test('what cannot be read is refused, and no copy is left', async () => {
  const before = copies();
  const path = newPath();
  await expect(openJournalCopy(path)).rejects.toMatchObject({
    code: 'wrong_path',
    message: `there is no file ${path}`,
  });
  writeFileSync(path, 'no journal at all, but long enough to be looked at');
  await expect(openJournalCopy(path)).rejects.toMatchObject({
    code: 'not_a_store',
    message: expect.stringContaining(`${path} is not a journal of Ballast`),
  });
  await expect(openJournalCopy(dirname(path))).rejects.toMatchObject({
    code: 'wrong_path',
    message: expect.stringContaining(`${dirname(path)} is not a file; name a file`),
  });
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0);
    await expect(openJournalCopy(path)).rejects.toMatchObject({ code: 'permission_denied' });
  }
  expect(copies()).toEqual(before);
});
