import { expect, test } from 'vitest';
import { EventRecord } from '../../src/engine/event-record.ts';

async function readAll<T>(events: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const event of events) read.push(event);
  return read;
}

test('each reader gets everything, whenever it begins', async () => {
  const events = new EventRecord<number>();
  const early = readAll(events);
  events.add(1);
  await Promise.resolve();
  const middle = readAll(events);
  events.add(2);
  events.close();
  expect(await Promise.all([early, middle, readAll(events)])).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
});

test('a reader may leave early, and others read on', async () => {
  const events = new EventRecord<number>();
  events.add(1);
  events.add(2);
  for await (const event of events) {
    expect(event).toBe(1);
    break;
  }
  events.close();
  expect(await readAll(events)).toEqual([1, 2]);
});

test('a failure comes after the last event', async () => {
  const events = new EventRecord<number>();
  events.add(1);
  events.close({ error: new Error('broken') });
  const read: number[] = [];
  await expect(
    (async () => {
      for await (const event of events) read.push(event);
    })(),
  ).rejects.toThrow('broken');
  expect(read).toEqual([1]);
});
