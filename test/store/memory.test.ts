import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { parsePaymentHash } from '../../src/units/ids.ts';

const paymentHash = parsePaymentHash('ab'.repeat(32));
const invoice = (rebalanceId: string): JournalRecord => ({
  kind: 'invoice',
  rebalanceId,
  paymentHash,
  preimage: new Uint8Array(32).fill(1),
});

test('records come back in the order of their commits', async () => {
  const store = memoryStore();
  await store.commit([invoice('a'), invoice('b')]);
  await store.commit([]);
  await store.commit([invoice('c')]);
  const ids = (await store.records()).map((record) => record.rebalanceId);
  expect(ids).toEqual(['a', 'b', 'c']);
});

test('what is kept does not change with the caller’s objects, nor with what was handed out', async () => {
  const store = memoryStore();
  const record = invoice('a');
  await store.commit([record]);
  if (record.kind === 'invoice') record.preimage.fill(9);
  for (const read of await store.records()) if (read.kind === 'invoice') read.preimage.fill(8);
  expect(await store.records()).toEqual([invoice('a')]);
});

test('a closed store refuses to commit, and can still be read', async () => {
  const store = memoryStore();
  await store.commit([invoice('a')]);
  await store.close();
  await expect(store.commit([invoice('b')])).rejects.toThrow(/closed/);
  expect(await store.records()).toHaveLength(1);
});
