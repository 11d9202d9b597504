/** What holds for every plan, on networks and demands drawn at random; and how close a plan comes to the best there is. */
import { describe, expect, it } from 'vitest';
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import type { PlanGround } from '../../src/planner/plan-ground.ts';
import { planRebalances } from '../../src/planner/plan-rebalances.ts';
import type { PlannedMove } from '../../src/planner/rebalance-plan.ts';
import type { PlanRequest, PlanStrategy } from '../../src/planner/rebalance-plan-request.ts';
import type { OwnChannel } from '../../src/ports.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { DAY_MS, idOf, type OwnSketch, steady, type WaySketch, worldOf } from './plan-world.ts';

const WEEK_DAYS = 7;
const MIN_RATIO = 0.05;
const MAX_RATIO = 0.95;

interface Drawn {
  readonly ground: PlanGround;
  readonly sketches: readonly OwnSketch[];
  readonly demand: readonly ReturnType<typeof steady>[];
  readonly outPerDay: ReadonlyMap<ChannelId, number>;
  readonly inPerDay: ReadonlyMap<ChannelId, number>;
  readonly feePpm: ReadonlyMap<ChannelId, number>;
}

/** Where nothing is uncertain, there is room for everything between the peers as well. */
function drawn(random: SeededRandom, peers: number, uncertain: boolean): Drawn {
  const sketches = Array.from({ length: peers }, (_, i): OwnSketch => {
    const capacitySat = random.pick([2_000_000, 5_000_000, 10_000_000]);
    return {
      peer: i + 1,
      capacitySat,
      localSat: Math.floor(capacitySat * random.next()),
      fees: { feeRatePpm: random.pick([0, 50, 300, 1000, 2500]) },
    };
  });
  const ways: WaySketch[] = [];
  for (let a = 1; a <= peers; a++) {
    for (let b = a + 1; b <= peers; b++) {
      if (random.chance(0.7)) {
        const capacitySat = random.pick([500_000, 5_000_000, 50_000_000]);
        ways.push([a, b, random.between(0, 900), uncertain ? capacitySat : 50_000_000]);
      }
    }
  }
  const flows = sketches.map(({ peer }) => ({
    peer,
    outSat: random.chance(0.6) ? random.between(0, 1_500_000) : 0,
    inSat: random.chance(0.4) ? random.between(0, 1_000_000) : 0,
  }));
  const plain = worldOf(sketches, ways);
  const prices: PlanGround['prices'] = ({ amountMsat, weightMsat }) =>
    new DirectionPrices(
      Float64Array.from({ length: 2 * plain.snapshot.channelSlots }, (_, direction) =>
        direction < 2 * peers ? 0 : (weightMsat * ((direction * 37) % 11) * amountMsat) / 3e10,
      ),
    );
  const attemptCost = { attemptCostMsat: 5_000n, attemptCostPpm: 20 };
  return {
    ground: uncertain ? { ...plain, prices, attemptCost } : plain,
    sketches,
    demand: flows.map(({ peer, outSat, inSat }) => steady(peer, { outSat, inSat })),
    outPerDay: new Map(flows.map(({ peer, outSat }) => [idOf(peer), outSat * 1000])),
    inPerDay: new Map(flows.map(({ peer, inSat }) => [idOf(peer), inSat * 1000])),
    feePpm: new Map(sketches.map(({ peer, fees }) => [idOf(peer), fees?.feeRatePpm ?? 0])),
  };
}

/** Fees of a week that a channel's balance is too small for: what leaves beyond the balance and what comes back. */
function lostMsat(world: Drawn, channelId: ChannelId, balanceMsat: number): number {
  const net = (world.outPerDay.get(channelId)! - world.inPerDay.get(channelId)!) * WEEK_DAYS;
  return (Math.max(0, net - Math.max(0, balanceMsat)) * world.feePpm.get(channelId)!) / 1e6;
}

const ownOf = ({ ground }: Drawn, channelId: ChannelId): OwnChannel =>
  ground.ownChannels.find((own) => own.channelId === channelId)!;

/** What each channel has lost and won by some moves. */
function sums(moves: readonly PlannedMove[]) {
  const [left, came] = [new Map<ChannelId, bigint>(), new Map<ChannelId, bigint>()];
  for (const { outChannelId, inChannelId, amountMsat, feeMsat } of moves) {
    left.set(outChannelId, (left.get(outChannelId) ?? 0n) + amountMsat + feeMsat);
    came.set(inChannelId, (came.get(inChannelId) ?? 0n) + amountMsat);
  }
  return { left, came };
}

/** What moves take of others' channels, by direction. */
function crossings(moves: readonly PlannedMove[]) {
  const crossed = new Map<string, { crossedMsat: bigint; readonly capacityMsat: bigint }>();
  for (const hop of moves.flatMap(({ path }) => path.hops.slice(1, -1))) {
    const name = `${hop.channelId} ${hop.from}`;
    const before = crossed.get(name)?.crossedMsat ?? 0n;
    const capacityMsat = hop.capacitySat * 1000n;
    crossed.set(name, { crossedMsat: before + hop.amountInMsat, capacityMsat });
  }
  return crossed;
}

/** What an attempt of a move costs in the drawn worlds, times as many as it takes. */
const attemptsMsat = ({ amountMsat, probability }: PlannedMove): number =>
  (5_000 + (Number(amountMsat) * 20) / 1e6) / probability;

const STRATEGIES: readonly PlanStrategy[] = ['economic', 'economic', 'balance', 'explicit'];

describe('every plan', () => {
  const request = (world: Drawn, strategy: PlanStrategy): PlanRequest => ({
    strategy,
    // Checked against plain arithmetic, in which all that is expected counts.
    forecastShare: 1,
    fillAheadMs: WEEK_DAYS * DAY_MS,
    demand: world.demand,
    settings: { minRatio: MIN_RATIO, maxRatio: MAX_RATIO },
    minBenefitMsat: 2_000n,
    ...(strategy === 'explicit'
      ? { sources: [1, 2, 3, 4].map(idOf), targets: [3, 4, 5].map(idOf) }
      : {}),
  });

  it('keeps to the rules', () => {
    const seed = testSeed(88_000);
    let made = 0;
    for (let i = 0; i < 200; i++) {
      const random = new SeededRandom(seed + i);
      const world = drawn(random, 5 + (i % 2), true);
      const strategy = STRATEGIES[i % STRATEGIES.length]!;
      const { moves, leftOut, channels } = planRebalances(world.ground, request(world, strategy));
      made += moves.length;
      const { left, came } = sums(moves);

      let last: bigint | undefined;
      for (const move of moves) {
        // Never more than the target earns back, and never what is not worth it.
        expect(move.feeMsat).toBeLessThanOrEqual(move.earnedMsat);
        expect(move.feeMsat).toBeLessThanOrEqual(move.maxFeeMsat);
        expect(move.netMsat).toBeGreaterThanOrEqual(2_000n);
        expect(move.netMsat).toBe(
          move.earnedMsat - move.forgoneMsat + move.roomMsat - move.feeMsat - move.attemptsMsat,
        );
        const attempts = attemptsMsat(move);
        expect(Math.abs(Number(move.attemptsMsat) - attempts)).toBeLessThan(2);
        // Best first.
        if (last !== undefined) expect(move.netMsat).toBeLessThanOrEqual(last);
        last = move.netMsat;
        const { hops } = move.path;
        expect([hops[0]!.channelId, hops.at(-1)!.channelId]).toEqual([
          move.outChannelId,
          move.inChannelId,
        ]);
        expect(hops[0]!.amountInMsat - hops.at(-1)!.amountOutMsat).toBe(move.feeMsat);
        expect(hops.at(-1)!.amountOutMsat).toBe(move.amountMsat);
      }

      // No liquidity twice: neither back nor beyond what there is, ours or others'.
      for (const channelId of left.keys()) expect(came.has(channelId)).toBe(false);
      for (const [channelId, sentMsat] of left) {
        const { spendableMsat, capacitySat } = ownOf(world, channelId);
        const after = Number(spendableMsat - sentMsat);
        expect(after).toBeGreaterThanOrEqual(MIN_RATIO * Number(capacitySat) * 1000);
      }
      for (const [channelId, gotMsat] of came) {
        const { spendableMsat, capacitySat } = ownOf(world, channelId);
        const after = Number(spendableMsat + gotMsat);
        expect(after).toBeLessThanOrEqual(MAX_RATIO * Number(capacitySat) * 1000);
      }
      for (const { crossedMsat, capacityMsat } of crossings(moves).values()) {
        expect(crossedMsat).toBeLessThanOrEqual(capacityMsat);
      }
      // What we have afterwards is what we had less the fees.
      const total = (values: Iterable<bigint>): bigint => [...values].reduce((a, b) => a + b, 0n);
      expect(total(left.values()) - total(came.values())).toBe(
        total(moves.map(({ feeMsat }) => feeMsat)),
      );
      // Every channel is in a move, or there is a reason why not.
      const used = new Set([...left.keys(), ...came.keys()]);
      expect(leftOut.map(({ channelId }) => channelId)).toEqual(
        channels.map(({ channelId }) => channelId).filter((id) => !used.has(id)),
      );
    }
    expect(made).toBeGreaterThan(200);
  });

  it('gains what plain arithmetic says, all its moves together', () => {
    const seed = testSeed(88_500);
    let made = 0;
    for (let i = 0; i < 100; i++) {
      const world = drawn(new SeededRandom(seed + i), 5, true);
      const { moves } = planRebalances(world.ground, request(world, 'economic'));
      const costs = moves.reduce((sum, move) => sum + Number(move.feeMsat) + attemptsMsat(move), 0);
      const gained = gainedMsat(world, moves) - costs;
      const said = moves.reduce((sum, { netMsat }) => sum + Number(netMsat), 0);
      made += moves.length;
      expect(Math.abs(gained - said)).toBeLessThan(5 * moves.length + 1);
    }
    expect(made).toBeGreaterThan(50);
  });

  it('is the same for the same ground', () => {
    const make = () => {
      const world = drawn(new SeededRandom(testSeed(88_700)), 6, true);
      return planRebalances(world.ground, request(world, 'economic'));
    };
    expect(make()).toEqual(make());
  });
});

function gainedMsat(world: Drawn, moves: readonly PlannedMove[]): number {
  const { left, came } = sums(moves);
  let gained = 0;
  for (const { channelId, spendableMsat } of world.ground.ownChannels) {
    const moved = (came.get(channelId) ?? 0n) - (left.get(channelId) ?? 0n);
    gained +=
      lostMsat(world, channelId, Number(spendableMsat)) -
      lostMsat(world, channelId, Number(spendableMsat + moved));
  }
  return gained;
}

describe('against every set of moves that there is', () => {
  const AMOUNTS = [2_000_000_000n, 1_000_000_000n, 500_000_000n];
  const MOVES = 4;

  it('a plan gains 97 % of the best on average, and never less than half', () => {
    const seed = testSeed(89_000);
    let [cases, sum, exact, least] = [0, 0, 0, 1];
    for (let i = 0; cases < 60 && i < 600; i++) {
      const world = drawn(new SeededRandom(seed + i), 4, false);
      const terms: PlanRequest = {
        forecastShare: 1,
        fillAheadMs: WEEK_DAYS * DAY_MS,
        demand: world.demand,
        amountsMsat: AMOUNTS,
        minBenefitMsat: 0n,
        maxMoves: MOVES,
      };
      const best = bestByForce(world, singleMoves(world, terms));
      if (best < 1000) continue;
      cases++;
      const { moves } = planRebalances(world.ground, terms);
      const got = moves.reduce((total, { netMsat }) => total + Number(netMsat), 0);
      // Whole msat, rounded against us, four figures a move.
      expect(got).toBeLessThanOrEqual(best + 1);
      least = Math.min(least, got / best);
      sum += got / best;
      if (got + 20 >= best) exact++;
    }
    expect(cases).toBe(60);
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    process.stdout.write(
      `of the best: ${percent(sum / cases)} on average, ${percent(least)} at least, all in ${exact} of ${cases}\n`,
    );
    expect(least).toBeGreaterThan(0.5);
    expect(sum / cases).toBeGreaterThan(0.97);
  });

  /** Every move by itself, whatever it gains: the cheapest circle of each pair and amount. */
  function singleMoves(world: Drawn, terms: PlanRequest): readonly PlannedMove[] {
    const ids = world.sketches.map(({ peer }) => idOf(peer));
    return ids.flatMap((source) =>
      ids.flatMap((target) =>
        AMOUNTS.flatMap((amountMsat) =>
          source === target
            ? []
            : planRebalances(world.ground, {
                ...terms,
                amountsMsat: [amountMsat],
                sources: source,
                targets: target,
                maxMoves: 1,
              }).moves,
        ),
      ),
    );
  }

  function bestByForce(world: Drawn, singles: readonly PlannedMove[]): number {
    let best = 0;
    const visit = (from: number, taken: readonly PlannedMove[]): void => {
      if (!isPossible(world, taken)) return;
      const fees = taken.reduce((total, { feeMsat }) => total + Number(feeMsat), 0);
      best = Math.max(best, gainedMsat(world, taken) - fees);
      if (taken.length === MOVES) return;
      for (let i = from; i < singles.length; i++) visit(i, [...taken, singles[i]!]);
    };
    visit(0, []);
    return best;
  }

  function isPossible(world: Drawn, moves: readonly PlannedMove[]): boolean {
    const { left, came } = sums(moves);
    for (const [channelId, sentMsat] of left) {
      if (came.has(channelId) || sentMsat > ownOf(world, channelId).spendableMsat) return false;
    }
    for (const [channelId, gotMsat] of came) {
      if (gotMsat > ownOf(world, channelId).receivableMsat) return false;
    }
    return true;
  }
});
