import { afterAll, describe, expect, it } from 'vitest';
import { ownNodes } from '../../../../bench/frontier/tasks/own-nodes.ts';
import { prepareWorld, stepsOf, taskList } from '../../../../bench/frontier/tasks/task-list.ts';
import { OracleSearch } from '../../../../bench/frontier/world/oracle-search.ts';
import { drawBalances } from '../../../../bench/frontier/world/truths.ts';
import { World } from '../../../../bench/frontier/world/world.ts';
import { worldRecipe } from '../../../../bench/frontier/world/world-recipe.ts';
import { smallNetwork } from '../small-network.ts';

const network = smallNetwork();
const { snapshot } = network;
afterAll(() => network.dispose());

const OPTIONS = { pairs: 3, amountsSat: [20_000, 200_000], capsPpm: [1000, 5000] };

describe('own nodes', () => {
  const reporting = ownNodes(snapshot, { seed: 'a', tuning: false });
  const tuning = ownNodes(snapshot, { seed: 'a', tuning: true });

  it('have 30 to 150 channels, and enough of them with peers that have no other', () => {
    expect(reporting.length).toBeGreaterThan(0);
    const { offsets } = snapshot.adjacency;
    for (const { node, leaving } of [...reporting, ...tuning]) {
      const degree = offsets[node + 1]! - offsets[node]!;
      expect(degree).toBeGreaterThanOrEqual(30);
      expect(degree).toBeLessThanOrEqual(150);
      expect(leaving.length).toBeGreaterThanOrEqual(8);
      expect(new Set(leaving.map((direction) => snapshot.to(direction))).size).toBe(leaving.length);
    }
  });

  it('are others for tuning than for reporting, whatever the seed', () => {
    const other = ownNodes(snapshot, { seed: 'b', tuning: true });
    expect(other.map(({ node }) => node).toSorted()).toEqual(
      tuning.map(({ node }) => node).toSorted(),
    );
    const reported = new Set(reporting.map(({ node }) => node));
    expect([...tuning, ...other].filter(({ node }) => reported.has(node))).toEqual([]);
  });
});

describe('the tasks of a node', () => {
  const [own] = ownNodes(snapshot, { seed: 'a', tuning: false });
  const steps = stepsOf(OPTIONS);
  const balances = drawBalances(snapshot, { truth: 'uniform', steps, seed: 'tasks' });
  const recipe = worldRecipe(snapshot, { balances, steps, self: own!.node, seed: 'tasks' });
  const tasks = taskList(recipe, own!, { ...OPTIONS, seed: 'tasks' });

  it('are those that an oracle can solve at that moment, at the fee that it would pay', () => {
    expect(tasks.length).toBeGreaterThan(steps / 2);
    const world = new World(recipe);
    for (const listed of tasks) {
      world.advanceTo(listed.task.index);
      prepareWorld(world, listed);
      const found = new OracleSearch(world, snapshot.nodeId(own!.node)).find(listed.task);
      expect(found).toMatchObject({
        kind: 'route',
        proven: true,
        quote: { feeMsat: BigInt(listed.oracleFeeMsat) },
      });
      expect(listed.oracleFeeMsat).toBeLessThanOrEqual(Number(listed.task.maxFeeMsat));
    }
  });

  it('have every amount and fee limit in both halves, equal amounts in a row', () => {
    expect(steps).toBe(12);
    const kinds = (warmUp: boolean): string[] =>
      tasks
        .filter((listed) => listed.warmUp === warmUp)
        .map(
          ({ task }) => `${task.amountMsat} ${(task.maxFeeMsat * 1_000_000n) / task.amountMsat}`,
        );
    for (const half of [kinds(true), kinds(false)]) {
      expect(new Set(half).size).toBe(4);
      const amounts = half.map((kind) => kind.split(' ')[0]);
      expect(amounts).toEqual(amounts.toSorted((a, b) => Number(a) - Number(b)));
    }
  });

  it('start from channels that are filled, with figures that are true', () => {
    const world = new World(recipe);
    for (const listed of tasks) {
      world.advanceTo(listed.task.index);
      prepareWorld(world, listed);
      const [out, back] = listed.task.ownChannels;
      expect(Number(out!.spendableMsat)).toBe(world.sendableMsat(listed.out));
      expect(Number(back!.receivableMsat)).toBe(world.sendableMsat(listed.back ^ 1));
      expect(out!.spendableMsat).toBeGreaterThanOrEqual(
        listed.task.amountMsat + listed.task.maxFeeMsat,
      );
      expect(back!.receivableMsat).toBeGreaterThanOrEqual(listed.task.amountMsat);
      for (const direction of [listed.out, listed.back]) {
        expect(world.isOnline(snapshot.to(direction))).toBe(true);
        expect(snapshot.from(direction)).toBe(own!.node);
      }
    }
  });
});
