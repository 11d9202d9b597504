import { describe, expect, it } from 'vitest';
import { decayedDays } from '../../src/planner/demand-days.ts';
import { type BalanceChange, openDays } from '../../src/planner/open-days.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1000 * DAY_MS;
const HALF_LIFE_MS = 7 * DAY_MS;
const DAYS = 10;
const SIZES = { out: 100, in: 100 };

const ago = (days: number): number => NOW_MS - days * DAY_MS;
const whole = (days: number): number => decayedDays(days, HALF_LIFE_MS);

const days = (changes: readonly BalanceChange[], localMsat: number, remoteMsat: number) =>
  openDays(changes, {
    localMsat,
    remoteMsat,
    sizes: SIZES,
    sinceMs: ago(DAYS),
    nowMs: NOW_MS,
    halfLifeMs: HALF_LIFE_MS,
  });

describe('the days on which a channel could serve', () => {
  it('are all of them where there was always enough, late ones counting most', () => {
    const all = days([], 500, 500);
    expect(all.out).toBeCloseTo(whole(DAYS), 9);
    expect(all.in).toBeCloseTo(whole(DAYS), 9);
  });

  it('are those before its balance left, and for room those after', () => {
    const left = days([{ atMs: ago(4), msat: -950 }], 20, 980);
    expect(left.out).toBeCloseTo(whole(DAYS) - whole(4), 9);
    expect(left.in).toBeCloseTo(whole(4), 9);
  });

  it('follow the balance through all that was moved, in whatever order it is told', () => {
    const changes = [
      { atMs: ago(2), msat: -600 },
      { atMs: ago(8), msat: -550 },
      { atMs: ago(6), msat: 600 },
    ];
    // From 550 to nothing, to 600 and to nothing again.
    const { out } = days(changes, 0, 1000);
    const open = whole(DAYS) - whole(8) + (whole(6) - whole(2));
    expect(out).toBeCloseTo(open, 9);
    expect(days(changes.toReversed(), 0, 1000)).toEqual(days(changes, 0, 1000));
  });

  it('are a quarter of the time at least', () => {
    const dry = days([], 0, 1000);
    expect(dry.out).toBeCloseTo(whole(DAYS) / 4, 9);
    expect(dry.in).toBeCloseTo(whole(DAYS), 9);
  });

  it('count as open where what was moved cannot have been all', () => {
    // 900 came five days ago, but there are 50: something else took the rest, and when is not known.
    const { out } = days([{ atMs: ago(5), msat: 900 }], 50, 950);
    expect(out).toBeCloseTo(whole(DAYS) - whole(5), 9);
  });

  it('leave out what lies before the time that is asked for', () => {
    const changes = [{ atMs: ago(DAYS + 1), msat: -900 }];
    expect(days(changes, 500, 500)).toEqual(days([], 500, 500));
  });
});
