import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isoDate,
  type PeriodLength,
  periodAt,
  periodsBetween,
} from '../../src/accounts/calendar.ts';
import { DAY_MS } from '../../src/units/time.ts';
import { testSeed } from '../seeded-random.ts';

const anyMs = fc.integer({
  min: Date.UTC(1, 0, 1) - 1900 * 365 * DAY_MS,
  max: Date.UTC(2400, 0, 1),
});

test('days are those of Date', () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 200_000 }), (day) => {
      expect(isoDate(day)).toBe(new Date(day * DAY_MS).toISOString().slice(0, 10));
    }),
    { seed: testSeed(20261201), numRuns: 500 },
  );
  for (const date of ['2000-02-29', '2100-03-01', '2026-12-31', '1970-01-01']) {
    expect(isoDate(Date.parse(date) / DAY_MS)).toBe(date);
  }
});

test.each<[PeriodLength, (start: Date) => boolean]>([
  ['day', (start) => start.getTime() % DAY_MS === 0],
  ['week', (start) => start.getUTCDay() === 1],
  ['month', (start) => start.getUTCDate() === 1],
])('a %s holds its moments, and begins where the next should', (length, begins) => {
  fc.assert(
    fc.property(anyMs, (atMs) => {
      const period = periodAt(atMs, length);
      expect(period.fromMs).toBeLessThanOrEqual(atMs);
      expect(period.toMs).toBeGreaterThan(atMs);
      expect(begins(new Date(period.fromMs))).toBe(true);
      expect(begins(new Date(period.toMs))).toBe(true);
      expect(periodAt(period.toMs - 1, length)).toEqual(period);
      expect(periodAt(period.toMs, length).fromMs).toBe(period.toMs);
      const date = new Date(period.fromMs).toISOString();
      expect(period.label).toBe(date.slice(0, length === 'month' ? 7 : 10));
    }),
    { seed: testSeed(20261202), numRuns: 300 },
  );
});

test('periods between cover the time without gaps', () => {
  const fromMs = Date.UTC(2024, 0, 30, 12);
  const toMs = Date.UTC(2024, 2, 1);
  const months = periodsBetween({ fromMs, toMs }, 'month');
  expect(months.map(({ label }) => label)).toEqual(['2024-01', '2024-02']);
  expect(periodsBetween({ fromMs, toMs }, 'day')).toHaveLength(31);
  expect(periodsBetween({ fromMs, toMs: fromMs }, 'day')).toEqual([]);
});
