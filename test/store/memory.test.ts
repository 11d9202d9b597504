import { expect, test } from 'vitest';
import { memoryStore } from '../../src/store/index.ts';
import { invoice } from './journal-records.ts';
import { storeContract } from './store-contract.ts';

storeContract('memoryStore', async () => memoryStore());

test('each store in memory is its own', async () => {
  const [one, other] = [memoryStore(), memoryStore()];
  await one.commit([invoice('a')]);
  expect(await other.records()).toEqual([]);
});

test('a batch may be larger than a call has room for arguments', async () => {
  const store = memoryStore();
  await store.commit(Array.from({ length: 150_000 }, () => invoice('a')));
  expect(await store.records()).toHaveLength(150_000);
});
