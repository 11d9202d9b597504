import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { nodeNumber } from './belief-rows.ts';
import { newPath } from './store-folder.ts';
import { runStoreChild } from './store-process.ts';

const KILLS = 50;

test(`killed ${KILLS} times while it writes, the journal has all that was acknowledged, in whole batches`, async () => {
  const random = new SeededRandom(testSeed(20260512));
  const path = newPath();
  let written = 0;
  let acknowledged = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // While it opens, right after, or with a hundred commits on the way to the disk.
    const killAt = random.pick([0, 1, 2, 20, 100]) + random.between(0, 9);
    let seen = 0;
    const child = await runStoreChild(['write on', path, String(written)], {
      onLine: (_line, kill) => {
        if (++seen > killAt) kill();
      },
    });
    expect(child).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    const store = await openSqliteStore(path);
    const sizes = new Map<string, number>();
    for (const { rebalanceId } of await store.records()) {
      sizes.set(rebalanceId, (sizes.get(rebalanceId) ?? 0) + 1);
    }
    const believed = new Set((await store.beliefs()).rows.map(({ to }) => to));
    await store.close();
    // Batches are called for in order, so those that are there are all up to some number, each of its own size.
    const before = written;
    written = sizes.size;
    expect([...sizes.keys()]).toEqual(Array.from({ length: written }, (_, n) => `batch ${n}`));
    expect([...sizes.values()]).toEqual(Array.from({ length: written }, (_, n) => (n % 10) + 1));
    const acks = child.lines.filter((line) => line !== 'open').map(Number);
    expect(acks.filter((n) => n < before || n >= written)).toEqual([]);
    expect(acks.filter((n) => !believed.has(nodeNumber(n + 1)))).toEqual([]);
    acknowledged += acks.length;
  }
  process.stdout.write(`${KILLS} kills: ${acknowledged} commits acknowledged, ${written} found\n`);
  expect(acknowledged).toBeGreaterThan(KILLS);
});
