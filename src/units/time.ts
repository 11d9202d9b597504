/** Spans of time in milliseconds. */

export const HOUR_MS: number = 60 * 60 * 1000;

/** Days of UTC, as computers count them: without leap seconds. */
export const DAY_MS: number = 24 * HOUR_MS;
