import { describe, expect, it } from 'vitest';
import { type CircuitLimits, HtlcCircuits } from '../../src/planner/htlc-circuits.ts';
import type { HtlcEventNews } from '../../src/ports.ts';
import {
  arrangements,
  channel,
  failedStory,
  orders,
  ownStory,
  refusedStory,
  START_MS,
  settledStory,
} from './htlc-stories.ts';

const SETTLED = settledStory({ id: 1 });
const FAILED = failedStory({ id: 2 });
const REFUSED = refusedStory({ id: 3 });

/** What each forward came to, by the id of its HTLC that came in; ids tell where one is told twice. */
function ends(news: readonly HtlcEventNews[], limits: Partial<CircuitLimits> = {}): string[] {
  const circuits = new HtlcCircuits(limits);
  const found: string[] = [];
  for (const each of news) {
    const ended = circuits.observe(each, START_MS);
    if (ended !== undefined) found.push(`${each.in!.htlcId} ${ended.end}`);
  }
  return found.sort();
}

/** What follows from the news that were not lost, whatever their order. */
function truth(kept: ReadonlySet<HtlcEventNews>): string[] {
  const has = ([...news]: readonly HtlcEventNews[]): boolean => news.some((each) => kept.has(each));
  const found = [];
  if (has(SETTLED.slice(0, 1)) && has(SETTLED.slice(1))) found.push('1 served');
  if (has(FAILED.slice(0, 1)) && has(FAILED.slice(1))) found.push('2 failed');
  if (has(REFUSED.slice(0, 1))) found.push('3 INSUFFICIENT_BALANCE');
  return found;
}

describe('forwards from news', () => {
  it('come to the same in every order of it, with any of it lost', () => {
    let count = 0;
    for (const news of arrangements([...SETTLED, ...FAILED, ...REFUSED])) {
      const found = ends(news);
      const expected = truth(new Set(news));
      if (found.join() !== expected.join()) expect(found).toEqual(expected);
      count++;
    }
    // Of eight, the sum over k of 8! / (8 - k)!
    expect(count).toBe(109_601);
  });

  it.each([
    ['one that settled and one that was refused', [...SETTLED, ...REFUSED]],
    ['one that failed and one that was refused', [...FAILED, ...REFUSED]],
  ])('come to the same in every order with all of it told twice: %s', (_what, story) => {
    let count = 0;
    for (const news of orders([...story, ...story])) {
      const found = ends(news);
      const expected = truth(new Set(story));
      if (found.join() !== expected.join()) expect(found).toEqual(expected);
      count++;
    }
    // 10! / 2^5
    expect(count).toBe(113_400);
  });

  it('do not include payments of our own', () => {
    for (const news of orders(ownStory({ id: 7 }))) expect(ends(news)).toEqual([]);
    // Nor do they take room, but for the word that does not say whose it is.
    const circuits = new HtlcCircuits();
    for (let id = 0; id < 10; id++) {
      const own = ownStory({ id }).filter(({ purpose }) => purpose !== 'unknown');
      for (const news of own) circuits.observe(news, START_MS);
    }
    expect(circuits.size).toBe(0);
  });

  it('have their amounts, channels and dates', () => {
    const circuits = new HtlcCircuits();
    const [end] = SETTLED.toReversed().flatMap((news) => circuits.observe(news, START_MS) ?? []);
    expect(end).toEqual({
      end: 'served',
      inChannelId: channel(1),
      outChannelId: channel(2),
      amountInMsat: 100_100_000,
      amountOutMsat: 100_000_000,
      beganAtMs: START_MS,
      endedAtMs: START_MS + 1000,
    });
  });

  it('are told apart by channel and id', () => {
    const one = settledStory({ id: 1, from: 1 });
    const other = settledStory({ id: 1, from: 3 });
    expect(ends([...one, ...other])).toEqual(['1 served', '1 served']);
  });

  it('are forgotten when they are too many or too old, the oldest first', () => {
    const circuits = new HtlcCircuits({ mostOpen: 10, mostEnded: 10 });
    for (let id = 0; id < 1000; id++) {
      circuits.observe(settledStory({ id })[0]!, START_MS);
      circuits.observe(refusedStory({ id: id + 5000 })[0]!, START_MS);
      circuits.observe(settledStory({ id: id + 9000 })[1]!, START_MS);
      expect(circuits.size).toBeLessThanOrEqual(33);
    }
    const settle = (id: number) => circuits.observe(settledStory({ id })[1]!, START_MS);
    expect(settle(100)).toBeUndefined();
    expect(settle(999)).toMatchObject({ end: 'served' });

    const later = START_MS + 15 * 24 * 3_600_000 + 1;
    expect(circuits.observe(settledStory({ id: 998 })[1]!, later)).toBeUndefined();
    expect(circuits.size).toBe(1);
  });

  it('that live on keep what is told again from being counted, for an hour', () => {
    const circuits = new HtlcCircuits();
    const [refused] = refusedStory({ id: 1 });
    expect(circuits.observe(refused!, START_MS)).toBeDefined();
    expect(circuits.observe(refused!, START_MS + 3_600_000)).toBeUndefined();
  });
});
