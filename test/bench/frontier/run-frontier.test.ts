import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARM_KINDS } from '../../../bench/frontier/arms/index.ts';
import { readOptions } from '../../../bench/frontier/options.ts';
import { type FrontierReport, reportJson } from '../../../bench/frontier/report/json.ts';
import { pointTable, verdictTable } from '../../../bench/frontier/report/table.ts';
import { BELIEFS } from '../../../bench/frontier/run/run-arm.ts';
import {
  type FrontierResult,
  type FrontierTerms,
  runFrontier,
} from '../../../bench/frontier/run-frontier.ts';
import type { TruthName } from '../../../bench/frontier/world/truths.ts';
import { smallNetwork } from './small-network.ts';

const TRUTHS: readonly TruthName[] = ['uniform', 'bimodal-300k', 'traffic'];
const ARMS = ARM_KINDS.map(({ name }) => name);
const POINTS = ARM_KINDS.reduce((sum, { weights }) => sum + weights.length, 0);

const TERMS: FrontierTerms = {
  truths: TRUTHS,
  arms: ARMS,
  nodes: 2,
  tasks: { pairs: 2, amountsSat: [20_000, 200_000], capsPpm: [5000] },
  maxAttempts: 20,
  seed: 'tiny',
  tuning: false,
  threads: 2,
  samples: 40,
  suffix: '',
  trafficPayments: 2000,
  progress: () => {},
};

describe('the frontier benchmark on a small network', () => {
  const network = smallNetwork();
  let result: FrontierResult;
  beforeAll(async () => {
    result = await runFrontier(network.snapshot, TERMS);
  });
  afterAll(() => network.dispose());

  it('has a point for each arm, weight, truth and belief', () => {
    expect(result.nodes).toBe(2);
    expect(result.points).toHaveLength(POINTS * TRUTHS.length * BELIEFS.length);
    for (const point of result.points) {
      const { arm, tasks, successes, attempts } = point;
      expect(tasks, arm).toBeGreaterThan(0);
      expect(successes).toBeLessThanOrEqual(tasks);
      expect(attempts).toBeGreaterThanOrEqual(successes);
    }
    expect(result.points.filter(({ successes }) => successes > 0).length).toBeGreaterThan(
      result.points.length / 2,
    );
  });

  it('has every arm at the same tasks', () => {
    const tasks = Map.groupBy(result.points, ({ truth, belief }) => `${truth} ${belief}`);
    for (const [, points] of tasks)
      expect(new Set(points.map((point) => point.tasks)).size).toBe(1);
  });

  it('has an oracle that solves all at once while cold', () => {
    const oracle = result.points.filter(({ arm, belief }) => arm === 'oracle' && belief === 'cold');
    expect(oracle).toHaveLength(TRUTHS.length);
    for (const { tasks, successes, attempts, feeOverOracle } of oracle) {
      expect([successes, attempts]).toEqual([tasks, tasks]);
      expect(feeOverOracle.value ?? 1).toBe(1);
    }
  });

  it('judges every arm but the oracle, and Ballast by itself never', () => {
    const judged = result.verdicts.filter(
      ({ truth, belief }) => truth === 'uniform' && belief === 'cold',
    );
    expect(judged.map(({ arm }) => arm)).toEqual(
      ARMS.filter((arm) => arm !== 'ballast' && arm !== 'oracle'),
    );
    expect(result.verdicts).toHaveLength(judged.length * TRUTHS.length * BELIEFS.length);
  });

  it('does not depend on the number of threads', async () => {
    const truths = ['bimodal-300k', 'traffic'] as const;
    const alone = await runFrontier(network.snapshot, { ...TERMS, truths, threads: 1 });
    const timeless = ({ units }: FrontierResult) =>
      units.map((unit) => ({ ...unit, runs: unit.runs.map(({ searchMs: _, ...run }) => run) }));
    expect(timeless(alone)).toEqual(
      timeless({
        ...result,
        units: result.units.filter(({ truth }) => truths.some((t) => t === truth)),
      }),
    );
    const judged = result.verdicts.filter(({ truth }) => truths.some((name) => name === truth));
    expect(alone.verdicts).toEqual(judged);
  });

  it('writes every point and verdict', () => {
    const options = readOptions(['--json', 'report.json']);
    const { points, verdicts } = result;
    const written = JSON.parse(
      reportJson(options, { networks: ['small'], points, verdicts }),
    ) as FrontierReport;
    expect(written).toMatchObject({ tuning: false, networks: ['small'] });
    expect(written.points).toHaveLength(points.length);
    for (const verdict of written.verdicts) {
      expect(Object.keys(verdict)).toEqual(
        expect.arrayContaining([
          'truth',
          'belief',
          'arm',
          'dominated',
          'attemptsRatio',
          'feeRatio',
          'interval',
        ]),
      );
    }
    for (const arm of ARMS) expect(pointTable(points)).toContain(arm);
    expect(verdictTable(verdicts).split('\n').length).toBeGreaterThan(verdicts.length);
  });
});
