import { describe, expect, it } from 'vitest';
import { RecentEvents } from '../../src/engine/recent-events.ts';

const ofThree = (): RecentEvents<number | string> =>
  new RecentEvents<number | string>({ most: 3, missed: (count) => `${count} missed` });

describe('RecentEvents', () => {
  it('gives a late reader what is kept, and all that comes', async () => {
    const events = ofThree();
    for (const event of [1, 2, 3, 4, 5]) events.add(event);
    const reader = events[Symbol.asyncIterator]();
    const read = async () => (await reader.next()).value;
    expect([await read(), await read(), await read()]).toEqual([3, 4, 5]);
    const next = read();
    events.add(6);
    expect(await next).toBe(6);
    events.add(7);
    events.close();
    expect(await read()).toBe(7);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('tells a slow reader how much it has missed', async () => {
    const events = ofThree();
    events.add(1);
    const reader = events[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(1);
    for (const event of [2, 3, 4, 5, 6, 7]) events.add(event);
    events.close();
    const rest: unknown[] = [];
    for await (const event of { [Symbol.asyncIterator]: () => reader }) rest.push(event);
    expect(rest).toEqual(['3 missed', 5, 6, 7]);
  });

  it('gives every reader everything', async () => {
    const events = ofThree();
    const all = async (): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for await (const event of events) seen.push(event);
      return seen;
    };
    const readers = [all(), all()];
    for (const event of [1, 2]) events.add(event);
    events.close();
    expect(await Promise.all(readers)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
