import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchmarkNetwork } from '../../bench/network/benchmark-network.ts';
import type { BenchmarkResult } from '../../bench/report/result.ts';
import { runBenchmark } from '../../bench/run-benchmark.ts';
import { TINY_OPTIONS, tinyNetwork } from './tiny-benchmark.ts';

describe('the comparison with LDK on a small network', () => {
  let network: BenchmarkNetwork;
  let result: BenchmarkResult;
  beforeAll(async () => {
    network = tinyNetwork();
    const suites = ['plain'] as const;
    result = await runBenchmark(network, { options: TINY_OPTIONS, suites, progress: () => {} });
  });
  afterAll(() => network.dispose());

  const search = (name: string) => {
    const found = result.rows.find((row) => row.name === name)?.search;
    if (found === undefined) throw new Error(`there is no row ${name}`);
    return found;
  };

  it('gives the same results as ever', () => {
    process.stdout.write(`hash of the tiny comparison with LDK: ${result.hash}\n`);
    expect(result.hash).toBe('fc36de98c055bb8a');
  });

  it.each(['', ' (peers)'])('finds routes at the least fee where LDK finds any%s', (suffix) => {
    const optimum = search(`Dijkstra on typed arrays, plain routes${suffix}`).costs;
    expect(search(`Ballast, plain routes${suffix}`).costs).toEqual(optimum);
    for (const scoring of ['zero penalty', 'probabilistic']) {
      const { costs } = search(`LDK ${scoring}${suffix}`);
      expect(costs.some((cost) => cost !== null)).toBe(true);
      costs.forEach((cost, query) => {
        if (cost !== null) expect(cost).toBeGreaterThanOrEqual(optimum[query]!);
      });
    }
  });
});
