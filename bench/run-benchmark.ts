/** All suites, one after another, into one result. */
import type { BenchmarkNetwork } from './network/benchmark-network.ts';
import { type BenchmarkResult, benchmarkResult, type SuiteResult } from './report/result.ts';
import { circlesSuite } from './suites/circles.ts';
import { executorSuite } from './suites/executor.ts';
import { limitedCirclesSuite } from './suites/limited-circles.ts';
import { liquiditySuite } from './suites/liquidity.ts';
import { liveUpdatesSuite } from './suites/live-updates.ts';
import { loadingSuite } from './suites/loading.ts';
import { memorySuite } from './suites/memory.ts';
import { plainRoutesSuite } from './suites/plain-routes.ts';
import { type BenchmarkOptions, benchmarkSetting, type Setting } from './suites/setting.ts';
import { siblingsSuite } from './suites/siblings.ts';
import { tightLimitsSuite } from './suites/tight-limits.ts';
import { wholeNodeSuite } from './suites/whole-node.ts';

export type SuiteName =
  | 'loading'
  | 'memory'
  | 'updates'
  | 'circles'
  | 'limited'
  | 'limits'
  | 'siblings'
  | 'node'
  | 'executor'
  | 'liquidity'
  | 'plain';

/** In the order in which they run; LDK comes last, for its memory is never given back. */
const SUITES: Record<SuiteName, (setting: Setting) => SuiteResult | Promise<SuiteResult>> = {
  loading: loadingSuite,
  memory: memorySuite,
  updates: liveUpdatesSuite,
  circles: circlesSuite,
  limited: limitedCirclesSuite,
  limits: tightLimitsSuite,
  siblings: siblingsSuite,
  node: wholeNodeSuite,
  executor: executorSuite,
  liquidity: liquiditySuite,
  plain: plainRoutesSuite,
};

export const SUITE_NAMES: readonly SuiteName[] = Object.keys(SUITES) as SuiteName[];

export async function runBenchmark(
  network: BenchmarkNetwork,
  run: {
    readonly options: BenchmarkOptions;
    readonly suites: readonly SuiteName[];
    readonly progress: (line: string) => void;
  },
): Promise<BenchmarkResult> {
  const setting = benchmarkSetting(network, run.options);
  const results: SuiteResult[] = [];
  for (const name of SUITE_NAMES) {
    if (!run.suites.includes(name)) continue;
    run.progress(`measuring ${name} ...`);
    results.push(await SUITES[name](setting));
  }
  return benchmarkResult(results);
}
