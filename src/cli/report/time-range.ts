/** The time that a report is about, from options. */
import { InvalidArgumentError } from 'commander';
import { DAY_MS, HOUR_MS } from '../../units/time.ts';
import { UsageError } from '../exit-codes.ts';

export interface TimeRange {
  readonly fromMs: number;
  /** The first moment that is left out. */
  readonly toMs: number;
}

export interface TimeOptions {
  readonly since?: number;
  readonly from?: number;
  readonly to?: number;
}

const UNITS: Readonly<Record<string, number>> = {
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};
const DEFAULT_MS = 30 * DAY_MS;
/** More than anything could be known of. */
const MOST_MS = 20 * 365 * DAY_MS;

/** `30d`, `36h` or `8w`, in ms. */
export function timeSpan(text: string): number {
  const [, digits, unit] = /^([0-9]{1,6})([hdw])$/.exec(text) ?? [];
  const ms = Number(digits) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (ms > 0 && ms <= MOST_MS) return ms;
  throw new InvalidArgumentError('It must be a time of hours, days or weeks: 36h, 30d or 8w.');
}

/** `2026-02-03`, its beginning in UTC, or `2026-02-03T15:30Z`. */
export function moment(text: string): number {
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  const atMs = date === null ? Number.NaN : Date.parse(text);
  // Date takes 30 February for 2 March.
  const exists = !Number.isNaN(atMs) && isCalendarDay(text.slice(0, 10));
  if (exists && atMs >= 0) return atMs;
  throw new InvalidArgumentError(
    'It must be a date, such as 2026-02-03 (its beginning, in UTC) or 2026-02-03T15:30Z.',
  );
}

const isCalendarDay = (day: string): boolean => {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
};

/** @throws UsageError for a time that ends before it begins, and where it begins in two ways. */
export function timeRange(options: TimeOptions, nowMs: number): TimeRange {
  const { since, from, to } = options;
  if (since !== undefined && from !== undefined) {
    throw new UsageError('--since and --from both say when the time begins; give one of them');
  }
  // Of what is still to come nothing is known.
  const toMs = Math.min(to ?? nowMs, nowMs);
  const fromMs = Math.max(0, from ?? toMs - (since ?? DEFAULT_MS));
  if (fromMs < toMs) return { fromMs, toMs };
  const [begins, ends] = [fromMs, toMs].map((atMs) => new Date(atMs).toISOString());
  throw new UsageError(`the time begins at ${begins}, which is not before its end, ${ends}`);
}
