import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStore } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { testSeed } from '../seeded-random.ts';
import { anyRecord } from './any-record.ts';
import { anyDemand, anySample, inOrder, sortedDemand } from './balance-samples.ts';
import { anyBeliefs, sorted } from './belief-rows.ts';
import { hash } from './journal-records.ts';
import { newPath } from './store-folder.ts';

test('whatever is committed, a store on disk answers as one in memory, also when opened again', async () => {
  const batches = fc.array(fc.array(anyRecord, { maxLength: 8 }), { maxLength: 8 });
  let run = 0;
  const path = newPath();
  await fc.assert(
    fc.asyncProperty(batches, fc.boolean(), async (drawn, atOnce) => {
      const file = `${path}-${++run}`;
      const inMemory = memoryStore();
      let onDisk = await openSqliteStore(file);
      const answers = (store: typeof inMemory) =>
        Promise.all([
          store.records(),
          store.unfinished(),
          ...['a', 'b', 'c', 'd', 'e'].map((rebalanceId) => store.recordsOf({ rebalanceId })),
          ...[1, 2, 3, 4, 5, 6].map((n) => store.recordsOf({ paymentHash: hash(n) })),
        ]);
      if (atOnce) await Promise.all(drawn.map((batch) => onDisk.commit(batch)));
      for (const batch of drawn) {
        await inMemory.commit(batch);
        if (!atOnce) await onDisk.commit(batch);
      }
      const expected = await answers(inMemory);
      expect(await answers(onDisk)).toEqual(expected);
      await onDisk.close();
      onDisk = await openSqliteStore(file);
      expect(await answers(onDisk)).toEqual(expected);
      await onDisk.close();
    }),
    { seed: testSeed(20260511), numRuns: 25 },
  );
});

test('so with beliefs', async () => {
  const path = newPath();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyBeliefs, { maxLength: 6 }),
      fc.integer({ min: 0, max: 2 ** 41 }),
      async (drawn, beforeMs) => {
        const file = `${path}-${++run}`;
        const inMemory = memoryStore();
        let onDisk = await openSqliteStore(file);
        const answer = async (store: typeof inMemory) => {
          const { rows, models } = await store.beliefs();
          return { rows: sorted(rows), models };
        };
        for (const beliefs of drawn) {
          await inMemory.keepBeliefs(beliefs);
          await onDisk.keepBeliefs(beliefs);
        }
        expect(await answer(onDisk)).toEqual(await answer(inMemory));
        await inMemory.forgetBeliefs({ beforeMs });
        await onDisk.forgetBeliefs({ beforeMs });
        await onDisk.close();
        onDisk = await openSqliteStore(file);
        expect(await answer(onDisk)).toEqual(await answer(inMemory));
        await onDisk.close();
      },
    ),
    { seed: testSeed(20260513), numRuns: 25 },
  );
});

test('so with balances, which are thinned out alike, and with demand', async () => {
  const path = newPath();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anySample, { maxLength: 12 }),
      fc.array(anyDemand, { maxLength: 3 }),
      fc.integer({ min: 0, max: 4 * 365 * 86_400_000 }),
      async (samples, demands, sinceMs) => {
        const file = `${path}-${++run}`;
        const inMemory = memoryStore();
        let onDisk = await openSqliteStore(file);
        const answer = async (store: typeof inMemory) => [
          inOrder(await store.balances()),
          inOrder(await store.balances({ sinceMs })),
          sortedDemand(await store.demand()),
        ];
        for (const sample of samples) {
          await inMemory.keepBalances(sample);
          await onDisk.keepBalances(sample);
        }
        for (const demand of demands) {
          await inMemory.keepDemand(demand);
          await onDisk.keepDemand(demand);
        }
        const expected = await answer(inMemory);
        expect(await answer(onDisk)).toEqual(expected);
        await onDisk.close();
        onDisk = await openSqliteStore(file);
        expect(await answer(onDisk)).toEqual(expected);
        await onDisk.close();
      },
    ),
    { seed: testSeed(20261121), numRuns: 25 },
  );
});
