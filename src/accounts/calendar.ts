/** Days, weeks and months of UTC as numbers. */
import { DAY_MS } from '../units/time.ts';

export type PeriodLength = 'day' | 'week' | 'month';

export interface Period {
  /** Milliseconds since the Unix epoch. */
  readonly fromMs: number;
  /** The first moment that is not in it. */
  readonly toMs: number;
  /** `2026-02-03`, the week that begins on it, or `2026-02`. */
  readonly label: string;
}

/** The period that a moment lies in. Weeks begin on Monday. */
export function periodAt(atMs: number, length: PeriodLength): Period {
  const day = Math.floor(atMs / DAY_MS);
  switch (length) {
    case 'day':
      return periodOf(day, day + 1, isoDate(day));
    case 'week': {
      // The epoch was a Thursday.
      const monday = day - mod(day + 3, 7);
      return periodOf(monday, monday + 7, isoDate(monday));
    }
    case 'month': {
      const first = day - dateOf(day).day + 1;
      let next = first + 28;
      while (dateOf(next).day !== 1) next++;
      return periodOf(first, next, isoDate(first).slice(0, 7));
    }
  }
}

/** All that have a part in the time from `fromMs` until before `toMs`. */
export function periodsBetween(
  { fromMs, toMs }: Pick<Period, 'fromMs' | 'toMs'>,
  length: PeriodLength,
): readonly Period[] {
  const periods: Period[] = [];
  for (let atMs = fromMs; atMs < toMs; ) {
    const period = periodAt(atMs, length);
    periods.push(period);
    atMs = period.toMs;
  }
  return periods;
}

const periodOf = (from: number, to: number, label: string): Period => ({
  fromMs: from * DAY_MS,
  toMs: to * DAY_MS,
  label,
});

const mod = (value: number, by: number): number => ((value % by) + by) % by;

/** `2026-02-03` for a number of days since the Unix epoch. */
export function isoDate(day: number): string {
  const date = dateOf(day);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
}

const DAYS_OF_4_CENTURIES = 146_097;
/** From 1 March of the year 0 to the epoch. Years that begin in March have their leap day at the end. */
const EPOCH_DAY = 719_468;

/** Of the Gregorian calendar. */
function dateOf(day: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const since = day + EPOCH_DAY;
  const era = Math.floor(since / DAYS_OF_4_CENTURIES);
  const dayOfEra = since - era * DAYS_OF_4_CENTURIES;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Months from March on take 153 days in fives.
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + 400 * era + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}
