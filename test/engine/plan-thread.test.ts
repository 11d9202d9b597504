/** Plans that a thread of their own has made are those that the caller's would have made. */
import { describe, expect, it } from 'vitest';
import { KeptBeliefs } from '../../src/engine/kept-beliefs.ts';
import { PlanThread } from '../../src/engine/plan-thread.ts';
import { SteadyClock } from '../../src/engine/steady-clock.ts';
import { systemClock } from '../../src/engine/system-clock.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { PlanGround } from '../../src/planner/plan-ground.ts';
import { planRebalances } from '../../src/planner/plan-rebalances.ts';
import type { PlannedMove } from '../../src/planner/rebalance-plan.ts';
import { type PlanRequest, PlanRequestError } from '../../src/planner/rebalance-plan-request.ts';
import { memoryStore } from '../../src/store/index.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { NOW_MS, SELF, steady, worldOf } from '../planner/plan-world.ts';

const LOG = { debug: () => {}, info: () => {}, warn: () => {} };
/** Two channels that are full, three that are empty and asked for, and ways between their peers by others. */
const WORLD: PlanGround = worldOf(
  [
    { peer: 1, localSat: 9_000_000 },
    { peer: 2, localSat: 8_000_000 },
    { peer: 3, localSat: 300_000, fees: { feeRatePpm: 900 } },
    { peer: 4, localSat: 200_000, fees: { feeRatePpm: 700 } },
    { peer: 5, localSat: 100_000, fees: { feeRatePpm: 800 } },
  ],
  [
    [1, 6, 60],
    [2, 6, 40],
    [6, 3, 50, 20_000_000],
    [6, 4, 70],
    [1, 7, 30, 8_000_000],
    [7, 5, 90],
    [2, 5, 400],
  ],
  { attemptCost: { attemptCostMsat: 2000n, attemptCostPpm: 50 } },
);
const DEMAND = [3, 4, 5].map((peer) => steady(peer, { outSat: 1_500_000 }));

const beliefs = (book?: LiquidityBook): KeptBeliefs =>
  new KeptBeliefs({ store: memoryStore(), dates: new SteadyClock(systemClock), log: LOG }, book);

/** What an attempt showed that got as far as node 6, and found too little there. */
const learn = (kept: KeptBeliefs, to: number, amountMsat: bigint, snapshot: GraphSnapshot): void =>
  kept.observe({
    kind: 'observe',
    facts: [
      { kind: 'carried', from: nodeIdOf(1), to: nodeIdOf(6), amountMsat },
      { kind: 'lacked', from: nodeIdOf(6), to: nodeIdOf(to), amountMsat },
    ],
    snapshot,
    self: SELF,
  });

const namesOf = ({ outChannelId, inChannelId }: PlannedMove) => `${outChannelId}>${inChannelId}`;

/** A model that is stored and restored may differ in the last of a number's sixteen digits. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, rounded(field)]));
}

function inThisThread(kept: KeptBeliefs, ground: PlanGround, request: PlanRequest) {
  const { snapshot, self, nowMs } = ground;
  const prices: PlanGround['prices'] = (terms) =>
    kept.book.prices({ ...terms, snapshot, self, nowMs });
  return planRebalances({ ...ground, prices }, request);
}

describe('a plan of the thread', () => {
  it('is the same, whatever was learnt, held and released between', async () => {
    const kept = beliefs();
    const thread = PlanThread.over(kept)!;
    kept.hold('a', [{ from: nodeIdOf(6), to: nodeIdOf(4), amountMsat: 50_000_000_000n }]);
    const netOf: (bigint | undefined)[] = [];
    for (let round = 0; round < 4; round++) {
      const ground = { ...WORLD, nowMs: NOW_MS + round * 600_000 };
      const strategy = round === 3 ? 'balance' : 'economic';
      const request: PlanRequest = { demand: DEMAND, strategy, fillAheadMs: 7 * 86_400_000 };
      const plan = await thread.plan(ground, request);
      expect(rounded(plan)).toEqual(rounded(inThisThread(kept, ground, request)));
      expect(plan.moves.length).toBeGreaterThan(0);
      netOf.push(plan.moves[0]?.netMsat);
      if (round === 0) kept.release('a');
      learn(kept, 3 + round, 1_000_000_000n / BigInt(round + 1), WORLD.snapshot);
      kept.hold(`b${round}`, [
        { from: nodeIdOf(1), to: nodeIdOf(6), amountMsat: 3_000_000_000n * BigInt(round + 1) },
      ]);
    }
    // What happened in between made a difference, so the thread must have heard of it.
    expect(new Set(netOf.slice(0, 3)).size).toBe(3);
    thread.close();
  });

  it('follows the graph', async () => {
    const kept = beliefs();
    const thread = PlanThread.over(kept)!;
    const request = { demand: DEMAND };
    const first = await thread.plan(WORLD, request);
    const dearer = worldOf(
      [
        { peer: 1, localSat: 9_000_000 },
        { peer: 3, localSat: 300_000, fees: { feeRatePpm: 900 } },
      ],
      [
        [1, 6, 160],
        [6, 3, 150],
      ],
    );
    learn(kept, 3, 4_000_000_000n, dearer.snapshot);
    const second = await thread.plan(dearer, { demand: DEMAND.slice(0, 1) });
    const same = inThisThread(kept, dearer, { demand: DEMAND.slice(0, 1) });
    expect(rounded(second)).toEqual(rounded(same));
    expect(second.moves[0]!.feePpm).toBeGreaterThan(first.moves[0]!.feePpm);
    thread.close();
  });

  it('refuses as the planner does', async () => {
    const thread = PlanThread.over(beliefs())!;
    const asked = thread.plan(WORLD, { targets: ['nobody'] });
    await expect(asked).rejects.toThrow(PlanRequestError);
    await expect(asked).rejects.toThrow('targets names no channel of ours: "nobody"');
    // It is none the worse for it.
    expect((await thread.plan(WORLD, { demand: DEMAND })).moves.length).toBeGreaterThan(0);
    thread.close();
  });

  it('begins anew where too much has happened for a thread to be told', async () => {
    const kept = beliefs();
    const thread = PlanThread.over(kept)!;
    await thread.plan(WORLD, { demand: DEMAND });
    for (let i = 0; i < 5001; i++) {
      kept.hold('much', [{ from: nodeIdOf(6), to: nodeIdOf(3), amountMsat: BigInt(i) * 1000n }]);
      kept.release('much');
    }
    learn(kept, 3, 2_000_000_000n, WORLD.snapshot);
    const { moves } = await thread.plan(WORLD, { demand: DEMAND });
    const expected = inThisThread(kept, WORLD, { demand: DEMAND }).moves;
    // The new copy begins with what a store would have kept of the book: not all that its model knows, but nearly.
    expect(moves.map(namesOf)).toEqual(expected.map(namesOf));
    for (const [i, { probability }] of moves.entries()) {
      expect(probability).toBeCloseTo(expected[i]!.probability, 2);
    }
    thread.close();
  });

  it('rejects when it is closed', async () => {
    const thread = PlanThread.over(beliefs())!;
    const asked = thread.plan(WORLD, { demand: DEMAND });
    thread.close();
    await expect(asked).rejects.toThrow('planning was ended');
    await expect(thread.plan(WORLD, {})).rejects.toThrow('planning was ended');
  });

  it('is not to be had for beliefs of the caller', () => {
    expect(PlanThread.over(beliefs(new LiquidityBook()))).toBeUndefined();
  });
});
