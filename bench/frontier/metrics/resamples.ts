/**
 * Bootstrap samples clustered by node: what happens to one node's tasks hangs together, so whole nodes are drawn. The
 * same draws serve every figure and every arm, which makes comparisons paired.
 */
import { SeededRandom } from '../../../src/sim/random.ts';

/** How often each node was drawn into a sample. */
export type NodeCounts = Uint16Array;

export interface Resamples {
  /** Each node once: the observation itself. */
  readonly observed: NodeCounts;
  readonly drawn: readonly NodeCounts[];
}

export function resamples(nodes: number, options: { count: number; seed: string }): Resamples {
  const random = new SeededRandom(options.seed).fork('bootstrap');
  const drawn = Array.from({ length: options.count }, () => {
    const counts = new Uint16Array(nodes);
    for (let i = 0; i < nodes; i++) counts[random.below(nodes)]!++;
    return counts;
  });
  return { observed: new Uint16Array(nodes).fill(1), drawn };
}

/** Bounds between which 95 % of the samples lie. */
export type Interval = readonly [low: number, high: number];

/** `null` where the figure cannot be told, or not in more than half of the samples. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** A figure of the observation and of each sample. It gives `null` where it cannot be told. */
export function estimate(
  { observed, drawn }: Resamples,
  figure: (counts: NodeCounts) => number | null,
): Estimate {
  const value = figure(observed);
  const values: number[] = [];
  for (const counts of drawn) {
    const sampled = figure(counts);
    if (sampled !== null) values.push(sampled);
  }
  return { value, interval: 2 * values.length > drawn.length ? percentiles(values) : null };
}

function percentiles(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.025), at(0.975)];
}

/** Sum of a column by node over a sample. */
export function weighted(column: Float64Array, counts: NodeCounts): number {
  let sum = 0;
  for (let node = 0; node < column.length; node++) sum += column[node]! * counts[node]!;
  return sum;
}
