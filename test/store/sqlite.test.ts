import { readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/open-database.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { end, intent, invoice, outcome } from './journal-records.ts';
import { storeContract } from './store-contract.ts';
import { newPath } from './store-folder.ts';

storeContract('openSqliteStore', () => openSqliteStore(newPath()));

test('what was committed is there after the file is opened again', async () => {
  const path = newPath();
  const batches = [[invoice('a'), intent('a')], [outcome('a')], [end('a'), invoice('b')]];
  for (const batch of batches) {
    const store = await openSqliteStore(path);
    await store.commit(batch);
    await store.close();
  }
  const store = await openSqliteStore(path);
  expect(await store.records()).toEqual(batches.flat());
  expect(await store.unfinished()).toEqual([invoice('b')]);
  await store.close();
});

test('while it is open its log lies beside the file; closing leaves one file', async () => {
  const path = newPath();
  const store = await openSqliteStore(path);
  await store.commit([invoice('a')]);
  expect(readdirSync(dirname(path)).sort()).toEqual(['ballast.db', 'ballast.db-wal']);
  await store.close();
  expect(readdirSync(dirname(path))).toEqual(['ballast.db']);
});

test.skipIf(process.platform === 'win32')('only its owner can read the preimages', async () => {
  const path = newPath();
  const store = await openSqliteStore(path);
  await store.commit([invoice('a')]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  await store.close();
});

test.skipIf(process.platform === 'win32')(
  'only its owner can read what is made behind links that led to nothing',
  async () => {
    const [path, between, file] = [newPath(), newPath('between.db'), newPath('file.db')];
    symlinkSync(relative(dirname(path), between), path);
    symlinkSync(file, between);
    const store = await openSqliteStore(path);
    await store.commit([invoice('a')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();
    const again = await openSqliteStore(file);
    expect(await again.records()).toHaveLength(1);
    await again.close();
  },
);

test.skipIf(process.platform === 'win32')(
  'links that lead round in a circle are refused',
  async () => {
    const [path, other] = [newPath(), newPath()];
    symlinkSync(other, path);
    symlinkSync(path, other);
    await expect(openSqliteStore(path)).rejects.toMatchObject({ name: 'StoreError' });
  },
);

test('a commit waits for the disk: a log that is synchronised at every commit', () => {
  const database = openDatabase({ path: newPath(), maxBytes: undefined });
  const value = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(value('journal_mode')).toBe('wal');
  expect(value('synchronous')).toBe(2);
  expect(value('locking_mode')).toBe('exclusive');
  const tables = database.prepare("SELECT strict FROM pragma_table_list WHERE name = 'journal'");
  expect(tables.get()).toMatchObject({ strict: 1 });
  database.close();
});

describe('arguments that cannot be meant', () => {
  test.each([
    ['', /path/],
    ['a\0b', /path/],
    [undefined as unknown as string, /path/],
    [':memory:', /memoryStore/],
    ['file:///home/me/ballast.db', /fileURLToPath/],
  ])('path %j', async (path, message) => {
    await expect(openSqliteStore(path)).rejects.toThrow(message);
  });

  test.each([0, -1, 1.5, Number.NaN])('maxBytes %d', async (maxBytes) => {
    await expect(openSqliteStore(newPath(), { maxBytes })).rejects.toThrow(/maxBytes/);
  });
});
