/** The best affordable circle, against one search for each pair of channels. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FeeRoom } from '../../src/executor/fee-ledger.ts';
import {
  type BudgetedRequest,
  type BudgetedResult,
  searchWithinBudget,
} from '../../src/executor/search-within-budget.ts';
import type { OwnLiquidity } from '../../src/graph/overlay.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const SELF = nodeIdOf(9);
const id = (n: number): ChannelId => parseChannelId(String(n));
const AMOUNT_MSAT = 1_000_000_000n;

/** Own channels 11, 12, 13 to peers 1, 2, 3; between each two of those a channel of either direction's price. */
function triangle(ppm: (from: number, to: number) => number): GraphSnapshot {
  const between = (number: number, from: number, to: number) => ({
    id: number,
    ends: [from, to] as const,
    policy1: { feeRatePpm: ppm(from, to) },
    policy2: { feeRatePpm: ppm(to, from) },
  });
  return graphOf([
    { id: 11, ends: [9, 1] },
    { id: 12, ends: [9, 2] },
    { id: 13, ends: [9, 3] },
    between(21, 1, 2),
    between(22, 2, 3),
    between(23, 1, 3),
  ]).snapshot();
}

const own = (n: number): OwnLiquidity => ({
  channelId: id(n),
  spendableMsat: 80_000_000_000n,
  receivableMsat: 80_000_000_000n,
  active: true,
});

const request = (fields: Partial<BudgetedRequest> = {}): BudgetedRequest => ({
  self: SELF,
  outChannels: [11, 12, 13].map(id),
  inChannels: [11, 12, 13].map(id),
  amountMsat: AMOUNT_MSAT,
  maxFeeMsat: 1_000_000n,
  overlay: { ownChannels: [11, 12, 13].map(own) },
  ...fields,
});

const pairOf = ({ result }: BudgetedResult): string | null =>
  result.kind === 'route'
    ? `${result.path.hops[0]!.channelId}>${result.path.hops.at(-1)!.channelId}`
    : null;

/** 1 -> 2 costs 100 ppm, all other ways 300. */
const CHEAP_12 = triangle((from, to) => (from === 1 && to === 2 ? 100 : 300));
const noLimit: FeeRoom = () => null;
const leftFor =
  (left: Readonly<Record<string, bigint>>): FeeRoom =>
  ({ outChannelId, inChannelId }) =>
    left[`${outChannelId}>${inChannelId}`] ?? null;

describe('the best circle', () => {
  test('without limits is what a plain search finds', () => {
    const found = searchWithinBudget(CHEAP_12, request(), noLimit);
    expect(found.result).toMatchObject(findCircularRoute(CHEAP_12, request()));
    expect(found.budgetMsat).toBeNull();
    expect(pairOf(found)).toBe('11>12');
  });

  test('is the next best where its own pair cannot afford it', () => {
    const found = searchWithinBudget(CHEAP_12, request(), leftFor({ '11>12': 99_999n }));
    expect(pairOf(found)).not.toBe('11>12');
    expect(found.result).toMatchObject({ quote: { feeMsat: 300_000n } });
    const enough = searchWithinBudget(CHEAP_12, request(), leftFor({ '11>12': 100_000n }));
    expect(pairOf(enough)).toBe('11>12');
  });

  test('nothing affordable: the largest that was left, and the least that would do', () => {
    const room: FeeRoom = ({ outChannelId }) => (outChannelId === id(11) ? 60_000n : 50_000n);
    const found = searchWithinBudget(CHEAP_12, request(), room);
    expect(found).toMatchObject({
      budgetMsat: 60_000n,
      result: { kind: 'no_route', reason: { code: 'fee_limit', cheapestFeeMsat: 100_000n } },
    });
  });

  test('of searches that find nothing, the one that lacks the least fee tells why', () => {
    // Others come first, and have more left, but are too dear all the same.
    const cheap = triangle((from, to) => (from === 3 && to === 2 ? 100 : 300));
    const room = leftFor({ '13>12': 99_000n });
    const found = searchWithinBudget(cheap, request({ maxFeeMsat: 200_000n }), room);
    expect(found).toMatchObject({
      budgetMsat: 99_000n,
      result: { kind: 'no_route', reason: { code: 'fee_limit', cheapestFeeMsat: 100_000n } },
    });
  });

  test("the request's own limit is not called the budget's", () => {
    const tight = request({ maxFeeMsat: 90_000n });
    const found = searchWithinBudget(CHEAP_12, tight, () => 1_000_000n);
    expect(found).toMatchObject({ budgetMsat: null, result: { kind: 'no_route' } });
  });
});

/** One search for each pair, with what that pair has left. */
function eachPair(snapshot: GraphSnapshot, asked: BudgetedRequest, room: FeeRoom): number | null {
  let best: number | null = null;
  for (const outChannelId of asked.outChannels) {
    for (const inChannelId of asked.inChannels) {
      if (outChannelId === inChannelId) continue;
      const left = room({ outChannelId, inChannelId });
      const result = findCircularRoute(snapshot, {
        ...asked,
        outChannels: [outChannelId],
        inChannels: [inChannelId],
        maxFeeMsat: left !== null && left < asked.maxFeeMsat ? left : asked.maxFeeMsat,
      });
      if (result.kind === 'route' && (best === null || result.costMsat < best)) {
        best = result.costMsat;
      }
    }
  }
  return best;
}

test('costs what the best of all pairs costs, and its own pair can pay it', () => {
  const reached = { none: 0, plain: 0, dearer: 0 };
  const property = fc.property(fc.noShrink(fc.integer()), (seed) => {
    const random = new SeededRandom(seed);
    const snapshot = triangle(() => random.pick([50, 100, 150, 200, 400]));
    const lefts = new Map<string, bigint | null>();
    const steps = [null, 60_000n, 100_000n, 160_000n, 500_000n];
    const perChannel = random.chance(0.5);
    const drawn = (name: string): bigint | null => {
      if (!lefts.has(name)) lefts.set(name, random.pick(steps));
      return lefts.get(name)!;
    };
    const room: FeeRoom = ({ outChannelId, inChannelId }) => {
      if (!perChannel) return drawn(`${outChannelId}>${inChannelId}`);
      const [a, b] = [drawn(outChannelId), drawn(inChannelId)];
      return a === null || b === null ? (a ?? b) : a < b ? a : b;
    };
    const some = (): ChannelId[] => {
      const among = [11, 12, 13].map(id).filter(() => random.chance(0.8));
      return among.length === 0 ? [id(11)] : among;
    };
    const asked = request({
      outChannels: some(),
      inChannels: some(),
      maxFeeMsat: random.pick([1_000_000n, 200_000n]),
    });
    const found = searchWithinBudget(snapshot, asked, room);
    const best = eachPair(snapshot, asked, room);
    if (found.result.kind === 'no_route') {
      expect(best).toBeNull();
      reached.none++;
      return;
    }
    expect(found.result.costMsat).toBe(best);
    const { hops } = found.result.path;
    const left = room({ outChannelId: hops[0]!.channelId, inChannelId: hops.at(-1)!.channelId });
    const { feeMsat } = found.result.quote;
    expect(left === null || feeMsat <= left).toBe(true);
    expect(found.budgetMsat === null || feeMsat <= found.budgetMsat).toBe(true);
    const free = findCircularRoute(snapshot, asked);
    if (free.kind === 'route' && free.costMsat < found.result.costMsat) reached.dearer++;
    else reached.plain++;
  });
  fc.assert(property, { seed: testSeed(99), numRuns: 400 });
  expect(Math.min(reached.none, reached.plain, reached.dearer)).toBeGreaterThan(5);
});

test('many channels that have spent the same share one search', () => {
  let asks = 0;
  const room: FeeRoom = ({ outChannelId, inChannelId }) => {
    asks++;
    return outChannelId === id(11) && inChannelId === id(12) ? 1n : 500_000n;
  };
  let reads = 0;
  const counted = request();
  const spied: BudgetedRequest = {
    ...counted,
    get amountMsat() {
      reads++;
      return counted.amountMsat;
    },
  };
  const found = searchWithinBudget(CHEAP_12, spied, room);
  expect(found.result).toMatchObject({ quote: { feeMsat: 300_000n } });
  // The one for all pairs, then {11}>{12}, {11}>{13} and {12, 13}>{all}.
  expect(reads).toBe(4);
  expect(asks).toBeGreaterThan(0);
});
