import { describe, expect, it } from 'vitest';
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import type { PlanGround } from '../../src/planner/plan-ground.ts';
import { planRebalances } from '../../src/planner/plan-rebalances.ts';
import type { LeftOutChannel, RebalancePlan } from '../../src/planner/rebalance-plan.ts';
import type { PlanRequest } from '../../src/planner/rebalance-plan-request.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import {
  DAY_MS,
  forward,
  idOf,
  NOW_MS,
  type OwnSketch,
  steady,
  type WaySketch,
  worldOf,
} from './plan-world.ts';

const FULL: OwnSketch = { peer: 1, localSat: 9_000_000, fees: { feeRatePpm: 100 } };
const EMPTY: OwnSketch = { peer: 2, localSat: 1_000_000, fees: { feeRatePpm: 1000 } };
const WAYS: readonly WaySketch[] = [[1, 2, 200]];
/** Over the week 7,000,000 sat want to leave to peer 2, where there are 1,000,000. */
const DEMAND = [steady(2, { outSat: 1_000_000 })];
/** Amounts and worths that can be reckoned by hand. */
const EXACT: PlanRequest = { demand: DEMAND, minBenefitMsat: 0n };

const plan = (
  request: PlanRequest = EXACT,
  sketches: readonly OwnSketch[] = [FULL, EMPTY],
  more: Partial<PlanGround> = {},
  ways: readonly WaySketch[] = WAYS,
): RebalancePlan =>
  // All that is expected of a week counts, so that it can be reckoned by hand.
  planRebalances(worldOf(sketches, ways, more), {
    forecastShare: 1,
    fillAheadMs: 7 * DAY_MS,
    ...request,
  });

const left = (answer: RebalancePlan, peer: number): LeftOutChannel | undefined =>
  answer.leftOut.find(({ channelId }) => channelId === idOf(peer));

describe('an economic plan', () => {
  it('reckons what a move earns, forgoes and costs, by hand', () => {
    const amountsMsat = [4_000_000_000n];
    const demand = [...DEMAND, steady(1, { outSat: 1_000_000 })];
    const { moves } = plan({ ...EXACT, demand, amountsMsat, maxMoves: 1 });
    // 4,000,000 sat at 1000 ppm; the route costs 200 ppm; of the 9,000,000 on the source 4,999,200 are left, and 7,000,000
    // are asked for at 100 ppm.
    expect(moves).toMatchObject([
      {
        outChannelId: idOf(1),
        inChannelId: idOf(2),
        amountMsat: 4_000_000_000n,
        feeMsat: 800_000n,
        feePpm: 200,
        earnedMsat: 4_000_000n,
        forgoneMsat: 200_080n,
        roomMsat: 0n,
        attemptsMsat: 0n,
        netMsat: 4_000_000n - 200_080n - 800_000n,
        probability: 1,
      },
    ]);
    expect(moves[0]!.maxFeeMsat).toBe(4_000_000n - 200_080n);
  });

  it('counts nothing beyond what the horizon can use', () => {
    const request = { ...EXACT, amountsMsat: [7_000_000_000n] };
    const [move] = plan(request).moves;
    // 1,000,000 of the 7,000,000 that leave are there already.
    expect(move).toMatchObject({ earnedMsat: 6_000_000n, feeMsat: 1_400_000n });
    const half = plan({ ...request, horizonMs: 3.5 * DAY_MS });
    expect(half.moves[0]).toMatchObject({ earnedMsat: 2_500_000n, netMsat: 1_100_000n });
    const day = plan({ ...request, horizonMs: DAY_MS });
    expect(day.moves).toEqual([]);
    expect(left(day, 2)?.asTarget).toEqual({ code: 'has_enough', worthPpm: 0 });
  });

  it('fills up to the need in steps, and stops there', () => {
    const { moves } = plan({ ...EXACT, amountsMsat: [4_000_000_000n, 1_000_000_000n] });
    expect(moves.map(({ amountMsat }) => amountMsat)).toEqual([
      4_000_000_000n,
      1_000_000_000n,
      1_000_000_000n,
    ]);
    expect(moves.at(-1)).toMatchObject({ earnedMsat: 1_000_000n, netMsat: 800_000n });
  });

  it('counts as much of what is expected as it is told, and 0.85 of it untold', () => {
    const request = {
      ...EXACT,
      fillAheadMs: 7 * DAY_MS,
      amountsMsat: [4_000_000_000n],
      maxMoves: 1,
    };
    const demand = [...DEMAND, steady(1, { outSat: 1_000_000 })];
    const worth = (more: PlanRequest) =>
      planRebalances(worldOf([FULL, EMPTY], WAYS), { ...request, demand, ...more }).moves[0];
    // What the source gives up counts in full: 2,000,800 of the 7,000,000 sat that want to leave it, at 100 ppm.
    expect(worth({ forecastShare: 0.4 })).toMatchObject({
      earnedMsat: 1_600_000n,
      forgoneMsat: 200_080n,
      maxFeeMsat: 1_600_000n - 200_080n,
      netMsat: 1_600_000n - 200_080n - 800_000n,
    });
    expect(worth({})).toEqual(worth({ forecastShare: 0.85 }));
    // The route costs 200 ppm of the 1,000 that the target asks.
    expect(worth({ forecastShare: 0.25 })).toBeUndefined();
  });

  describe('fills ahead', () => {
    const moved = (request: PlanRequest): bigint =>
      plan({ ...EXACT, ...request }).moves.reduce((sum, { amountMsat }) => sum + amountMsat, 0n);

    it('for so long as it is told, and 12 hours untold', () => {
      // 1,000,000 sat leave each day, and as many are there.
      expect(moved({ fillAheadMs: DAY_MS })).toBe(0n);
      const threeDays = moved({ fillAheadMs: 3 * DAY_MS });
      expect(threeDays).toBeGreaterThan(1_800_000_000n);
      expect(threeDays).toBeLessThanOrEqual(2_000_000_000n);
      const demand = [steady(2, { outSat: 6_000_000 })];
      const usual = planRebalances(worldOf([FULL, EMPTY], WAYS), { ...EXACT, demand });
      const halfDay = { ...EXACT, demand, fillAheadMs: DAY_MS / 2 };
      expect(usual).toEqual(planRebalances(worldOf([FULL, EMPTY], WAYS), halfDay));
      expect(usual).toMatchObject({ fillAheadMs: DAY_MS / 2, horizonMs: 7 * DAY_MS });
      expect(usual.moves.length).toBeGreaterThan(0);
    });

    it('for no longer than the horizon', () => {
      const short = plan({ ...EXACT, fillAheadMs: 7 * DAY_MS, horizonMs: 3 * DAY_MS });
      expect(short).toEqual(plan({ ...EXACT, fillAheadMs: 3 * DAY_MS, horizonMs: 3 * DAY_MS }));
    });

    it('from sources that miss it for the whole horizon', () => {
      // The source runs dry on the fifth day with the move, and not at all without.
      const demand = [steady(2, { outSat: 4_000_000 }), steady(1, { outSat: 1_200_000 })];
      const request = { ...EXACT, demand, amountsMsat: [3_000_000_000n], maxMoves: 1 };
      const day = plan({ ...request, fillAheadMs: DAY_MS }).moves[0]!;
      // 3,000,600 sat leave the source, which has 600,000 more than the week asks of it.
      expect(day).toMatchObject({ earnedMsat: 3_000_000n, forgoneMsat: 240_060n });
      const unseen = plan({ ...request, fillAheadMs: DAY_MS, horizonMs: 4 * DAY_MS }).moves[0]!;
      expect(unseen).toMatchObject({ earnedMsat: 3_000_000n, forgoneMsat: 0n });
    });
  });

  it('finds amounts by itself', () => {
    const { moves } = plan();
    const moved = moves.reduce((sum, { amountMsat }) => sum + amountMsat, 0n);
    expect(moved).toBeGreaterThan(5_500_000_000n);
    expect(moved).toBeLessThanOrEqual(6_200_000_000n);
  });

  it('counts the attempts that it takes on average', () => {
    const { snapshot } = worldOf([FULL, EMPTY], WAYS);
    const direction = snapshot.directionFrom(snapshot.channelId(2), nodeIdOf(1))!;
    // -ln of a quarter on the one channel between the peers.
    const prices: PlanGround['prices'] = ({ weightMsat }) => {
      const made = new DirectionPrices(2 * snapshot.channelSlots);
      made.set(direction, weightMsat * Math.log(4));
      return made;
    };
    const attemptCost = { attemptCostMsat: 50_000n, attemptCostPpm: 10 };
    const request = { ...EXACT, amountsMsat: [1_000_000_000n], maxMoves: 1 };
    const [move] = plan(request, undefined, { prices, attemptCost }).moves;
    expect(move!.probability).toBeCloseTo(0.25, 9);
    // (50,000 + 10 ppm of 1,000,000,000) x 4, give or take a rounding.
    expect(Number(move!.attemptsMsat)).toBeCloseTo(240_000, -1);
    expect(Number(move!.netMsat)).toBeCloseTo(1_000_000 - 200_000 - 240_000, -1);
  });

  describe('with a sure way and a cheap one', () => {
    const ways: WaySketch[] = [
      [1, 2, 500],
      [1, 7, 100],
      [7, 2, 100],
    ];
    /** One attempt in ten gets through by 7. */
    const pricesOf =
      (
        sketches: readonly OwnSketch[],
        among: readonly WaySketch[],
      ): NonNullable<PlanGround['prices']> =>
      ({ weightMsat }) => {
        const { snapshot } = worldOf(sketches, among);
        const made = new DirectionPrices(2 * snapshot.channelSlots);
        const direction = snapshot.directionFrom(parseChannelId('100001'), nodeIdOf(1))!;
        made.set(direction, weightMsat * Math.LN10);
        return made;
      };
    const prices = pricesOf([FULL, EMPTY], ways);
    const asked: PlanRequest = { ...EXACT, amountsMsat: [1_000_000_000n], maxMoves: 1 };

    it('takes the sure one where attempts cost more than it does', () => {
      const attemptCost = { attemptCostMsat: 50_000n, attemptCostPpm: 0 };
      const [move] = plan(asked, undefined, { prices, attemptCost }, ways).moves;
      expect(move).toMatchObject({ feeMsat: 500_000n, probability: 1, attemptsMsat: 50_000n });
    });

    it('takes the cheap one where they cost less', () => {
      const attemptCost = { attemptCostMsat: 5_000n, attemptCostPpm: 0 };
      const [move] = plan(asked, undefined, { prices, attemptCost }, ways).moves;
      expect(move?.feeMsat).toBe(200_010n);
      expect(move?.probability).toBeCloseTo(0.1, 9);
    });

    it('takes the cheap one where no more may be paid for this target, though more for another', () => {
      const other: OwnSketch = { peer: 3, localSat: 5_000_000, fees: { feeRatePpm: 1000 } };
      const demand = [...DEMAND, steady(3, { outSat: 1_500_000 })];
      const attemptCost = { attemptCostMsat: 40_000n, attemptCostPpm: 0 };
      const rules = [{ channels: idOf(2), maxFeePpm: 300 }];
      const request = { ...asked, demand, rules, sources: idOf(1), maxMoves: 20 };
      const sketches = [FULL, EMPTY, other];
      const more: WaySketch[] = [...ways, [1, 3, 400]];
      const { moves } = plan(
        request,
        sketches,
        { prices: pricesOf(sketches, more), attemptCost },
        more,
      );
      const fees = new Map(moves.map((move) => [move.inChannelId, move.feePpm]));
      expect(fees.get(idOf(3))).toBe(400);
      expect(fees.get(idOf(2))).toBe(200.01);
    });
  });

  it('adds what can come in over the source, where the balance that it leaves over is not short', () => {
    // Peer 1 pays in, and what comes leaves to peer 3 for 1000 ppm, where there is plenty.
    const sketches: OwnSketch[] = [
      { ...FULL, localSat: 9_900_000 },
      EMPTY,
      { peer: 3, localSat: 9_000_000, fees: { feeRatePpm: 1000 } },
    ];
    const forwards = Array.from({ length: 60 }, (_, i) =>
      forward({ from: 1, to: 3, sat: 50_000, feeMsat: 50_000, daysAgo: i / 2 }),
    );
    const history = { sinceMs: NOW_MS - 30 * DAY_MS, forwards };
    const request = { ...EXACT, sources: idOf(1), amountsMsat: [1_000_000_000n], maxMoves: 1 };
    const [move] = plan(request, sketches, { history }).moves;
    expect(move!.roomMsat).toBeGreaterThan(100_000n);
    expect(move!.netMsat).toBe(
      move!.earnedMsat - move!.forgoneMsat + move!.roomMsat - move!.feeMsat,
    );
  });

  it('leaves what earns more where it is', () => {
    const demand = [...DEMAND, steady(1, { outSat: 2_000_000 })];
    const dear: OwnSketch = { ...FULL, fees: { feeRatePpm: 3000 } };
    const answer = plan({ ...EXACT, demand, amountsMsat: [1_000_000_000n] }, [dear, EMPTY]);
    expect(answer.moves).toEqual([]);
    expect(left(answer, 1)?.asSource).toMatchObject({
      code: 'not_worth_it',
      otherChannelId: idOf(2),
      feePpm: 200,
    });
  });
});

describe('several channels with a peer', () => {
  const twin = (localSat: number): OwnSketch => ({ ...EMPTY, id: 201, localSat });

  it('share what leaves: no more is brought than all of them lack', () => {
    const request = { ...EXACT, amountsMsat: [8_000_000_000n] };
    // 7,000,000 leave in a week, where 1,000,000 are in the one and 2,000,000 in the other.
    const [move] = plan(request, [FULL, EMPTY, twin(2_000_000)]).moves;
    expect(move?.earnedMsat).toBe(4_000_000n);
    expect(plan(request, [FULL, EMPTY, twin(9_000_000)]).moves).toEqual([]);
    const inactive = { ...twin(9_000_000), own: { active: false } };
    expect(plan(request, [FULL, EMPTY, inactive]).moves[0]?.earnedMsat).toBe(6_000_000n);
  });

  it('give each other nothing', () => {
    const request = { ...EXACT, sources: '201', targets: idOf(2) };
    const ways: WaySketch[] = [...WAYS, [2, 1, 0]];
    expect(plan(request, [FULL, EMPTY, twin(9_000_000)], {}, ways).moves).toEqual([]);
  });
});

describe('guards', () => {
  it('never pay more than the target earns back', () => {
    const answer = plan(EXACT, undefined, {}, [[1, 2, 1001]]);
    expect(answer.moves).toEqual([]);
    expect(left(answer, 2)?.asTarget).toMatchObject({ code: 'not_worth_it', feePpm: 1001 });
    const reason = left(answer, 2)!.asTarget;
    if (reason.code === 'not_worth_it') expect(reason.worthPpm).toBeCloseTo(1000, 6);
    expect(plan(EXACT, undefined, {}, [[1, 2, 999]]).moves.length).toBeGreaterThan(0);
  });

  it('hold back what gains less than the minimum', () => {
    const request = { ...EXACT, amountsMsat: [1_000_000_000n] };
    expect(plan({ ...request, minBenefitMsat: 800_000n }).moves.length).toBeGreaterThan(0);
    expect(plan({ ...request, minBenefitMsat: 800_001n }).moves).toEqual([]);
  });

  it('pay no more than settings allow: ppm, or a share of what was earned', () => {
    const dear = { settings: { maxFeePpm: 199 } };
    expect(plan({ ...EXACT, ...dear }).moves).toEqual([]);
    expect(plan({ ...EXACT, settings: { maxFeePpm: 200 } }).moves.length).toBeGreaterThan(0);
    const forwards = [forward({ from: 1, to: 2, sat: 1_000_000, feeMsat: 1_000_000 })];
    const history = { sinceMs: NOW_MS - 30 * DAY_MS, forwards };
    const share = (earnedShare: number) =>
      plan({ ...EXACT, settings: { earnedShare } }, undefined, { history }).moves.length;
    expect(share(0.19)).toBe(0);
    expect(share(0.21)).toBeGreaterThan(0);
    // Nothing earned yet, so nothing to pay of.
    const none = plan({ ...EXACT, settings: { earnedShare: 1 } });
    expect(left(none, 2)?.asTarget).toEqual({ code: 'earns_nothing' });
  });

  it('do not move back what was moved lately', () => {
    const moved = {
      atMs: NOW_MS - DAY_MS / 2,
      outChannelId: idOf(3),
      inChannelId: idOf(1),
      amountMsat: 1_000_000n,
      feeMsat: 0n,
    };
    const filled = plan(EXACT, undefined, { past: { moves: [moved], failures: [] } });
    expect(filled.moves).toEqual([]);
    expect(left(filled, 1)?.asSource).toEqual({
      code: 'cool_down',
      untilMs: NOW_MS + DAY_MS / 2,
    });
    expect(left(filled, 2)?.asTarget).toEqual({ code: 'no_partner' });
    const drained = { ...moved, outChannelId: idOf(2), inChannelId: idOf(3) };
    const other = plan(EXACT, undefined, { past: { moves: [drained], failures: [] } });
    expect(left(other, 2)?.asTarget).toMatchObject({ code: 'cool_down' });
    const short = { settings: { coolDownMs: DAY_MS / 2 } };
    const past = { moves: [moved], failures: [] };
    expect(plan({ ...EXACT, ...short }, undefined, { past }).moves.length).toBeGreaterThan(0);
  });

  it('are quiet after failures, for ever longer', () => {
    const failed = (...minutesAgo: readonly number[]): PlanGround['past'] => ({
      moves: [],
      failures: minutesAgo.map((minutes) => ({
        atMs: NOW_MS - minutes * 60_000,
        outChannels: [idOf(1)],
        inChannels: [idOf(2)],
      })),
    });
    const failing = (...minutesAgo: readonly number[]) =>
      plan(EXACT, undefined, { past: failed(...minutesAgo) });
    expect(failing(3).moves.length).toBeGreaterThan(0);
    expect(left(failing(1), 2)?.asTarget).toEqual({
      code: 'quiet',
      failures: 1,
      untilMs: NOW_MS + 60_000,
    });
    expect(left(failing(1), 1)?.asSource).toMatchObject({ code: 'quiet', failures: 1 });
    expect(failing(100, 3).moves).toEqual([]);
    expect(failing(100, 5).moves.length).toBeGreaterThan(0);
    expect(failing(500, 400, 300, 200, 100, 14).moves).toEqual([]);
    expect(failing(500, 400, 300, 200, 100, 16).moves.length).toBeGreaterThan(0);
    const hour = { ...EXACT, quietMs: 3_600_000 };
    expect(plan(hour, undefined, { past: failed(59) }).moves).toEqual([]);
    expect(plan(hour, undefined, { past: failed(61) }).moves.length).toBeGreaterThan(0);
  });

  it('leave a target alone that failed from everywhere', () => {
    const failures = [3, 4, 5].map((peer, i) => ({
      atMs: NOW_MS - i * 60_000,
      outChannels: [idOf(peer)],
      inChannels: [idOf(2)],
    }));
    const answer = plan(EXACT, undefined, { past: { moves: [], failures } });
    expect(left(answer, 2)?.asTarget).toMatchObject({ code: 'quiet', failures: 3 });
  });
});

describe('what is left out', () => {
  const reasons = (
    sketch: Partial<OwnSketch>,
    request: PlanRequest = EXACT,
  ): LeftOutChannel | undefined => left(plan(request, [FULL, { ...EMPTY, ...sketch }]), 2);

  it.each([
    ['inactive', { own: { active: false } }, EXACT],
    ['no_policy', { fees: null }, EXACT],
    ['no_outflow', {}, { ...EXACT, demand: [] }],
    ['earns_nothing', { fees: { feeRatePpm: 0 } }, EXACT],
    ['excluded', {}, { ...EXACT, exclude: idOf(2) }],
    ['excluded', {}, { ...EXACT, rules: [{ channels: idOf(2), use: 'source' }] }],
    ['excluded', {}, { ...EXACT, include: [idOf(1)] }],
    ['no_room', { localSat: 9_970_000 }, EXACT],
    ['no_room', {}, { ...EXACT, rules: [{ channels: idOf(2), maxRatio: 0.1 }] }],
    ['not_worth_it', { fees: { feeRatePpm: 150 } }, EXACT],
  ] satisfies [string, Partial<OwnSketch>, PlanRequest][])(
    'as a target: %s',
    (code, sketch, request) => {
      expect(reasons(sketch, request)?.asTarget.code).toBe(code);
    },
  );

  it('as a source: what the fee would take is not there', () => {
    const request = { ...EXACT, amountsMsat: [6_000_000_000n], settings: { minRatio: 0.3 } };
    // 6,000,000 sat above the minimum, and the route costs 200 ppm of them.
    expect(plan(request).moves).toEqual([]);
    expect(plan({ ...request, amountsMsat: [5_998_000_000n] }).moves).toHaveLength(1);
  });

  it('as a source: no balance within its settings', () => {
    const rules = [{ channels: idOf(1), minRatio: 0.897 }];
    const answer = plan({ ...EXACT, rules });
    expect(left(answer, 1)?.asSource).toEqual({ code: 'no_balance', roomMsat: 30_000_000n });
    expect(left(answer, 2)?.asTarget).toEqual({ code: 'no_partner' });
  });

  it('says why there is no route', () => {
    const answer = plan(EXACT, undefined, {}, []);
    expect(left(answer, 2)?.asTarget).toMatchObject({
      code: 'no_route',
      reason: { code: 'disconnected' },
    });
  });

  it('says that others gain more', () => {
    const third: OwnSketch = { peer: 3, localSat: 1_000_000, fees: { feeRatePpm: 500 } };
    const demand = [...DEMAND, steady(3, { outSat: 1_000_000 })];
    const ways: WaySketch[] = [...WAYS, [1, 3, 200]];
    const answer = plan({ ...EXACT, demand, maxMoves: 1 }, [FULL, EMPTY, third], {}, ways);
    expect(left(answer, 3)?.asTarget).toEqual({ code: 'outranked' });
  });

  it('is every channel without a move, each once', () => {
    const third: OwnSketch = { peer: 3, localSat: 1_000_000 };
    const answer = plan(EXACT, [FULL, EMPTY, third]);
    expect(answer.leftOut.map(({ channelId }) => channelId)).toEqual([idOf(3)]);
    expect(answer.channels.map(({ channelId }) => channelId)).toEqual([1, 2, 3].map(idOf));
  });
});

describe('strategies', () => {
  it('balance goes to the ratio on both sides, for no more than the target charges', () => {
    const request: PlanRequest = { strategy: 'balance', minBenefitMsat: 0n };
    const { moves } = plan(request);
    const moved = moves.reduce((sum, { amountMsat }) => sum + amountMsat, 0n);
    const sent = moves.reduce((sum, { amountMsat, feeMsat }) => sum + amountMsat + feeMsat, 0n);
    expect(sent).toBeLessThanOrEqual(4_000_000_000n);
    expect(moved).toBeGreaterThan(3_900_000_000n);
    expect(plan(request, undefined, {}, [[1, 2, 1001]]).moves).toEqual([]);
    const rules = [{ channels: idOf(2), targetRatio: 0.2 }];
    const little = plan({ ...request, rules }).moves;
    expect(little.reduce((sum, { amountMsat }) => sum + amountMsat, 0n)).toBe(1_000_000_000n);
  });

  it('explicit moves between the lists, as far as settings let it', () => {
    const request: PlanRequest = {
      strategy: 'explicit',
      sources: '1x1x1',
      targets: idOf(2),
      minBenefitMsat: 0n,
      settings: { minRatio: 0.1, maxRatio: 0.9 },
    };
    expect(() => plan(request)).toThrow('sources names no channel of ours: "1x1x1"');
    const { moves } = plan({ ...request, sources: idOf(1) });
    const moved = moves.reduce((sum, { amountMsat }) => sum + amountMsat, 0n);
    expect(moved).toBeGreaterThan(7_800_000_000n);
    expect(moved).toBeLessThanOrEqual(8_000_000_000n);
    expect(moves.every(({ outChannelId }) => outChannelId === idOf(1))).toBe(true);
    expect(() => plan({ strategy: 'explicit', sources: idOf(1) })).toThrow(
      'the strategy explicit needs both sources and targets',
    );
  });
});
