/** Many simulations, one after another, and what they came to. */
import type { Violation } from './checkers/evidence.ts';
import { FaultTally } from './faults/fault-kinds.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

export interface Failure {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface SeedsResult {
  readonly seeds: number;
  readonly failures: readonly Failure[];
  readonly tally: FaultTally;
  readonly steps: number;
  readonly virtualMs: number;
  readonly rebalances: number;
  readonly attempts: number;
  readonly settled: number;
  readonly repeated: number;
  readonly removed: number;
  /** How many rebalances ended in each way, by the reports. */
  readonly reports: ReadonlyMap<string, number>;
}

export async function runSeeds(
  range: { readonly first: number; readonly count: number },
  options: Omit<SimulationOptions, 'seed'> = {},
  onSeed: (failure: Failure | undefined) => void = () => {},
): Promise<SeedsResult> {
  const failures: Failure[] = [];
  const tally = new FaultTally();
  const reports = new Map<string, number>();
  let [steps, virtualMs, rebalances, attempts, settled] = [0, 0, 0, 0, 0];
  let [repeated, removed] = [0, 0];
  for (let seed = range.first; seed < range.first + range.count; seed++) {
    const result = await simulate({ ...options, seed });
    tally.addAll(result.tally);
    steps += result.steps;
    virtualMs += result.virtualMs;
    rebalances += result.rebalances;
    attempts += result.attempts;
    settled += result.settled;
    repeated += result.repeated;
    removed += result.removed;
    for (const reason of result.reports) reports.set(reason, (reports.get(reason) ?? 0) + 1);
    const { violations } = result;
    const failure = violations.length === 0 ? undefined : { seed, violations };
    if (failure !== undefined) failures.push(failure);
    onSeed(failure);
  }
  const seeds = range.count;
  const sums = { steps, virtualMs, rebalances, attempts, settled, repeated, removed };
  return { seeds, failures, tally, ...sums, reports };
}
