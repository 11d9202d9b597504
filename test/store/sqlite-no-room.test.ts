import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { balance, demandOf, demandRow, sample } from './balance-samples.ts';
import { belief, rowsOnly } from './belief-rows.ts';
import { intent, invoice } from './journal-records.ts';
import { newPath } from './store-folder.ts';
import { runStoreChild } from './store-process.ts';

describe('no room:', () => {
  const batch = (records: number, id = 'large') =>
    Array.from({ length: records }, (_, i) => intent(id, i + 1));

  test('a batch that does not fit is absent, and the store goes on', async () => {
    const path = newPath();
    let store = await openSqliteStore(path, { maxBytes: 256 * 1024 });
    await store.commit(batch(5, 'small'));
    await expect(store.commit(batch(2000))).rejects.toMatchObject({
      code: 'full',
      message: expect.stringMatching(/nothing of this was written.*Free some space.*maxBytes/),
    });
    expect(await store.records()).toEqual(batch(5, 'small'));
    await store.commit([invoice('a')]);
    await store.close();
    store = await openSqliteStore(path);
    await store.commit(batch(2000));
    expect(await store.records()).toHaveLength(2006);
    await store.close();
  });

  test('beliefs stop in time for the journal to go on, and do not close the store', async () => {
    const path = newPath();
    const store = await openSqliteStore(path, { maxBytes: 256 * 1024 });
    let kept = 0;
    const keepMore = (): Promise<void> => {
      const rows = Array.from({ length: 100 }, (_, i) => belief(0, 100 * kept + i + 1));
      return store.keepBeliefs(rowsOnly(...rows));
    };
    for (; kept < 100; kept++) {
      const failure = await keepMore().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) continue;
      expect(failure).toMatchObject({ code: 'full', message: expect.stringMatching(/maxBytes/) });
      break;
    }
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(100);
    await store.commit(batch(20));
    expect(await store.records()).toEqual(batch(20));
    expect((await store.beliefs()).rows).toHaveLength(100 * kept);
    await store.forgetBeliefs({ beforeMs: 1 });
    await keepMore();
    expect((await store.beliefs()).rows).toHaveLength(100);
    await store.close();
  });

  test('balances stop likewise, and old ones that go make room for new ones', async () => {
    const store = await openSqliteStore(newPath(), { maxBytes: 256 * 1024 });
    const channels = Array.from({ length: 50 }, (_, n) => balance(n + 1));
    const keep = (n: number) => store.keepBalances(sample(n * 5 * 60_000, ...channels));
    let kept = 0;
    await expect(
      (async () => {
        for (; kept < 288; kept++) await keep(kept);
      })(),
    ).rejects.toMatchObject({ code: 'full', message: expect.stringMatching(/balances.*maxBytes/) });
    expect(kept).toBeGreaterThan(20);
    await expect(store.keepDemand(demandOf(demandRow()))).rejects.toMatchObject({ code: 'full' });
    await store.commit(batch(20));
    expect(await store.balances()).toHaveLength(kept);
    // Two days later most of them have gone.
    await keep(kept + 2 * 288);
    expect((await store.balances()).length).toBeLessThan(kept);
    await store.close();
  });

  test('there is not even room for the tables', async () => {
    await expect(openSqliteStore(newPath(), { maxBytes: 4096 })).rejects.toMatchObject({
      code: 'full',
    });
  });

  const MOUNT = 'mount -t tmpfs -o size=1m none "$DIR"';
  const trial = `export DIR=/tmp; exec unshare -rm sh -c '${MOUNT}'`;
  const canMount = spawnSync('/bin/sh', ['-c', trial], { stdio: 'ignore' }).status === 0;
  if (!canMount) process.stdout.write('skipped: this user may not mount a small disk (unshare)\n');

  test.skipIf(!canMount)('on a disk of 1 MB, mounted for this process alone', async () => {
    const path = newPath();
    const shell = `DIR="${dirname(path)}" && export DIR && exec unshare -rm sh -c '${MOUNT} && exec "$@"' sh "$@"`;
    const { lines, stderr } = await runStoreChild(['write until refused', path], { shell });
    expect(stderr).toBe('');
    const [failure, kept, read] = lines;
    expect(failure).toBe('full');
    expect(Number(kept)).toBeGreaterThan(5);
    expect(read).toBe(kept);
  });

  test.skipIf(process.platform === 'win32')(
    'a write that fails closes the store; all acknowledged is there',
    async () => {
      const path = newPath();
      const { lines, stderr } = await runStoreChild(['write until refused', path], {
        shell: 'ulimit -f 512 && exec "$@"',
      });
      expect(stderr).toBe('');
      const [failure, kept, read, again] = lines;
      expect([failure, read, again]).toEqual(['io', 'closed', 'closed']);
      const store = await openSqliteStore(path);
      expect(Number(kept)).toBeGreaterThan(5);
      expect((await store.records()).length).toBeGreaterThanOrEqual(Number(kept));
      await store.close();
    },
  );
});
