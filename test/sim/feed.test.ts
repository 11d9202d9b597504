import { describe, expect, it } from 'vitest';
import { Feed } from '../../src/sim/feed.ts';

async function read<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe('Feed', () => {
  it('keeps everything for a reader from the moment of subscribing', async () => {
    const feed = new Feed<number>();
    feed.publish(1);
    const reader = feed.subscribe({ first: [0], isLast: (value) => value === 3 });
    feed.publish(2);
    feed.publish(3);
    feed.publish(4);
    expect(await read(reader)).toEqual([0, 2, 3]);
  });

  it('serves readers apart, each with its own choice', async () => {
    const feed = new Feed<number>();
    const isLast = (value: number) => value >= 4;
    const all = read(feed.subscribe({ isLast }));
    const even = read(feed.subscribe({ isLast, accepts: (value) => value % 2 === 0 }));
    for (const value of [1, 2, 3, 4]) feed.publish(value);
    expect(await all).toEqual([1, 2, 3, 4]);
    expect(await even).toEqual([2, 4]);
  });

  it('ends a waiting reader when its signal aborts, at once if it has aborted already', async () => {
    const feed = new Feed<number>();
    const stop = new AbortController();
    const waiting = read(feed.subscribe({ signal: stop.signal }));
    stop.abort();
    expect(await waiting).toEqual([]);
    expect(await read(feed.subscribe({ first: [1], signal: stop.signal }))).toEqual([]);
  });

  it('tells once that a reader has ended, whichever way', async () => {
    const feed = new Feed<number>();
    const closed: string[] = [];
    const stop = new AbortController();
    const left = feed.subscribe({ first: [1], onClose: () => closed.push('left') });
    for await (const _ of left) break;
    await left.return?.();
    void feed.subscribe({ signal: stop.signal, onClose: () => closed.push('aborted') });
    stop.abort();
    void feed.subscribe({ signal: stop.signal, onClose: () => closed.push('never begun') });
    const last = feed.subscribe({ isLast: () => true, onClose: () => closed.push('last') });
    feed.publish(1);
    expect(closed).toEqual(['left', 'aborted', 'never begun']);
    expect(await read(last)).toEqual([1]);
    expect(closed).toEqual(['left', 'aborted', 'never begun', 'last']);
  });

  it('lets go of a reader that breaks off', async () => {
    const feed = new Feed<number>();
    const reader = feed.subscribe({ first: [1, 2] });
    for await (const _ of reader) break;
    expect(await read(reader)).toEqual([]);
  });
});
