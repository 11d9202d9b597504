/** One arm, at one weight, through all tasks of a node: cold and warm. */
import { SeededRandom } from '../../../src/sim/random.ts';
import type { Arm, ArmKind } from '../arm.ts';
import { type ListedTask, prepareWorld } from '../tasks/task-list.ts';
import { World } from '../world/world.ts';
import type { WorldRecipe } from '../world/world-recipe.ts';
import { runTask, type TaskResult } from './run-task.ts';

/**
 * `cold`: an arm that has never seen anything, and a network that no payment of it has changed, for each task. `warm`:
 * one arm for all tasks of the node; what its payments moved stays moved.
 */
export type Belief = 'cold' | 'warm';
export const BELIEFS: readonly Belief[] = ['cold', 'warm'];

export interface ArmRun {
  readonly kind: ArmKind;
  readonly weight: number;
  readonly belief: Belief;
  readonly maxAttempts: number;
  readonly seed: string;
  readonly node: number;
}

/** One result for each task. */
export function runArm(
  recipe: WorldRecipe,
  tasks: readonly ListedTask[],
  run: ArmRun,
): TaskResult[] {
  const { kind, weight, belief, maxAttempts } = run;
  const { announced } = recipe;
  const self = announced.nodeId(run.node);
  const world = new World(recipe);
  const random = new SeededRandom(run.seed).fork(kind.name);
  const open = (label: string): Arm =>
    kind.open({
      snapshot: announced,
      self,
      weight,
      random: random.fork(label),
      truth: world,
    });
  let arm = open('warm');
  return tasks.map(({ task, out, back }) => {
    world.advanceTo(task.index);
    if (belief === 'cold') {
      arm = open(`cold ${task.index}`);
      world.forgetPayments();
    }
    prepareWorld(world, { out, back });
    return runTask(arm, { world, self, task, maxAttempts });
  });
}
