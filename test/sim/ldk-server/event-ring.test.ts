import { expect, it } from 'vitest';
import { EventRing } from '../../../src/sim/ldk-server/event-ring.ts';

const take = async (reader: AsyncGenerator<number>, count: number): Promise<number[]> => {
  const taken: number[] = [];
  while (taken.length < count) {
    const { done, value } = await reader.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
};

it('gives each reader what comes after it began', async () => {
  const ring = new EventRing<number>(10);
  const stop = new AbortController();
  ring.publish(1);
  const first = ring.read(stop.signal);
  ring.publish(2);
  const second = ring.read(stop.signal);
  ring.publish(3);
  expect(await take(first, 2)).toEqual([2, 3]);
  expect(await take(second, 1)).toEqual([3]);
  const waiting = take(first, 1);
  ring.publish(4);
  expect(await waiting).toEqual([4]);
});

it('loses the oldest of a slow reader, and says nothing', async () => {
  const ring = new EventRing<number>(3);
  const stop = new AbortController();
  const reader = ring.read(stop.signal);
  for (let i = 1; i <= 10; i++) ring.publish(i);
  expect(await take(reader, 3)).toEqual([8, 9, 10]);
});

it('gives nothing while it is stalled, and ends with the signal', async () => {
  const ring = new EventRing<number>(3);
  const stop = new AbortController();
  const reader = ring.read(stop.signal);
  ring.stall(true);
  const taken = take(reader, 1);
  ring.publish(1);
  ring.publish(2);
  expect(
    await Promise.race([taken, new Promise((resolve) => setImmediate(() => resolve('nothing')))]),
  ).toBe('nothing');
  ring.stall(false);
  expect(await taken).toEqual([1]);
  stop.abort();
  expect(await take(reader, 1)).toEqual([]);
});
