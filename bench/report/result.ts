/** What a run of the benchmark ends in. */
import { createHash } from 'node:crypto';
import type { BenchmarkRow, SuiteRow } from './row.ts';

/** A figure that is no time of a search: bytes, rates, counts. */
export interface Figure {
  readonly label: string;
  readonly text: string;
}

/** What one suite contributes. */
export interface SuiteResult {
  readonly rows: readonly SuiteRow[];
  readonly figures?: readonly Figure[];
  /** Further results that the same input must always give; part of the hash. */
  readonly facts?: readonly (string | number)[];
}

export interface BenchmarkResult {
  readonly rows: readonly SuiteRow[];
  readonly figures: readonly Figure[];
  readonly hash: string;
}

export function benchmarkResult(suites: readonly SuiteResult[]): BenchmarkResult {
  return {
    rows: suites.flatMap(({ rows }) => rows),
    figures: suites.flatMap(({ figures }) => figures ?? []),
    hash: resultHash(suites),
  };
}

/** Of costs and counts only, never of times: the same on every machine while the answers are the same. */
function resultHash(suites: readonly SuiteResult[]): string {
  const content = suites.map(({ rows, facts }) => [
    rows.flatMap(({ suite, name, search }) =>
      search === undefined ? [] : [[suite, name, search.unproven, search.costs]],
    ),
    facts ?? [],
  ]);
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

/** The file that `--json` writes. */
export function resultJson(result: BenchmarkResult): string {
  const rows = result.rows.map(({ search, ...row }): BenchmarkRow => row);
  return `${JSON.stringify({ rows, hash: result.hash }, null, 2)}\n`;
}
