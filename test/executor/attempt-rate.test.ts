import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttemptRate } from '../../src/executor/attempt-rate.ts';
import { testSeed } from '../seeded-random.ts';

const MINUTE_MS = 60_000;

test('attempts begin at once until the minute is full, then when the oldest is a minute old', () => {
  const rate = new AttemptRate(2);
  expect(rate.pauseMs(1_000)).toBe(0);
  rate.count(1_000);
  expect(rate.pauseMs(11_000)).toBe(0);
  rate.count(11_000);
  expect(rate.pauseMs(11_000)).toBe(50_000);
  expect(rate.pauseMs(60_999)).toBe(1);
  expect(rate.pauseMs(61_000)).toBe(0);
  rate.count(61_000);
  expect(rate.pauseMs(61_000)).toBe(10_000);
});

test('asking does not count', () => {
  const rate = new AttemptRate(1);
  expect([rate.pauseMs(0), rate.pauseMs(0), rate.pauseMs(0)]).toEqual([0, 0, 0]);
});

test('a clock that is set back by a day does not shut the way for a day', () => {
  const rate = new AttemptRate(1);
  const day = 24 * 60 * MINUTE_MS;
  rate.count(2 * day);
  expect(rate.pauseMs(2 * day)).toBe(MINUTE_MS);
  expect(rate.pauseMs(day)).toBe(0);
  rate.count(day);
  expect(rate.pauseMs(day + 1)).toBe(MINUTE_MS - 1);
});

test('whoever waits as told never exceeds the rate, nor waits longer than needed', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), gaps, (perMinute, all) => {
      const rate = new AttemptRate(perMinute);
      const begun: number[] = [];
      const inMinuteBefore = (atMs: number): number =>
        begun.filter((other) => other > atMs - MINUTE_MS && other <= atMs).length;
      let nowMs = 0;
      for (const gap of all) {
        nowMs += gap;
        const pause = rate.pauseMs(nowMs);
        if (pause > 0) expect(inMinuteBefore(nowMs + pause - 1)).toBe(perMinute);
        nowMs += pause;
        expect(inMinuteBefore(nowMs)).toBeLessThan(perMinute);
        rate.count(nowMs);
        begun.push(nowMs);
      }
    }),
    { seed: testSeed(61), numRuns: 300 },
  );
});
