/** The time that the tasks of one node run in: steps of equal length, one task in each. */

/** 3 February 2026, the day of the real snapshot. */
const START_MS = Date.UTC(2026, 1, 3);
const MINUTE_MS = 60_000;
/** Between the beginnings of two tasks. */
export const STEP_MS: number = 10 * MINUTE_MS;
export const DAY_MS: number = 24 * 60 * MINUTE_MS;
/** What a failed attempt takes; a success is reckoned to take as long. */
export const ATTEMPT_MS = 4000;

export const stepTimeMs = (step: number): number => START_MS + step * STEP_MS;
