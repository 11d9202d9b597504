/** The seeds of `npm test`, in parts that run side by side. BALLAST_TEST_SEED starts them elsewhere. */
import { testSeed } from '../seeded-random.ts';
import { FAULT_KINDS, type FaultKind } from './faults/fault-kinds.ts';
import { failureLines, reportTable } from './report-table.ts';
import { runSeeds } from './run-seeds.ts';

const SEEDS = 1000;

export interface PartResult {
  readonly failures: readonly string[];
  /** Faults that never struck: seeds without them show nothing about them. */
  readonly absent: readonly FaultKind[];
  readonly settledPerSeed: number;
}

/** Prints the table of its part. */
export async function runPart({
  part,
  of,
}: {
  readonly part: number;
  readonly of: number;
}): Promise<PartResult> {
  const count = SEEDS / of;
  const first = testSeed(1) + (part - 1) * count;
  const startedNs = process.hrtime.bigint();
  const result = await runSeeds({ first, count });
  const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
  process.stdout.write(`seeds ${first} to ${first + count - 1}\n${reportTable(result, seconds)}\n`);
  return {
    failures: result.failures.map(failureLines),
    absent: FAULT_KINDS.filter((kind) => result.tally.of(kind) === 0),
    settledPerSeed: result.settled / count,
  };
}
