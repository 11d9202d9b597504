/** LDK's own scorer beside ours: after every payment both know the same, and ask the same to avoid a channel. */
import type {
  CandidateRouteHop,
  ChannelUsage,
  ProbabilisticScoringFeeParameters,
} from 'lightningdevkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LdkModule, loadLdk, silentLogger } from '../../../bench/ldk/load-ldk.ts';
import { nodeKey } from '../../../bench/ldk/node-key.ts';
import { LDK_FEES_2024, type LdkFees } from '../../../src/liquidity/ldk/parameters.ts';
import { readScores } from '../../../src/liquidity/ldk/read-scores.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { type Step, scoredHop, TwinScorer } from './twin-scorer.ts';

const NETWORKS = runSize({ part: 4, full: 12 });
const PAYMENTS = 150;
/**
 * So that all of it takes less than 14 days: LDK 0.1 lets a history without news fade far too fast (by 2048 instead of 2
 * each half-life), which was put right later.
 */
const MOST_WAIT_SECONDS = 8 * 3600;
const START_SECONDS = 1_780_000_000;
/** LDK 0.1 without an operating system fades bounds in single precision. */
const FADING_ROUNDING = 1e-6;
/** LDK sums weights of buckets in whole numbers, we in doubles. */
const ROUNDING = 3e-9;

describe("LDK's scorer", () => {
  let ldk: LdkModule;
  let fees: ProbabilisticScoringFeeParameters;
  beforeAll(async () => {
    ldk = await loadLdk();
    fees = ldk.ProbabilisticScoringFeeParameters.constructor_default();
  }, 60_000);

  it('has the defaults that we take it to have', () => {
    expect({
      basePenaltyMsat: Number(fees.get_base_penalty_msat()),
      basePenaltyAmountMultiplierMsat: Number(fees.get_base_penalty_amount_multiplier_msat()),
      liquidityPenaltyMultiplierMsat: Number(fees.get_liquidity_penalty_multiplier_msat()),
      liquidityPenaltyAmountMultiplierMsat: Number(
        fees.get_liquidity_penalty_amount_multiplier_msat(),
      ),
      historicalPenaltyMultiplierMsat: Number(
        fees.get_historical_liquidity_penalty_multiplier_msat(),
      ),
      historicalPenaltyAmountMultiplierMsat: Number(
        fees.get_historical_liquidity_penalty_amount_multiplier_msat(),
      ),
      antiProbingPenaltyMsat: Number(fees.get_anti_probing_penalty_msat()),
      impossiblePenaltyMsat: Number(fees.get_considered_impossible_penalty_msat()),
      linear: Boolean(fees.get_linear_success_probability()),
      boundIsImpossible: true,
    }).toEqual(LDK_FEES_2024);
  });

  it('knows what ours knows, after any payments', (context) => {
    const random = new SeededRandom(testSeed(4501));
    const tally = new Tally("LDK's scorer");
    for (let i = 0; i < NETWORKS; i++) {
      const twins = new TwinScorer(ldk, random);
      payments(twins, random, () => {
        compareKnowledge(twins);
        compareProbabilities(twins, random, fees);
        tally.compared++;
      });
    }
    tally.report(context);
    expect(tally.compared).toBe(NETWORKS * PAYMENTS);
  });

  it('asks what ours asks, of every channel that its router looks at', (context) => {
    const random = new SeededRandom(testSeed(4502));
    const tally = new Tally("the scorer's penalties");
    for (let i = 0; i < NETWORKS; i++) {
      const twins = new TwinScorer(ldk, random);
      let count = 0;
      payments(twins, random, () => {
        compareKnowledge(twins);
        if (++count % 10 === 0) tally.compared += comparePenalties(ldk, twins, { random, fees });
      });
    }
    tally.report(context);
    expect(tally.compared).toBeGreaterThan(NETWORKS * 60);
  });

  it('asks the same where the bounds known now count too', (context) => {
    const random = new SeededRandom(testSeed(4503));
    const tally = new Tally("the scorer's penalties with live bounds");
    const live = fees.clone();
    live.set_liquidity_penalty_multiplier_msat(30_000n);
    live.set_liquidity_penalty_amount_multiplier_msat(192n);
    const ours = {
      ...LDK_FEES_2024,
      liquidityPenaltyMultiplierMsat: 30_000,
      liquidityPenaltyAmountMultiplierMsat: 192,
    };
    for (let i = 0; i < NETWORKS; i++) {
      const twins = new TwinScorer(ldk, random);
      let count = 0;
      payments(twins, random, () => {
        compareKnowledge(twins);
        if (++count % 10 !== 0) return;
        tally.compared += comparePenalties(ldk, twins, { random, fees: live, ours });
      });
    }
    tally.report(context);
    expect(tally.compared).toBeGreaterThan(NETWORKS * 60);
  });
});

/** Random payments, from seconds to hours apart, and a call after each. */
function payments(twins: TwinScorer, random: SeededRandom, after: () => void): void {
  let seconds = START_SECONDS;
  // Amounts come again, as they do in retries, and so meet the very bounds that they left.
  const amounts = Array.from({ length: 5 }, () => random.between(1, 2e9));
  for (let i = 0; i < PAYMENTS; i++) {
    const way = twins.walk(random, random.between(1, 5));
    const least = Math.min(...way.map((step) => step.capacityMsat));
    const amountMsat = Math.min(
      least,
      random.chance(0.5) ? random.pick(amounts) : 1 + Math.floor(least * random.next() ** 3),
    );
    const payment = { amountMsat, seconds };
    if (random.chance(0.2)) twins.settle(way, payment);
    else twins.fail(way, random.between(0, way.length), payment);
    after();
    seconds += random.pick([0, 4, 300, 1800]);
    if (random.chance(0.1)) seconds += random.between(0, MOST_WAIT_SECONDS);
    if (random.chance(0.3)) twins.pass(seconds);
  }
}

/** All that LDK writes down. Ours goes on from there, so that differences in rounding do not add up. */
function compareKnowledge(twins: TwinScorer): void {
  const theirs = readScores(twins.theirs.write());
  const ids = [...twins.ours.channelIds];
  expect(theirs.map(({ channelId }) => channelId).sort()).toEqual(ids.sort());
  for (const { channelId, state } of theirs) {
    const ours = twins.ours.state(channelId)!;
    state.offsetsMsat.forEach((offset, way) => {
      const difference = Math.abs(offset - ours.offsetsMsat[way]!);
      expect(difference).toBeLessThanOrEqual(1 + FADING_ROUNDING * offset);
    });
    expect(ours.rows).toEqual(state.rows);
    expect([ours.boundsAtMs, ours.historyAtMs]).toEqual([state.boundsAtMs, state.historyAtMs]);
    twins.ours.restore(channelId, state);
  }
}

function compareProbabilities(
  twins: TwinScorer,
  random: SeededRandom,
  fees: ProbabilisticScoringFeeParameters,
): void {
  const step = random.pick(twins.steps);
  const amountMsat = Math.floor(step.capacityMsat * random.next() ** 3);
  const asked = { amountMsat, linear: false };
  const live = twins.ours.liveProbability(scoredHop(step), asked);
  expect(live).toBeCloseTo(twins.theirLiveProbability(step, amountMsat, fees), 12);
  const history = twins.ours.historicalProbability(scoredHop(step), asked);
  const theirs = twins.theirHistoricalProbability(step, amountMsat, fees);
  if (history === null || theirs === null) expect([history, theirs]).toEqual([null, null]);
  else expect(Math.abs(history - theirs)).toBeLessThanOrEqual(ROUNDING);
}

/** Has LDK's router search, and asks both scorers about each channel on its way. @returns How often. */
function comparePenalties(
  ldk: LdkModule,
  twins: TwinScorer,
  terms: {
    readonly random: SeededRandom;
    readonly fees: ProbabilisticScoringFeeParameters;
    readonly ours?: LdkFees;
  },
): number {
  const { random, fees, ours = LDK_FEES_2024 } = terms;
  const real = twins.theirs.as_ScoreLookUp();
  let compared = 0;
  const spy = ldk.ScoreLookUp.new_impl({
    channel_penalty_msat: (candidate, usage) => {
      const theirs = real.channel_penalty_msat(candidate, usage, fees);
      const step = stepOf(ldk, twins.steps, candidate);
      if (step !== undefined) {
        expect(Number(theirs)).toBe(ourPenalty(twins, step, { usage, fees: ours }));
        compared++;
      }
      return theirs;
    },
  });
  const nodes = [...new Set(twins.steps.map(({ from }) => from))];
  const [from, to] = [random.pick(nodes), random.pick(nodes)];
  if (from !== to) search(ldk, twins, { from, to, random, spy, fees });
  return compared;
}

function ourPenalty(
  twins: TwinScorer,
  step: Step,
  { usage, fees }: { usage: ChannelUsage; fees: LdkFees },
): number {
  const { way, capacityMsat } = scoredHop(step);
  const use = {
    way,
    capacityMsat,
    maxHtlcMsat: Number(step.policy.maxHtlcMsat),
    amountMsat: Number(usage.get_amount_msat()),
    inFlightMsat: Number(usage.get_inflight_htlc_msat()),
  };
  return twins.ours.penaltyMsat(step.channelId, use, fees);
}

function stepOf(
  ldk: LdkModule,
  steps: readonly Step[],
  candidate: CandidateRouteHop,
): Step | undefined {
  const id = candidate.globally_unique_short_channel_id();
  if (!(id instanceof ldk.Option_u64Z_Some)) return undefined;
  const target = Buffer.from(candidate.target().as_slice()).toString('hex');
  return steps.find((step) => BigInt(step.channelId) === id.some && nodeKey(step.to) === target);
}

function search(
  ldk: LdkModule,
  twins: TwinScorer,
  asked: {
    readonly from: NodeId;
    readonly to: NodeId;
    readonly random: SeededRandom;
    readonly spy: ReturnType<LdkModule['ScoreLookUp']['new_impl']>;
    readonly fees: ProbabilisticScoringFeeParameters;
  },
): void {
  const { from, to, random, spy, fees } = asked;
  const payment = ldk.PaymentParameters.constructor_from_node_id(
    Buffer.from(nodeKey(to), 'hex'),
    40,
  );
  const terms = ldk.RouteParameters.constructor_new(
    payment,
    BigInt(random.between(1, 3e8)),
    ldk.Option_u64Z.constructor_none(),
  );
  ldk.UtilMethods.constructor_find_route(
    Buffer.from(nodeKey(from), 'hex'),
    terms,
    twins.graph,
    null,
    silentLogger(ldk),
    spy,
    fees,
    new Uint8Array(32),
  );
}
