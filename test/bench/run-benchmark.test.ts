import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchmarkNetwork } from '../../bench/network/benchmark-network.ts';
import { type BenchmarkResult, resultJson } from '../../bench/report/result.ts';
import { resultTable } from '../../bench/report/table.ts';
import { runBenchmark, SUITE_NAMES } from '../../bench/run-benchmark.ts';
import { TINY_OPTIONS, tinyNetwork } from './tiny-benchmark.ts';

describe('the benchmark on a small network', () => {
  let network: BenchmarkNetwork;
  let result: BenchmarkResult;
  beforeAll(async () => {
    network = tinyNetwork();
    // LDK has a file of its own: its memory is never given back. So have those that need no network.
    const apart: readonly string[] = ['plain', 'executor', 'liquidity'];
    const suites = SUITE_NAMES.filter((name) => !apart.includes(name));
    result = await runBenchmark(network, { options: TINY_OPTIONS, suites, progress: () => {} });
  });
  afterAll(() => network.dispose());

  const row = (name: string) => {
    const found = result.rows.find((one) => one.name === name);
    if (found?.search === undefined) throw new Error(`there is no row ${name} of searches`);
    return { ...found, search: found.search };
  };

  it('gives the same results as ever', () => {
    process.stdout.write(`hash of the tiny benchmark: ${result.hash}\n`);
    expect(result.hash).toBe('2f7fb066b7f48756');
  });

  it('finds circles of no greater fee than the plain searches, which agree among themselves', () => {
    const optimum = row('Dijkstra on typed arrays').search.costs;
    expect(optimum.filter((cost) => cost !== null).length).toBeGreaterThan(6);
    expect(row('Ballast, fee only').search.costs).toEqual(optimum);
    expect(row('Dijkstra on Map and bigint').search.costs).toEqual(optimum);
    expect(row('Ballast, fee only, limited').search.costs).toEqual(
      row('Dijkstra on typed arrays, limited').search.costs,
    );
  });

  it('finds circles that no library undercuts, and proves them', () => {
    const optimum = row('Dijkstra on typed arrays').search.costs;
    for (const name of ['graphology bidirectional', 'ngraph nba']) {
      const peer = row(name);
      expect(peer.found).toBeGreaterThan(0);
      expect(peer.excessMsat).toBeGreaterThanOrEqual(0);
      peer.search.costs.forEach((cost, query) => {
        if (cost !== null) expect(cost).toBeGreaterThanOrEqual(optimum[query]!);
      });
    }
    for (const name of [
      'Ballast, fee only',
      'Ballast, fee and reliability',
      'Ballast, inbound fees',
    ]) {
      expect(row(name)).toMatchObject({ excessMsat: 0, search: { unproven: 0, dearer: 0 } });
    }
  });

  it('reports every measurement with a time', () => {
    for (const { name, medianMs, p95Ms, p99Ms, found } of result.rows) {
      if (found === 0) continue;
      expect(medianMs, name).toBeGreaterThan(0);
      expect(p95Ms, name).toBeGreaterThanOrEqual(medianMs);
      expect(p99Ms, name).toBeGreaterThanOrEqual(p95Ms);
    }
    const labels = result.figures.map(({ label }) => label).join('\n');
    for (const label of [
      'bytes per directed channel',
      'memory of a process that loads and plans',
      'channel updates per second',
      "fee of siblings 'any' above 'named'",
    ]) {
      expect(labels).toContain(label);
    }
    expect(result.figures).toContainEqual({
      label: 'searches on older snapshots whose answer changed',
      text: `0 of ${TINY_OPTIONS.updateRounds}`,
    });
  });

  it('writes the rows as JSON, and all of them into the table', () => {
    const written = JSON.parse(resultJson(result)) as { rows: object[]; hash: string };
    expect(written.hash).toBe(result.hash);
    expect(written.rows).toHaveLength(result.rows.length);
    for (const one of written.rows) {
      expect(Object.keys(one)).toEqual([
        'suite',
        'name',
        'medianMs',
        'p95Ms',
        'p99Ms',
        'found',
        'excessMsat',
        'ratio',
      ]);
    }
    const table = resultTable(result.rows);
    for (const { name } of result.rows) expect(table).toContain(name);
  });
});
