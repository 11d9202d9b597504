import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { datesToDrop } from '../../src/store/thin-balances.ts';
import { testSeed } from '../seeded-random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Kept one after another, each time thinned out, as a store does. */
function keptOf(dates: readonly number[]): readonly number[] {
  let kept: readonly number[] = [];
  for (const atMs of dates) {
    const all = [...new Set([...kept, atMs])].sort((a, b) => a - b);
    const dropped = new Set(datesToDrop(all, atMs));
    kept = all.filter((date) => !dropped.has(date));
  }
  return kept;
}

const everyTenMinutes = (days: number): number[] =>
  Array.from({ length: days * 144 }, (_, i) => 1_700_000_000_000 + i * 10 * MINUTE);

describe('samples of balances', () => {
  test('each ten minutes are all kept for a day, one an hour for a month, one a day from then on', () => {
    const dates = everyTenMinutes(60);
    const nowMs = dates.at(-1)!;
    const kept = keptOf(dates);
    const between = (youngest: number, oldest: number) =>
      kept.filter((atMs) => nowMs - atMs > youngest && nowMs - atMs <= oldest);
    expect(between(-1, DAY)).toEqual(dates.filter((atMs) => nowMs - atMs <= DAY));
    const hours = between(DAY, 30 * DAY);
    expect(hours.length).toBeGreaterThanOrEqual(29 * 24 - 1);
    expect(hours.length).toBeLessThanOrEqual(29 * 24 + 1);
    const days = between(30 * DAY, 60 * DAY);
    expect(days.length).toBeGreaterThanOrEqual(29);
    expect(days.length).toBeLessThanOrEqual(31);
    // The last of each.
    for (const atMs of hours.slice(0, -1)) expect(Math.floor(atMs / MINUTE) % 60).toBe(53);
  });

  test('older than three years go; a clock that ran ahead loses nothing by being set back', () => {
    const monthly = Array.from({ length: 38 }, (_, i) => i * 30 * DAY).filter(
      (atMs) => atMs < 3 * 365 * DAY,
    );
    const [three, more] = [3 * 365 * DAY, 3 * 365 * DAY + 1];
    expect(datesToDrop([...monthly, three], three)).toEqual([]);
    expect(datesToDrop([...monthly, more], more)).toEqual([0]);
    expect(datesToDrop([5 * DAY, 9 * DAY], DAY)).toEqual([]);
  });

  test('are bounded however often they come', () => {
    const dates = Array.from({ length: 4000 }, (_, i) => i * MINUTE);
    expect(keptOf(dates).length).toBeLessThan(288 + 2 * 24);
  });

  test('thinned out at each of them are the same as thinned out once at the end', () => {
    const dates = fc
      .array(
        fc.oneof(
          fc.integer({ min: 0, max: 20 * MINUTE }),
          fc.integer({ min: 0, max: 3 * HOUR }),
          fc.integer({ min: 0, max: 28 * DAY }),
        ),
        { maxLength: 60 },
      )
      .map((gaps) => {
        let atMs = 0;
        return gaps.map((gap) => (atMs += gap + 1));
      });
    fc.assert(
      fc.property(dates, (ascending) => {
        const kept = keptOf(ascending);
        const nowMs = ascending.at(-1) ?? 0;
        const dropped = new Set(datesToDrop(ascending, nowMs));
        expect(kept).toEqual(ascending.filter((atMs) => !dropped.has(atMs)));
        expect(kept.at(-1)).toBe(ascending.at(-1));
      }),
      { seed: testSeed(20261122) },
    );
  });

  test.each([
    ['one sample', [5000 * DAY]],
    ['an afternoon', Array.from({ length: 36 }, (_, i) => 5000 * DAY + i * 10 * MINUTE)],
    ['four weeks', Array.from({ length: 28 * 144 }, (_, i) => 5000 * DAY + i * 10 * MINUTE)],
  ])('a clock that runs years ahead, for %s, costs none of the others', (_what, ahead) => {
    const before = everyTenMinutes(33);
    const after = [1, 2, 3].map((n) => before.at(-1)! + n * 10 * MINUTE);
    const wrong = ahead.map((atMs) => before[0]! + atMs);
    const kept = keptOf([...before, ...wrong, ...after]);
    expect(kept.filter((atMs) => atMs < wrong[0]!)).toEqual(keptOf([...before, ...after]));
    // Nor is the last of them in the way.
    expect(kept.at(-1)).toBe(wrong.at(-1));
  });

  test('after a pause of months they are thinned out as ever, a month later', () => {
    const dates = everyTenMinutes(100).filter((_, i) => i < 10 * 144 || i >= 60 * 144);
    const [paused, resumed] = [dates[10 * 144 - 1]!, dates[10 * 144]!];
    const upTo = (days: number) => dates.filter((atMs) => atMs <= resumed + days * DAY);
    const older = (kept: readonly number[]) => kept.filter((atMs) => atMs <= paused);
    expect(older(keptOf(upTo(20)))).toEqual(keptOf(dates.slice(0, 10 * 144)));
    // One a day.
    expect(older(keptOf(upTo(31))).length).toBeLessThanOrEqual(11);
    expect(keptOf(dates).length).toBeLessThan(288 + 720 + 60);
  });

  test('a clock that was years ahead for months keeps what comes after it is set back', () => {
    const wrong = everyTenMinutes(40);
    const right = Array.from({ length: 20 }, (_, i) => i * 10 * MINUTE);
    const kept = keptOf([...wrong, ...right]);
    expect(kept.filter((atMs) => atMs < wrong[0]!)).toEqual(right);
  });
});
