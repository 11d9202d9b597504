import { describe, expect, it } from 'vitest';
import { cutBy } from '../../../src/cli/report/report-options.ts';
import { moment, timeRange, timeSpan } from '../../../src/cli/report/time-range.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-02-03T12:00Z');

describe('the time of a report', () => {
  it.each([
    ['36h', 36 * HOUR],
    ['30d', 720 * HOUR],
    ['8w', 8 * 168 * HOUR],
  ])('since %s', (text, ms) => {
    expect(timeSpan(text)).toBe(ms);
    expect(timeRange({ since: ms }, NOW)).toEqual({ fromMs: NOW - ms, toMs: NOW });
  });

  it.each(['30', 'd', '1.5d', '-3d', '0d', '30m', '999999w', ''])('refuses since %j', (text) => {
    expect(() => timeSpan(text)).toThrow(/hours, days or weeks: 36h, 30d or 8w/);
  });

  it.each([
    ['2026-02-03', '2026-02-03T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-02-03T15:30Z', '2026-02-03T15:30:00.000Z'],
    ['2026-02-03T15:30:10+02:00', '2026-02-03T13:30:10.000Z'],
  ])('takes %s', (text, iso) => {
    expect(new Date(moment(text)).toISOString()).toBe(iso);
  });

  it.each(['yesterday', '2026-02-30', '2026-13-01', '3.2.2026', '2026-02-03T15:30', '1969-01-01'])(
    'refuses %j',
    (text) => {
      expect(() => moment(text)).toThrow(/It must be a date, such as 2026-02-03/);
    },
  );

  it('is thirty days until now unless told otherwise, and never ends before it begins', () => {
    expect(timeRange({}, NOW)).toEqual({ fromMs: NOW - 720 * HOUR, toMs: NOW });
    const [from, to] = [moment('2026-01-01'), moment('2026-02-01')];
    expect(timeRange({ from, to }, NOW)).toEqual({ fromMs: from, toMs: to });
    expect(timeRange({ from, to: moment('9999-12-31') }, NOW)).toEqual({ fromMs: from, toMs: NOW });
    expect(() => timeRange({ from: moment('2026-03-01') }, NOW)).toThrow(
      /not before its end, 2026-02-03/,
    );
    expect(timeRange({ since: HOUR, to }, NOW)).toEqual({ fromMs: to - HOUR, toMs: to });
    expect(() => timeRange({ from: to, to: from }, NOW)).toThrow(
      'the time begins at 2026-02-01T00:00:00.000Z, which is not before its end, 2026-01-01T00:00:00.000Z',
    );
    expect(() => timeRange({ from, since: HOUR }, NOW)).toThrow(/--since and --from both/);
  });
});

describe('rows', () => {
  it.each([
    ['day', { period: 'day' }],
    ['pair', { place: 'pair' }],
    ['month,channel', { period: 'month', place: 'channel' }],
    ['pair, week', { period: 'week', place: 'pair' }],
  ])('by %s', (text, cut) => {
    expect(cutBy(text)).toEqual(cut);
  });

  it.each(['', 'year', 'day,week', 'channel,pair', 'day,day', 'day,', 'Day'])(
    'not by %j',
    (text) => {
      expect(() => cutBy(text)).toThrow(/day, week or month, channel or pair, or one of each/);
    },
  );
});
