/** What one node is asked to move, in which order: the same list for every arm. */
import type { OwnLiquidity } from '../../../src/graph/overlay.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import type { Task } from '../arm.ts';
import { OracleSearch } from '../world/oracle-search.ts';
import { World } from '../world/world.ts';
import type { WorldRecipe } from '../world/world-recipe.ts';
import { type OwnNode, returnsAmount } from './own-nodes.ts';

/** A task with what is needed to set it up and to judge it, which arms do not see. */
export interface ListedTask {
  readonly task: Task;
  /** Directions that leave the node over its two channels. */
  readonly out: number;
  readonly back: number;
  /** In the first half of the list: not reported where beliefs are kept. */
  readonly warmUp: boolean;
  readonly oracleFeeMsat: number;
}

export interface TaskOptions {
  /** Tasks for each amount and cap. */
  readonly pairs: number;
  readonly amountsSat: readonly number[];
  readonly capsPpm: readonly number[];
}

/** Of what both ends can send in sum, the part that lies where it is to be moved away from, before each task. */
const FILLED = 0.9;
/** Pairs of channels that are looked at until one is found which the oracle can serve. */
const TRIES = 8;

/** Steps that a node's list takes. */
export const stepsOf = ({ pairs, amountsSat, capsPpm }: TaskOptions): number =>
  pairs * amountsSat.length * capsPpm.length;

/**
 * Amounts follow each other in blocks, since the product keeps views by amount, and every amount and cap has as many
 * tasks in the first half of the list as in the second: the first is warm-up where beliefs are kept.
 *
 * Each pair of channels is drawn anew; what the oracle cannot serve at that moment is drawn again, a few times, and
 * left out then.
 */
export function taskList(
  recipe: WorldRecipe,
  own: OwnNode,
  options: TaskOptions & { readonly seed: string },
): ListedTask[] {
  const random = new SeededRandom(options.seed).fork('tasks');
  const world = new World(recipe);
  const tasks: ListedTask[] = [];
  for (const [step, slot] of schedule(options).entries()) {
    world.advanceTo(step);
    const task = feasibleTask(world, own, { step, ...slot, random });
    if (task !== undefined) tasks.push(task);
  }
  return tasks;
}

interface Slot {
  readonly amountSat: number;
  readonly capPpm: number;
  readonly warmUp: boolean;
}

function schedule({ pairs, amountsSat, capsPpm }: TaskOptions): Slot[] {
  const slots: Slot[] = [];
  for (const warmUp of [true, false]) {
    const half = warmUp ? Math.ceil(pairs / 2) : Math.floor(pairs / 2);
    for (const amountSat of amountsSat) {
      for (let pair = 0; pair < half; pair++) {
        for (const capPpm of capsPpm) slots.push({ amountSat, capPpm, warmUp });
      }
    }
  }
  return slots;
}

function feasibleTask(
  world: World,
  own: OwnNode,
  terms: Slot & { step: number; random: SeededRandom },
): ListedTask | undefined {
  const { step, amountSat, capPpm, warmUp, random } = terms;
  const amountMsat = 1000 * amountSat;
  const maxFeeMsat = Math.floor((amountMsat * capPpm) / 1e6);
  const { announced } = world.recipe;
  const ready = (leaving: number, msat: number): boolean =>
    world.usableMsat(leaving >> 1) * FILLED >= msat && world.isOnline(announced.to(leaving));
  const outs = own.leaving.filter((leaving) => ready(leaving, amountMsat + maxFeeMsat));
  const backs = own.leaving.filter(
    (leaving) => ready(leaving, amountMsat) && returnsAmount(announced, leaving, amountMsat),
  );
  if (outs.length === 0 || backs.length === 0) return undefined;
  const self = announced.nodeId(own.node);
  const oracle = new OracleSearch(world, self);
  for (let tries = 0; tries < TRIES; tries++) {
    const ends = { out: random.pick(outs), back: random.pick(backs) };
    if (ends.out === ends.back) continue;
    const task = makeTask(world, { ...ends, index: step, amountMsat, maxFeeMsat });
    const found = oracle.find(task);
    if (found.kind === 'no_route') continue;
    const oracleFeeMsat = Number(found.quote.feeMsat);
    return { task, ...ends, warmUp, oracleFeeMsat };
  }
  return undefined;
}

interface Ends {
  readonly out: number;
  readonly back: number;
}

/** Brings the node's two channels into the position that the task says, whatever was moved before. */
export function prepareWorld(world: World, { out, back }: Ends): void {
  world.setSendable(out, filledMsat(world, out));
  world.setSendable(back ^ 1, filledMsat(world, back));
}

const filledMsat = (world: World, direction: number): number =>
  Math.floor(world.usableMsat(direction >> 1) * FILLED);

function makeTask(
  world: World,
  terms: Ends & { index: number; amountMsat: number; maxFeeMsat: number },
): Task {
  const { snapshot } = world;
  const { out, back, index } = terms;
  const ownChannel = (leaving: number, spendable: boolean): OwnLiquidity => {
    const filled = filledMsat(world, leaving);
    const rest = world.usableMsat(leaving >> 1) - filled;
    return {
      channelId: snapshot.channelId(leaving >> 1),
      spendableMsat: BigInt(spendable ? filled : rest),
      receivableMsat: BigInt(spendable ? rest : filled),
      active: true,
    };
  };
  return {
    index,
    outChannelId: snapshot.channelId(out >> 1),
    inChannelId: snapshot.channelId(back >> 1),
    amountMsat: BigInt(terms.amountMsat),
    maxFeeMsat: BigInt(terms.maxFeeMsat),
    ownChannels: [ownChannel(out, true), ownChannel(back, false)],
  };
}
