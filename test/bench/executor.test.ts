import { expect, it } from 'vitest';
import { benchmarkResult } from '../../bench/report/result.ts';
import { executorSuite } from '../../bench/suites/executor.ts';
import { TINY_OPTIONS } from './tiny-benchmark.ts';

it('measures attempts beside bare calls, with the same outcomes as ever', async () => {
  const suite = await executorSuite({ options: TINY_OPTIONS });
  const { rows, figures, hash } = benchmarkResult([suite]);
  process.stdout.write(`hash of the tiny executor benchmark: ${hash}\n`);
  // Each of 20 circles costs 10 ppm more than the one before.
  expect(suite.facts).toContain(
    'attempt, journal in SQLite, 3 in flight: 6 attempts_exhausted, 120 attempts, 23400 msat tried, 0 paid',
  );
  expect(suite.facts).toContain(
    'rebalance in one attempt, journal in SQLite, 3 in flight: 24 settled, 24 attempts, 2400 msat tried, 2400 paid',
  );
  expect(hash).toBe('3ba376c1f69057af');
  for (const { name, medianMs, p95Ms, p99Ms, found } of rows) {
    expect(found, name).toBeGreaterThan(0);
    expect(medianMs, name).toBeGreaterThan(0);
    expect(p95Ms, name).toBeGreaterThanOrEqual(medianMs);
    expect(p99Ms, name).toBeGreaterThanOrEqual(p95Ms);
  }
  expect(figures.map(({ label }) => label)).toEqual([
    'attempt, journal in memory, 1 in flight, above the bare call',
    'attempt, journal in SQLite, 1 in flight, above the bare call',
    'attempts per second, 1 in flight',
    'rebalances per second, 1 in flight',
    'attempts per second, 3 in flight',
    'rebalances per second, 3 in flight',
  ]);
});
