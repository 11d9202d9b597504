/** Over how many days a sum of what has decayed is to be spread. */
import { DAY_MS } from '../units/time.ts';
/** A busy first day promises no busy week: what was seen in less time counts as that of so many days. */
export const LEAST_DAYS = 3;

/** Days of the past, each counted by the weight of what happened on it. */
export function decayedDays(days: number, halfLifeMs: number): number {
  const lifeDays = halfLifeMs / DAY_MS / Math.LN2;
  return lifeDays * -Math.expm1(-days / lifeDays);
}
