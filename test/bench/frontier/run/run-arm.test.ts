import { afterAll, describe, expect, it } from 'vitest';
import type {
  Arm,
  ArmKind,
  ArmSetting,
  AttemptResult,
  Task,
} from '../../../../bench/frontier/arm.ts';
import { feeOnlyArm } from '../../../../bench/frontier/arms/fee-only.ts';
import { oracleArm } from '../../../../bench/frontier/arms/oracle.ts';
import { type Belief, runArm } from '../../../../bench/frontier/run/run-arm.ts';
import { ownNodes } from '../../../../bench/frontier/tasks/own-nodes.ts';
import { stepsOf, taskList } from '../../../../bench/frontier/tasks/task-list.ts';
import { drawBalances } from '../../../../bench/frontier/world/truths.ts';
import { worldRecipe } from '../../../../bench/frontier/world/world-recipe.ts';
import type { Path } from '../../../../src/pathfinder/path.ts';
import { smallNetwork } from '../small-network.ts';

const network = smallNetwork();
const { snapshot } = network;
afterAll(() => network.dispose());

const OPTIONS = { pairs: 3, amountsSat: [20_000, 200_000], capsPpm: [1000, 5000] };
const own = ownNodes(snapshot, { seed: 'a', tuning: false })[0]!;
const steps = stepsOf(OPTIONS);
const balances = drawBalances(snapshot, { truth: 'bimodal-300k', steps, seed: 'run' });
const recipe = worldRecipe(snapshot, { balances, steps, self: own.node, seed: 'run' });
const tasks = taskList(recipe, own, { ...OPTIONS, seed: 'run' });

const run = (kind: ArmKind, belief: Belief) =>
  runArm(recipe, tasks, { kind, weight: 1, belief, maxAttempts: 20, seed: 'run', node: own.node });

interface Seen {
  readonly task: Task;
  readonly nowMs: number;
  /** Of every direction. */
  readonly sendable: readonly number[];
}

/** An arm that writes down what it meets, and does what another one does. */
function watched(kind: ArmKind): {
  kind: ArmKind;
  seen: Seen[];
  results: AttemptResult[];
  opened: () => number;
} {
  const [seen, results]: [Seen[], AttemptResult[]] = [[], []];
  let opened = 0;
  const open = (setting: ArmSetting): Arm => {
    opened++;
    const inner = kind.open(setting);
    return {
      begin: (task, nowMs) => {
        const sendable = Array.from({ length: 2 * snapshot.channelSlots }, (_, direction) =>
          setting.truth.sendableMsat(direction),
        );
        seen.push({ task, nowMs, sendable });
        inner.begin(task, nowMs);
      },
      next: (nowMs) => inner.next(nowMs),
      learn: (result, nowMs) => {
        results.push(result);
        inner.learn(result, nowMs);
      },
    };
  };
  return { kind: { ...kind, open }, seen, results, opened: () => opened };
}

describe('arms', () => {
  it('meet the same tasks in the same network, whichever they are, while beliefs are cold', () => {
    const [cheap, knowing] = [watched(feeOnlyArm), watched(oracleArm)];
    const cheapResults = run(cheap.kind, 'cold');
    run(knowing.kind, 'cold');
    expect(cheap.seen).toEqual(knowing.seen);
    expect(cheap.seen.map(({ task }) => task)).toEqual(tasks.map(({ task }) => task));
    expect(cheap.results.some(({ kind }) => kind === 'settled')).toBe(true);
    expect(cheap.results.some(({ kind }) => kind === 'failed')).toBe(true);
    expect(cheapResults).toHaveLength(tasks.length);
    expect(cheap.opened()).toBe(tasks.length + 1);
  });

  it('keep their beliefs, and what they moved, while they are warm', () => {
    const { kind, seen, opened } = watched(feeOnlyArm);
    run(kind, 'warm');
    expect(opened()).toBe(1);
    const cold = watched(feeOnlyArm);
    run(cold.kind, 'cold');
    expect(seen.map(({ task }) => task)).toEqual(cold.seen.map(({ task }) => task));
    expect(seen[0]).toEqual(cold.seen[0]);
    expect(seen.at(-1)!.sendable).not.toEqual(cold.seen.at(-1)!.sendable);
  });

  it('have ten minutes from task to task', () => {
    const { kind, seen } = watched(feeOnlyArm);
    run(kind, 'cold');
    for (const { task, nowMs } of seen) {
      expect(nowMs - seen[0]!.nowMs).toBe((task.index - seen[0]!.task.index) * 600_000);
    }
  });

  it('learn of a settled payment what each hop moved, of a failed one what the product makes of it', () => {
    const { kind, results } = watched(feeOnlyArm);
    run(kind, 'cold');
    for (const result of results) {
      if (result.kind === 'settled') {
        expect(result.facts).toEqual(
          result.path.hops.map(({ from, to, amountInMsat }) => ({
            kind: 'moved',
            from,
            to,
            amountMsat: amountInMsat,
          })),
        );
      } else expect(result.verdict.sourceIndex).toBe(result.failure.failureSourceIndex);
    }
  });

  it('are stopped where they answer another question', () => {
    const wrong: ArmKind = {
      ...feeOnlyArm,
      open: (setting) => {
        const inner = feeOnlyArm.open(setting);
        return {
          ...inner,
          begin: (task, nowMs) => inner.begin({ ...task, amountMsat: task.amountMsat / 2n }, nowMs),
          next: (nowMs): Path | null => inner.next(nowMs),
          learn: (result, nowMs) => inner.learn(result, nowMs),
        };
      },
    };
    expect(() => run(wrong, 'cold')).toThrow("the arm's path is no answer to task");
  });
});

describe('the oracle', () => {
  it('solves every cold task at its first attempt, at the fee that the list foretells', () => {
    const results = run(oracleArm, 'cold');
    expect(results.map(({ attempts }) => attempts)).toEqual(tasks.map(() => 1));
    expect(results.map(({ feeMsat }) => feeMsat)).toEqual(
      tasks.map(({ oracleFeeMsat }) => oracleFeeMsat),
    );
  });

  it('never fails an attempt when warm; what it moved may leave it without a route', () => {
    for (const { attempts, feeMsat } of run(oracleArm, 'warm')) {
      expect(attempts).toBe(feeMsat === null ? 0 : 1);
    }
  });

  it('is never undercut', () => {
    run(feeOnlyArm, 'cold').forEach(({ feeMsat }, at) => {
      if (feeMsat !== null) expect(feeMsat).toBeGreaterThanOrEqual(tasks[at]!.oracleFeeMsat);
    });
  });
});
