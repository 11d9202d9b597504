/** Which samples of balances are given up as they grow old. */
import { DAY_MS, HOUR_MS } from '../units/time.ts';

/**
 * Up to which age one sample is left of each slot of time. A slot is a whole number of the shorter ones, so that what
 * goes once would go later as well. At most 288 + 720 + 1,066 samples are left, and one more for each of the limits,
 * where slots are cut in two; and as many again of each time that lies before a jump (`JUMP_MS`).
 */
const AGES: readonly { readonly upToMs: number; readonly slotMs: number }[] = [
  { upToMs: DAY_MS, slotMs: HOUR_MS / 12 },
  { upToMs: 30 * DAY_MS, slotMs: HOUR_MS },
  { upToMs: 3 * 365 * DAY_MS, slotMs: DAY_MS },
];

/**
 * Where the dates jump by more than this, the clock may have: nothing from before the jump grows older by it until
 * samples after it have been taken for as long. A clock that runs years ahead for some hours so costs nothing; after a
 * true pause thinning out waits for a month.
 */
const JUMP_MS: number = 30 * DAY_MS;

/**
 * The dates of those that go: older than three years, or with a later one in the same slot.
 *
 * @param dates ascending; those after `nowMs` count as new
 * @param nowMs one of them
 */
export function datesToDrop(dates: readonly number[], nowMs: number): readonly number[] {
  const ages = agesOf(dates, nowMs);
  return dates.filter((atMs, i) => {
    const age = AGES.find(({ upToMs }) => ages[i]! <= upToMs);
    if (age === undefined) return true;
    const next = dates[i + 1];
    return next !== undefined && slot(next, age.slotMs) === slot(atMs, age.slotMs);
  });
}

function agesOf(dates: readonly number[], nowMs: number): readonly number[] {
  const ages = dates.map(() => 0);
  // The date by which they are reckoned, and the last one before the next jump.
  let byMs = nowMs;
  let lastMs = nowMs;
  let nextMs = nowMs;
  for (let i = dates.findLastIndex((atMs) => atMs <= nowMs); i >= 0; i--) {
    const atMs = dates[i]!;
    if (nextMs - atMs > JUMP_MS) {
      if (lastMs - nextMs < JUMP_MS) byMs = atMs;
      lastMs = atMs;
    }
    ages[i] = byMs - atMs;
    nextMs = atMs;
  }
  return ages;
}

const slot = (atMs: number, slotMs: number): number => Math.floor(atMs / slotMs);
