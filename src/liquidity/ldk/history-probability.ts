/**
 * What the history of a direction's bounds says: each pair of buckets for the lower and the upper bound is taken as if
 * it were known now, and counts by the fourth power of how often both were seen (LDK: `scoring.rs`,
 * `calculate_success_probability_times_billion`).
 */
import { type BucketRow, ONE_TIME } from './bucket-row.ts';
import { BUCKET_STARTS, BUCKETS, TICKS, tickOf } from './positions.ts';
import { exactShare } from './success-share.ts';

/** One direction's view of a channel's two rows. */
export interface DirectedHistory {
  /** By distance of the lower bound from 0. */
  readonly lower: BucketRow;
  /** By distance of the upper bound from the capacity. */
  readonly upper: BucketRow;
  /** `pairWeights` of the two, in either order. */
  readonly weights: number;
}

/** Below one time in one pair of buckets there is nothing to go by. */
const LEAST_WEIGHTS = ONE_TIME ** 4;

/** Sum of the weights of all pairs whose lower bound lies below the upper one. */
export function pairWeights(lower: BucketRow, upper: BucketRow): number {
  let sum = 0;
  for (let i = 0; i < BUCKETS; i++) {
    if (lower[i] === 0) continue;
    for (let j = 0; j < BUCKETS - i; j++) sum += weight(lower[i]!, upper[j]!);
  }
  return sum;
}

/** `null` where there is no history to speak of, or the amount is above the capacity. */
export function historyProbability(
  history: DirectedHistory,
  asked: { readonly amountMsat: number; readonly capacityMsat: number; readonly linear: boolean },
): number | null {
  const tick = tickOf(asked.amountMsat, asked.capacityMsat);
  if (tick >= TICKS || history.weights < LEAST_WEIGHTS) return null;
  let probability = atZero(history, tick, asked.linear);
  for (let i = 1; i < BUCKETS; i++) {
    if (history.lower[i] !== 0) probability += aboveZero(history, i, { tick, ...asked });
  }
  return probability;
}

const weight = (lower: number, upper: number): number => (lower * upper) ** 2;

/** The last tick of an upper bound's bucket. */
const topTick = (bucket: number): number => BUCKET_STARTS[BUCKETS - bucket]! - 1;

/**
 * A lower bound in the first bucket mostly says that a payment failed. Several failures of ever smaller amounts shall
 * not count as upper bounds one by one, so all of them are taken to have had the lowest.
 */
function atZero({ lower, upper, weights }: DirectedHistory, tick: number, linear: boolean): number {
  if (lower[0] === 0) return 0;
  let [highest, highestFull, sum] = [0, -1, 0];
  for (let j = 0; j < BUCKETS; j++) {
    if (upper[j]! >= ONE_TIME) highestFull = j;
    if (upper[j] !== 0) highest = j;
    sum += weight(lower[0]!, upper[j]!);
  }
  const maxMsat = topTick(highestFull >= 0 ? highestFull : highest);
  if (tick >= maxMsat) return 0;
  const share = exactShare(inTicks({ minMsat: 0, maxMsat, amountMsat: tick, linear }));
  return ((sum / weights) * share.numerator) / share.denominator;
}

function aboveZero(
  { lower, upper, weights }: DirectedHistory,
  bucket: number,
  { tick, linear }: { tick: number; linear: boolean },
): number {
  const minMsat = BUCKET_STARTS[bucket]!;
  let sum = 0;
  for (let j = 0; j < BUCKETS - bucket; j++) {
    const maxMsat = topTick(j);
    if (tick >= maxMsat) break;
    if (upper[j] === 0) continue;
    const counts = weight(lower[bucket]!, upper[j]!) / weights;
    if (tick < minMsat) sum += counts;
    else {
      const share = exactShare(inTicks({ minMsat, maxMsat, amountMsat: tick, linear }));
      sum += (counts * share.numerator) / share.denominator;
    }
  }
  return sum;
}

const inTicks = (of: {
  minMsat: number;
  maxMsat: number;
  amountMsat: number;
  linear: boolean;
}): Parameters<typeof exactShare>[0] => ({ ...of, capacityMsat: TICKS - 1, zeroIsUnproven: true });
