/**
 * How often a bound has stood in each bucket, in 1/32 of a time; older times count less with each new one, so that no
 * bucket can overflow its sixteen bits (LDK: `scoring.rs`, `HistoricalBucketRangeTracker`).
 */
import { BUCKETS, bucketOf, TICKS, tickOf } from './positions.ts';

export type BucketRow = Uint16Array;

/** One time in a bucket. */
export const ONE_TIME = 32;

export const emptyRow = (): BucketRow => new Uint16Array(BUCKETS);

/** Notes a bound's distance from its end of the channel. Distances above the capacity are dropped. */
export function note(row: BucketRow, offsetMsat: number, capacityMsat: number): void {
  const tick = tickOf(offsetMsat, capacityMsat);
  if (tick >= TICKS) return;
  for (let i = 0; i < BUCKETS; i++) row[i] = Math.floor((row[i]! * 2047) / 2048);
  const bucket = bucketOf(tick);
  row[bucket] = Math.min(0xffff, row[bucket]! + ONE_TIME);
}

/** Lets everything fade by so many half-lives. */
export function fade(row: BucketRow, halfLives: number): void {
  const share = Math.floor(1024 * 0.5 ** halfLives);
  for (let i = 0; i < BUCKETS; i++) row[i] = Math.floor((row[i]! * share) / 1024);
}
