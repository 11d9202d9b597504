import { expect, test } from 'vitest';
import { memoryStore } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { Square } from '../engine/square.ts';
import { newPath } from './store-folder.ts';

test('the journal of a real rebalance is the same on disk as in memory', async () => {
  const path = newPath();
  const onDisk = await openSqliteStore(path);
  const inMemory = memoryStore();
  const store: typeof onDisk = {
    ...onDisk,
    commit: async (batch) => {
      await onDisk.commit(batch);
      await inMemory.commit(batch);
    },
  };
  // The cheapest way is empty, so that a failure is among the records.
  const square = new Square({ annBobMsat: 0n });
  const report = await square.rebalance({}, { store }).result;
  expect(report).toMatchObject({ outcome: { kind: 'settled' }, attempts: { length: 2 } });
  await onDisk.close();

  const again = await openSqliteStore(path);
  const records = await again.records();
  expect(records).toEqual(await inMemory.records());
  expect(records.map(({ kind }) => kind)).toEqual([
    'start',
    'invoice',
    'intent',
    'outcome',
    'intent',
    'outcome',
    'end',
  ]);
  expect(await again.unfinished()).toEqual([]);
  expect(await again.recordsOf({ rebalanceId: report.rebalanceId })).toEqual(records);
  await again.close();
});
