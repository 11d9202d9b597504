/** The seeds of `npm test`, in parts that run side by side. BALLAST_TEST_SEED starts them elsewhere. */
import { testSeed } from '../seeded-random.ts';
import { FAULT_KINDS } from './faults/fault-kinds.ts';
import type { SystemName } from './ports/node-system.ts';
import { failureLines, reportTable } from './report-table.ts';
import { runSeeds } from './run-seeds.ts';

const SEEDS = 1000;

export interface PartResult {
  readonly failures: readonly string[];
  /** Faults that never struck, and work that was never done: seeds without them show nothing about them. */
  readonly absent: readonly string[];
  readonly settledPerSeed: number;
}

/** Those that only an lnd can have. */
const OF_LND: ReadonlySet<string> = new Set([
  'payment left without an attempt',
  'lnd slow to register an attempt',
]);

/** Prints the table of its part. */
export async function runPart({
  part,
  of,
  system = 'lnd',
}: {
  readonly part: number;
  readonly of: number;
  readonly system?: SystemName;
}): Promise<PartResult> {
  const count = SEEDS / of;
  const first = testSeed(1) + (part - 1) * count;
  const startedNs = process.hrtime.bigint();
  const result = await runSeeds({ first, count }, { system });
  const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
  process.stdout.write(`seeds ${first} to ${first + count - 1}\n${reportTable(result, seconds)}\n`);
  const done: [string, number][] = [
    ...FAULT_KINDS.filter((kind) => system === 'lnd' || !OF_LND.has(kind)).map(
      (kind): [string, number] => [kind, result.tally.of(kind)],
    ),
    ['several payments', result.repeated],
    ['records removed', result.removed],
    ['probed', result.reports.get('probed') ?? 0],
  ];
  return {
    failures: result.failures.map(failureLines),
    absent: done.filter(([, times]) => times === 0).map(([name]) => name),
    settledPerSeed: result.settled / count,
  };
}
