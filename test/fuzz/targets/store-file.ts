/** The file of the store, damaged: bytes that flipped on the disk, a copy that was cut short, another file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { StoreError } from '../../../src/store/store-error.ts';
import { readWhole, sampleStore, storeIn } from '../sample-store.ts';
import type { FuzzTarget } from '../target.ts';

const sample = await sampleStore();
let folder = '';

export const target: FuzzTarget = {
  name: 'store-file',
  about: 'the file of the store, as a disk gives it back',
  shape: 'bytes',
  valid: fc.constant(sample),
  refusals: [StoreError],
  acceptedShare: [0.2, 0.95],
  seededCases: 80,
  // A page cache of two megabytes, and the thread's own heap.
  memory: { baseBytes: 64 * 1024 * 1024, timesInput: 100 },
  prepare: async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-fuzz-store-'));
  },
  run: async (input) => {
    const path = join(folder, 'store.db');
    await rm(`${path}-wal`, { force: true });
    await rm(`${path}-shm`, { force: true });
    await writeFile(path, input);
    const store = storeIn(path);
    try {
      return (await readWhole(store)) > 0 ? 'accepted' : 'refused';
    } finally {
      await store.close();
    }
  },
};
