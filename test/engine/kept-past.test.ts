import { expect, it } from 'vitest';
import { KeptPast } from '../../src/engine/kept-past.ts';
import { SteadyClock } from '../../src/engine/steady-clock.ts';
import type { JournalRecord, SendOutcome } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { DAY_MS, HOUR_MS } from '../../src/units/time.ts';
import { intent, outcome, start } from '../store/journal-records.ts';

const SETTLED: SendOutcome = { kind: 'settled', preimage: new Uint8Array(32), attemptId: 1n };
const NOW_MS = 1000 * HOUR_MS;

function journal() {
  const store = memoryStore();
  const asked: (number | undefined)[] = [];
  let nowMs = NOW_MS;
  const past = new KeptPast({
    store: {
      ...store,
      records: (options) => {
        asked.push(options?.sinceMs);
        return store.records(options);
      },
    },
    dates: new SteadyClock({ now: () => nowMs }),
  });
  const settle = (id: string, atMs: number): Promise<void> =>
    store.commit(
      [start(id), intent(id), outcome(id, 1, SETTLED)].map(
        (one): JournalRecord => ({ ...one, atMs }),
      ),
    );
  const dates = async (sinceMs: number) =>
    (await past.load({ sinceMs })).moves.map(({ atMs }) => atMs);
  const wait = (ms: number): void => void (nowMs += ms);
  return { store, asked, settle, dates, wait };
}

it('reads what has come since the last time, and what may have been late by a day', async () => {
  const { asked, settle, dates, wait } = journal();
  const sinceMs = NOW_MS - 100 * HOUR_MS;
  await settle('old', sinceMs - 1);
  await settle('a', sinceMs);
  expect(await dates(sinceMs)).toEqual([sinceMs]);
  wait(HOUR_MS);
  await settle('late', NOW_MS - HOUR_MS);
  await settle('new', NOW_MS + HOUR_MS);
  expect(await dates(sinceMs)).toEqual([sinceMs, NOW_MS - HOUR_MS, NOW_MS + HOUR_MS]);
  expect(asked).toEqual([sinceMs, NOW_MS - DAY_MS]);
});

it('lets go of what is no longer asked for, and reads all where more is asked for', async () => {
  const { asked, settle, dates } = journal();
  await settle('a', 1);
  await settle('b', 2);
  expect(await dates(1)).toEqual([1, 2]);
  expect(await dates(2)).toEqual([2]);
  expect(await dates(1)).toEqual([1, 2]);
  expect(asked).toEqual([1, NOW_MS - DAY_MS, 1]);
});

it('knows of moves whose start was read long before they settled', async () => {
  const { store, dates, wait } = journal();
  await store.commit([start('a'), intent('a')].map((one) => ({ ...one, atMs: 5 })));
  expect(await dates(1)).toEqual([]);
  wait(50 * HOUR_MS);
  await store.commit([{ ...outcome('a', 1, SETTLED), atMs: NOW_MS + 50 * HOUR_MS }]);
  expect(await dates(1)).toEqual([NOW_MS + 50 * HOUR_MS]);
});

it('reads it again where a reading failed', async () => {
  const { store, settle } = journal();
  await settle('a', NOW_MS);
  let fails = true;
  const records: typeof store.records = (options) =>
    fails ? Promise.reject(new Error('no disk')) : store.records(options);
  const dates = new SteadyClock({ now: () => NOW_MS });
  const past = new KeptPast({ store: { ...store, records }, dates });
  await expect(past.load({ sinceMs: 1 })).rejects.toThrow('no disk');
  fails = false;
  expect((await past.load({ sinceMs: 1 })).moves).toHaveLength(1);
});

it('tells each of two at once all that it asks for', async () => {
  const { settle, dates } = journal();
  await settle('a', 1);
  await settle('b', 500);
  await dates(1);
  const [more, less] = await Promise.all([dates(1), dates(500)]);
  expect([more, less]).toEqual([[1, 500], [500]]);
  const [less2, more2] = await Promise.all([dates(500), dates(1)]);
  expect([less2, more2]).toEqual([[500], [1, 500]]);
});
