/** The figures of one point: an arm at one weight. */
import { ATTEMPT_MS } from '../world/sequence.ts';
import type { Observed, ObservedTask } from './observed.ts';
import { type Estimate, estimate, type NodeCounts, type Resamples, weighted } from './resamples.ts';

/** Success is reported within so many attempts. */
export const WITHIN = [1, 3, 5, 10] as const;

export interface Point {
  readonly truth: string;
  readonly belief: Observed['belief'];
  readonly arm: string;
  readonly weight: number;
  readonly tasks: number;
  readonly successes: number;
  /** Of all tasks, those that failed included. */
  readonly attempts: number;
  readonly attemptsPerSuccess: Estimate;
  /** Share of the tasks solved within 1, 3, 5 and 10 attempts. */
  readonly successWithin: Readonly<Record<(typeof WITHIN)[number], Estimate>>;
  /** Tasks that every point of the same truth and belief solved; the two figures after it are of them. */
  readonly commonTasks: number;
  /** Mean over tasks. */
  readonly feePpm: Estimate;
  /** Sum of the fees over the sum of the oracle's. */
  readonly feeOverOracle: Estimate;
  /** Delivered, at 4 s for each attempt, whether it fails or succeeds. */
  readonly satPerMinute: Estimate;
  readonly searchMsP50: number;
  readonly searchMsP99: number;
}

/** @param observed All points of one truth and belief. */
export function points(observed: readonly Observed[], samples: Resamples): Point[] {
  const common = commonlySolved(observed);
  return observed.map((one) => point(one, common, samples));
}

/** Of a task that was solved. */
export const feePpmOf = ({ feeMsat, amountMsat }: ObservedTask): number =>
  (feeMsat! / amountMsat) * 1e6;

/** By node and task: whether all solved it. */
function commonlySolved(observed: readonly Observed[]): boolean[][] {
  return (observed[0]?.nodes ?? []).map((tasks, node) =>
    tasks.map((_, task) => observed.every(({ nodes }) => nodes[node]![task]!.feeMsat !== null)),
  );
}

function point(
  observed: Observed,
  common: readonly (readonly boolean[])[],
  samples: Resamples,
): Point {
  const { truth, belief, arm, weight } = observed;
  const column = (of: (task: ObservedTask, node: number, at: number) => number): Float64Array =>
    Float64Array.from(observed.nodes, (tasks, node) =>
      tasks.reduce((sum, task, at) => sum + of(task, node, at), 0),
    );
  const solved = (of: (task: ObservedTask) => number): Float64Array =>
    column((task) => (task.feeMsat === null ? 0 : of(task)));
  const shared = (of: (task: ObservedTask) => number): Float64Array =>
    column((task, node, at) => (common[node]![at] === true ? of(task) : 0));
  const ratio = (over: Float64Array, under: Float64Array, factor = 1): Estimate =>
    estimate(samples, (counts) => quotient(over, under, counts, factor));
  const [tasks, attempts] = [column(() => 1), column((task) => task.attempts)];
  const successes = solved(() => 1);
  const within = (limit: number): Estimate =>
    ratio(
      solved((task) => (task.attempts <= limit ? 1 : 0)),
      tasks,
    );
  const commonTasks = shared(() => 1);
  const search = Float64Array.from(observed.searchMs).sort();
  const total = (sums: Float64Array): number => weighted(sums, samples.observed);
  return {
    truth,
    belief,
    arm,
    weight,
    tasks: total(tasks),
    successes: total(successes),
    attempts: total(attempts),
    attemptsPerSuccess: ratio(attempts, successes),
    successWithin: { 1: within(1), 3: within(3), 5: within(5), 10: within(10) },
    commonTasks: total(commonTasks),
    feePpm: ratio(shared(feePpmOf), commonTasks),
    feeOverOracle: ratio(
      shared((task) => task.feeMsat!),
      shared((task) => task.oracleFeeMsat),
    ),
    satPerMinute: ratio(
      solved((task) => task.amountMsat / 1000),
      attempts,
      60_000 / ATTEMPT_MS,
    ),
    searchMsP50: quantile(search, 0.5),
    searchMsP99: quantile(search, 0.99),
  };
}

function quotient(
  over: Float64Array,
  under: Float64Array,
  counts: NodeCounts,
  factor: number,
): number | null {
  const divisor = weighted(under, counts);
  return divisor === 0 ? null : (weighted(over, counts) / divisor) * factor;
}

/** Nearest rank; 0 where there is nothing. */
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
