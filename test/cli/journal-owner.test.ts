import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../src/cli/journal-owner.ts';
import type { JournalRecord } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { DAY_MS } from '../../src/units/time.ts';
import { nodeIdOf } from '../graph/make-graph.ts';

const NOW_MS = 20_000 * DAY_MS;

const start = (node: string, atMs: number): JournalRecord => ({
  ...{ kind: 'start', rebalanceId: `${node} ${atMs}`, atMs, self: nodeIdOf(node) },
  ...{ amountMsat: 1n, outChannels: [], inChannels: [] },
});

const end = ({ rebalanceId, atMs }: JournalRecord): JournalRecord => ({
  ...{ kind: 'end', rebalanceId, atMs, reason: 'no_route' },
  ...{ feePaidMsat: 0n, movedMsat: 0n },
});

describe('ownerOf', () => {
  it.each([
    ['nobody where nothing was begun', [], undefined],
    ['who began the latest', [start('a', NOW_MS - DAY_MS), start('b', NOW_MS - 1)], 'b'],
    ['who began long ago', [start('a', 0)], 'a'],
    ['who began years ago', [start('a', 100 * DAY_MS), start('b', 15_000 * DAY_MS)], 'b'],
    ['who began by a clock that is ahead', [start('a', NOW_MS + DAY_MS)], 'a'],
  ] as const)('is %s', async (_, records, owner) => {
    const store = memoryStore();
    await store.commit(records.flatMap((record) => [record, end(record)]));
    expect(await ownerOf(store, NOW_MS)).toBe(owner && nodeIdOf(owner));
  });

  it('is who has unfinished work, whatever else cannot be read', async () => {
    const store = memoryStore();
    await store.commit([start('a', 0)]);
    const damaged = { ...store, records: () => Promise.reject(new Error('a damaged row')) };
    expect(await ownerOf(damaged, NOW_MS)).toBe(nodeIdOf('a'));
  });

  it('reads no more of a large journal than its latest part', async () => {
    const store = memoryStore();
    const began = start('a', NOW_MS - 2 * DAY_MS);
    await store.commit([began, end(began)]);
    const looks: (number | undefined)[] = [];
    const watched = {
      ...store,
      records: async (span: { readonly sinceMs?: number } = {}) => {
        looks.push(span.sinceMs);
        return store.records(span);
      },
    };
    await ownerOf(watched, NOW_MS);
    expect(looks).toHaveLength(4);
    expect(looks.at(-1)).toBeGreaterThan(NOW_MS - 4 * DAY_MS);
  });
});
