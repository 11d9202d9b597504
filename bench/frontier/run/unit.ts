/** The smallest piece of work that a thread takes: all arms at one node's tasks in one truth. */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { ArmKind } from '../arm.ts';
import { ARM_KINDS } from '../arms/index.ts';
import type { OwnNode } from '../tasks/own-nodes.ts';
import { stepsOf, type TaskOptions, taskList } from '../tasks/task-list.ts';
import type { BalanceHistory } from '../world/balance-history.ts';
import { drawBalances, type TruthName } from '../world/truths.ts';
import { worldRecipe } from '../world/world-recipe.ts';
import { BELIEFS, type Belief, runArm } from './run-arm.ts';

export interface Unit {
  readonly truth: TruthName;
  readonly own: OwnNode;
  readonly seed: string;
  readonly tasks: TaskOptions;
  readonly arms: readonly string[];
  readonly maxAttempts: number;
  /** With the truth `traffic`, which is simulated for all nodes at once. */
  readonly balances?: BalanceHistory;
}

/** Columns by task. */
interface RunResult {
  readonly arm: string;
  readonly weight: number;
  readonly belief: Belief;
  readonly attempts: readonly number[];
  readonly feeMsat: readonly (number | null)[];
  /** Of all searches, in no order that matters. */
  readonly searchMs: readonly number[];
}

export interface UnitResult {
  readonly truth: TruthName;
  /** Key of the node: what bootstrap samples are drawn from. */
  readonly node: string;
  readonly amountMsat: readonly number[];
  readonly oracleFeeMsat: readonly number[];
  readonly warmUp: readonly boolean[];
  readonly runs: readonly RunResult[];
}

export function runUnit(announced: GraphSnapshot, unit: Unit): UnitResult {
  const { truth, own, tasks: options, maxAttempts } = unit;
  const node = announced.nodeId(own.node);
  const seed = `${unit.seed}/${node}`;
  const steps = stepsOf(options);
  const balances = unit.balances ?? drawBalances(announced, { truth, steps, seed });
  const recipe = worldRecipe(announced, { balances, steps, self: own.node, seed });
  const tasks = taskList(recipe, own, { ...options, seed: `${seed}/${truth}` });
  const run = (kind: ArmKind, weight: number, belief: Belief): RunResult => {
    const at = { kind, weight, belief, maxAttempts, seed, node: own.node };
    const results = runArm(recipe, tasks, at);
    return {
      arm: kind.name,
      weight,
      belief,
      attempts: results.map(({ attempts }) => attempts),
      feeMsat: results.map(({ feeMsat }) => feeMsat),
      searchMs: results.flatMap(({ searchMs }) => searchMs),
    };
  };
  return {
    truth,
    node,
    amountMsat: tasks.map(({ task }) => Number(task.amountMsat)),
    oracleFeeMsat: tasks.map(({ oracleFeeMsat }) => oracleFeeMsat),
    warmUp: tasks.map(({ warmUp }) => warmUp),
    runs: chosenArms(unit.arms).flatMap((kind) =>
      kind.weights.flatMap((weight) => BELIEFS.map((belief) => run(kind, weight, belief))),
    ),
  };
}

function chosenArms(names: readonly string[]): readonly ArmKind[] {
  return names.map((name) => {
    const kind = ARM_KINDS.find((arm) => arm.name === name);
    if (kind !== undefined) return kind;
    const known = ARM_KINDS.map((arm) => arm.name).join(', ');
    throw new RangeError(`there is no arm ${name}; there are ${known}`);
  });
}
