import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { intent, invoice } from './journal-records.ts';
import { newPath } from './store-folder.ts';
import { runStoreChild } from './store-process.ts';

const POSIX = process.platform !== 'win32';

async function refusal(path: string): Promise<StoreError> {
  const error: unknown = await openSqliteStore(path).then(
    () => new Error('it was opened'),
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError) return error;
  throw error;
}

/** A closed store of some hundred pages. */
async function filled(): Promise<string> {
  const path = newPath();
  const store = await openSqliteStore(path);
  await store.commit(Array.from({ length: 500 }, (_, i) => intent(`rebalance ${i}`)));
  await store.close();
  return path;
}

function sqliteFile(script: string): string {
  const path = newPath();
  const database = new DatabaseSync(path);
  database.exec(script);
  database.close();
  return path;
}

describe('refused and left as it was:', () => {
  test('a store that a newer Ballast wrote', async () => {
    const path = await filled();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 1000');
    database.close();
    const before = readFileSync(path);
    const error = await refusal(path);
    expect(error.code).toBe('too_new');
    expect(error.message).toMatch(/version 1000.*install the newer Ballast/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ['tables', 'CREATE TABLE wallet (seed TEXT)'],
    ['only an application id', 'PRAGMA application_id = 5'],
    ['only a version', 'PRAGMA user_version = 1'],
    ['tables in WAL mode', 'PRAGMA journal_mode = WAL; CREATE TABLE wallet (seed TEXT)'],
  ])('another program’s database with %s', async (_what, script) => {
    const path = sqliteFile(script);
    const before = readFileSync(path);
    const error = await refusal(path);
    expect(error.code).toBe('not_a_store');
    expect(error.message).toMatch(/another program.*name another file/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a file that is no database', async () => {
    const path = newPath('channel.backup');
    writeFileSync(path, 'something else entirely, '.repeat(1000));
    const before = readFileSync(path);
    const error = await refusal(path);
    expect(error.code).toBe('not_a_store');
    expect(error.message).toMatch(/name another file/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ['in the middle', (bytes: Buffer) => bytes.fill(0xa5, 8192, bytes.length - 8192)],
    ['in its list of tables', (bytes: Buffer) => bytes.fill(0xa5, 100, 4096)],
  ])('a file that is damaged %s', async (_where, damage) => {
    const path = await filled();
    const damaged = damage(readFileSync(path));
    writeFileSync(path, damaged);
    const error = await refusal(path);
    expect(error.code).toBe('corrupt');
    expect(error.message).toMatch(/damaged.*lncli listpayments --include_incomplete.*new file/);
    expect(readFileSync(path).equals(damaged)).toBe(true);
  });

  test('a file that was cut off', async () => {
    const path = await filled();
    truncateSync(path, 20 * 4096);
    expect((await refusal(path)).code).toBe('corrupt');
  });
});

describe('no file for a store:', () => {
  test('a folder', async () => {
    const path = newPath();
    mkdirSync(path);
    const error = await refusal(path);
    expect([error.code, error.message]).toEqual([
      'wrong_path',
      expect.stringMatching(/is not a file; name a file/),
    ]);
  });

  test('one in a folder that does not exist', async () => {
    const path = join(newPath('gone'), 'ballast.db');
    const error = await refusal(path);
    expect(error.code).toBe('wrong_path');
    expect(error.message).toContain(`there is no folder ${dirname(path)}; make it`);
  });

  test('one below another file', async () => {
    const file = newPath();
    writeFileSync(file, '');
    expect((await refusal(join(file, 'ballast.db'))).code).toBe('wrong_path');
  });

  test.skipIf(!POSIX)('a device', async () => {
    expect((await refusal('/dev/null')).code).toBe('wrong_path');
  });

  test('but an empty one will do', async () => {
    const path = newPath();
    writeFileSync(path, '');
    const store = await openSqliteStore(path);
    await store.commit([invoice('a')]);
    await store.close();
  });
});

describe.skipIf(!POSIX)('without permission', () => {
  /** Root may do everything, so as root another user tries. */
  const NOBODY = 65_534;
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;

  function give(path: string, mode: number): void {
    chmodSync(path, mode);
    if (uid !== undefined) chownSync(path, uid, uid);
  }

  test.each([
    ['to write the file', 0o400, 0o700],
    ['to read the file', 0o200, 0o700],
    ['to write the folder', 0o600, 0o500],
    ['to enter the folder', 0o600, 0o600],
  ])('%s', async (_what, fileMode, folderMode) => {
    const path = await filled();
    const folder = dirname(path);
    give(path, fileMode);
    give(folder, folderMode);
    const child = await runStoreChild(['open', path], uid === undefined ? {} : { uid });
    chmodSync(folder, 0o700);
    expect(child).toMatchObject({ lines: ['permission_denied'], stderr: '' });
  });

  test('none is lacking where both may be written', async () => {
    const path = await filled();
    give(path, 0o600);
    give(dirname(path), 0o700);
    const child = await runStoreChild(['open', path], uid === undefined ? {} : { uid });
    expect(child).toMatchObject({ lines: ['open'], stderr: '' });
  });
});

describe('one process at a time:', () => {
  test('a second store of the same process is refused', async () => {
    const path = newPath();
    const store = await openSqliteStore(path);
    const error = await refusal(path);
    expect(error.code).toBe('locked');
    expect(error.message).toMatch(/in use.*stop the other.*name another file/);
    await store.commit([invoice('a')]);
    await store.close();
    await (await openSqliteStore(path)).close();
  });

  test('another process is refused, and not any more once the first was killed', async () => {
    const path = newPath();
    const whileHeld: string[] = [];
    const child = await runStoreChild(['open', path, 'hold'], {
      onLine: (line, kill) => {
        whileHeld.push(line);
        void refusal(path)
          .then(({ code }) => whileHeld.push(code))
          .finally(kill);
      },
    });
    expect(whileHeld).toEqual(['open', 'locked']);
    expect(child.signal).toBe('SIGKILL');
    const store = await openSqliteStore(path);
    await store.commit([invoice('a')]);
    const other = await runStoreChild(['open', path]);
    expect(other).toMatchObject({ lines: ['locked'], stderr: '' });
    await store.close();
  });

  test('of several that open a new file at once, one at most gets it', async () => {
    const path = newPath();
    const opened = await Promise.allSettled([1, 2, 3, 4].map(() => openSqliteStore(path)));
    const stores = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = opened.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    expect(stores.length).toBeLessThanOrEqual(1);
    expect(new Set(refused)).toEqual(new Set(['locked']));
    for (const store of stores) await store.close();
    await (await openSqliteStore(path)).close();
  });
});

describe('a store that somebody changed by SQL', () => {
  const changed = async (...statements: readonly string[]): Promise<string> => {
    const path = newPath();
    const store = await openSqliteStore(path);
    await store.commit([invoice('a')]);
    const [from, to] = [`02${'11'.repeat(32)}`, `03${'22'.repeat(32)}`] as never[];
    const row = { from, to, lowMsat: 5, lowAtMs: 6, highMsat: 7, highAtMs: 8, suspectAtMs: 0 };
    await store.keepBeliefs({ rows: [row as never], models: {} });
    const figures = { capacitySat: 5n, localMsat: 2n, remoteMsat: 3n };
    const channel = { channelId: '5' as never, peer: from!, peerAlias: '', ...figures };
    await store.keepBalances({ atMs: 9, channels: [channel] });
    await store.close();
    const database = new DatabaseSync(path);
    for (const statement of statements) database.exec(statement);
    database.close();
    return path;
  };

  test.each([
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM journal; END'],
    ['a view in the place of a table', 'DROP TABLE demand; CREATE VIEW demand AS SELECT 1 AS msat'],
    ['a table that lacks a column', 'ALTER TABLE journal DROP COLUMN reason'],
    ['a table that is gone', 'DROP TABLE balance'],
  ])('is refused with %s', async (_what, statement) => {
    const path = await changed(statement);
    expect(await refusal(path)).toMatchObject({ code: 'corrupt' });
    expect((await refusal(path)).message).toMatch(/has a|is not as it was made/);
  });

  test('opens with a table and an index of its owner', async () => {
    const path = await changed('CREATE TABLE mine (a)', 'CREATE INDEX own ON journal (kind)');
    const store = await openSqliteStore(path);
    expect(await store.records()).toHaveLength(1);
    await store.close();
  });

  test.each([
    ['beliefs', 'UPDATE belief SET low_msat = -1'],
    ['beliefs', 'UPDATE belief SET high_at_ms = 8640000000000001'],
    ['balances', 'UPDATE balance SET local_msat = -1'],
    ['balances', 'UPDATE balance_holder SET capacity_sat = -1'],
    ['balances', 'UPDATE balance_sample SET at_ms = 8640000000000001'],
  ] as const)('refuses its %s after %s, and keeps its journal', async (what, statement) => {
    const store = await openSqliteStore(await changed(statement));
    await expect(store[what]()).rejects.toMatchObject({ code: 'corrupt' });
    expect(await store.records()).toHaveLength(1);
    await store.close();
  });
});
