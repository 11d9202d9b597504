import { expect, test } from 'vitest';
import { nodesGraph } from '../../src/engine/graph-source.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import { Square } from './square.ts';

test('a graph is loaded when it is old, and when nobody can tell how old it is', async () => {
  const square = new Square();
  let loads = 0;
  let nowMs = 1_000_000;
  const graph = nodesGraph({
    node: {
      ...square.node,
      describeGraph: () => {
        loads++;
        return square.node.describeGraph();
      },
    },
    clock: { now: () => nowMs, sleep: async () => undefined },
    log: guardedLog(undefined),
    maxAgeMs: 1000,
  });
  const loadsAt = async (atMs: number): Promise<number> => {
    nowMs = atMs;
    await graph();
    return loads;
  };
  expect(await loadsAt(1_000_000)).toBe(1);
  expect(await loadsAt(1_000_999)).toBe(1);
  expect(await loadsAt(1_001_000)).toBe(2);
  // The clock was ahead, and is set back by far.
  expect(await loadsAt(500)).toBe(3);
  expect(await loadsAt(1_499)).toBe(3);
});
