/**
 * Places within a channel as LDK's history has them: in 2^14 ticks of the capacity, and in 32 buckets that are narrow
 * near both ends, where balances are most of the time (LDK: `scoring.rs`, `bucketed_history`).
 */

export const TICKS: number = 2 ** 14;
export const BUCKETS = 32;

/** Widths grow from one tick to a sixteenth of the channel, in the middle to an eighth, and shrink the same way. */
const HALF_OF_WIDTHS = [
  1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024, 2048, 2048,
] as const;

/** By bucket, where it starts; and behind the last one, where that ends. */
export const BUCKET_STARTS: Uint16Array = bucketStarts();

function bucketStarts(): Uint16Array {
  const starts = new Uint16Array(BUCKETS + 1);
  const widths = [...HALF_OF_WIDTHS, ...HALF_OF_WIDTHS.toReversed()];
  widths.forEach((width, bucket) => {
    starts[bucket + 1] = starts[bucket]! + width;
  });
  return starts;
}

/** A product of an amount and the ticks above this one is not exact in doubles. */
const EXACT_UP_TO_MSAT = Number.MAX_SAFE_INTEGER / TICKS;

/** Tick of an amount; `TICKS` or more where it is above the capacity. */
export function tickOf(amountMsat: number, capacityMsat: number): number {
  if (amountMsat <= EXACT_UP_TO_MSAT) return Math.floor((amountMsat * TICKS) / (capacityMsat + 1));
  return Number((BigInt(amountMsat) * BigInt(TICKS)) / BigInt(capacityMsat + 1));
}

/** Bucket of a tick below `TICKS`. */
export function bucketOf(tick: number): number {
  let bucket = 0;
  while (tick >= BUCKET_STARTS[bucket + 1]!) bucket++;
  return bucket;
}
