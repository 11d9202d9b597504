/** A plan for a node as a whole: its channels against each other at three amounts. */
import { openSearchPool } from '../../src/engine/search-pool.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { planCircularRoutes } from '../../src/pathfinder/plan-circular-routes.ts';
import type { CircularPlan, CircularPlanRequest } from '../../src/pathfinder/plan-request.ts';
import type { SuiteResult } from '../report/result.ts';
import { measurement } from '../report/row.ts';
import { amountsToPlan, wholeNodeRequest } from '../whole-node.ts';
import { type Setting, snapshotOf } from './setting.ts';

const POOL_THREADS = 2;
/** Beyond what a bot would try, to show what each further circle costs. */
const MORE_CIRCLES = 1000;

export async function wholeNodeSuite({ network, options }: Setting): Promise<SuiteResult> {
  const amountsMsat = amountsToPlan(options.amountMsat);
  const snapshot = snapshotOf(network.description);
  const request = wholeNodeRequest(snapshot, { channels: options.nodeChannels, amountsMsat });
  const more = { ...request, maxCircles: MORE_CIRCLES };
  const cold: number[] = [];
  const warm: number[] = [];
  const many: number[] = [];
  for (let i = 0; i < options.repetitions; i++) {
    const fresh = snapshotOf(network.description);
    await timed(cold, () => planCircularRoutes(fresh, request));
    await timed(warm, () => planCircularRoutes(fresh, request));
    await timed(many, () => planCircularRoutes(fresh, more));
  }
  const pooled = await timesInPool(snapshot, { request, repetitions: options.repetitions });
  const plan = planCircularRoutes(snapshot, request);
  const { circles } = planCircularRoutes(snapshot, more);
  const width = Math.min(request.outChannels.length, request.inChannels.length);
  const name = `plan of a ${width}-channel node, 3 amounts, best ${plan.circles.length}`;
  const row = (rowName: string, timesMs: readonly number[]) =>
    measurement('whole node', { name: rowName, timesMs });
  return {
    rows: [
      row(name, warm),
      row('the same on a new snapshot', cold),
      row(`the same in ${POOL_THREADS} worker threads`, pooled.timesMs),
      row(`the same, best ${circles.length}`, many),
    ],
    figures: [
      {
        label: 'whole node',
        text:
          `${plan.moves} moves within bounds, of which ${plan.searched} had to be searched for the best ` +
          `${plan.circles.length}`,
      },
    ],
    facts: [width, plan.moves, circles.length, ...worth(plan), ...worth(pooled.plan)],
  };
}

const worth = ({ circles }: CircularPlan): readonly number[] =>
  circles.map(({ netMsat }) => netMsat);

async function timesInPool(
  snapshot: GraphSnapshot,
  given: { readonly request: CircularPlanRequest; readonly repetitions: number },
): Promise<{ readonly timesMs: readonly number[]; readonly plan: CircularPlan }> {
  const pool = openSearchPool(snapshot, { threads: POOL_THREADS });
  const timesMs: number[] = [];
  let plan = await pool.planCircularRoutes(given.request);
  for (let i = 0; i < given.repetitions; i++) {
    await timed(timesMs, async () => {
      plan = await pool.planCircularRoutes(given.request);
    });
  }
  await pool.close();
  return { timesMs, plan };
}

async function timed(timesMs: number[], work: () => unknown): Promise<void> {
  const started = performance.now();
  await work();
  timesMs.push(performance.now() - started);
}
