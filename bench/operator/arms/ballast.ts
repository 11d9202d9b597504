/** Ballast as a daemon: `Rebalancer.run()` with its defaults. */
import { Rebalancer } from '../../../src/engine/rebalancer.ts';
import type { PlanRequest, PlanStrategy } from '../../../src/planner/rebalance-plan-request.ts';
import { memoryStore } from '../../../src/store/memory.ts';
import type { ArmFigures, ArmSetting, OperatorArm } from '../arm.ts';

/** Most that Ballast may pay on a day, and so the most that it may lose. */
export const BUDGET_PER_DAY_SAT = 5000n;

export const ballastArm = (
  strategy: PlanStrategy,
  request: PlanRequest = {},
  name: string = strategy,
): OperatorArm => ({ name, tend: (setting) => tend(setting, { ...request, strategy }) });

async function tend(setting: ArmSetting, plan: PlanRequest): Promise<ArmFigures> {
  const { node, graph, clock, random, signal } = setting;
  const store = memoryStore();
  const rebalancer = new Rebalancer({
    node,
    store,
    graph,
    clock,
    entropy: { bytes: (length) => random.bytes(length) },
    budget: { perDay: { allMsat: BUDGET_PER_DAY_SAT * 1000n } },
    cleanUp: true,
  });
  const run = rebalancer.run({ plan, planInThread: false, signal });
  let [attempts, settled] = [0, 0];
  for await (const event of run) {
    if (event.kind === 'events_missed') throw new Error('events of the run were missed');
    if (event.kind === 'round_failed') throw new Error(`a round failed: ${event.message}`);
    if (event.kind !== 'move_ended') continue;
    attempts += event.report.attempts.length;
    settled += event.report.attempts.filter(({ outcome }) => outcome.kind === 'settled').length;
  }
  const { movedMsat, feePaidMsat } = await run.ended;
  const journalMsat = (await store.feesPaid()).reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
  if (journalMsat !== feePaidMsat) {
    throw new Error(`the journal has ${journalMsat} msat of fees, the reports ${feePaidMsat} msat`);
  }
  return { attempts, settled, movedMsat, feesMsat: feePaidMsat };
}
