/** Into which periods a time is cut for the eye. */
import type { PeriodLength } from '../../../accounts/calendar.ts';
import { DAY_MS } from '../../../units/time.ts';

/** Most periods, of days and of weeks: their bars can still be told apart on a telephone. */
const MOST = 45;

export function lengthFor(time: { readonly fromMs: number; readonly toMs: number }): PeriodLength {
  const days = (time.toMs - time.fromMs) / DAY_MS;
  return days <= MOST ? 'day' : days <= 7 * MOST ? 'week' : 'month';
}
