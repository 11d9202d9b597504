/** Nearest-rank percentiles of times. */
export interface Percentiles {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** All 0 where there is nothing to measure. */
export function percentiles(timesMs: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(timesMs).sort();
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { medianMs: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
