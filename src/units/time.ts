/** Spans of time in milliseconds. */

export const HOUR_MS: number = 60 * 60 * 1000;

/** The last moment that a date can hold (ECMAScript, time range): what is dated later is dated wrongly. */
export const LATEST_DATE_MS = 8_640_000_000_000_000;

/** Days of UTC, as computers count them: without leap seconds. */
export const DAY_MS: number = 24 * HOUR_MS;
