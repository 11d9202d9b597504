/** What a plan says a move gains, against what it gains: forwards run through our channels one by one, with it and without. */
import { describe, expect, it } from 'vitest';
import { planRebalances } from '../../src/planner/plan-rebalances.ts';
import type { Forward } from '../../src/ports.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { DAY_MS, forward, idOf, NOW_MS, type OwnSketch, worldOf } from './plan-world.ts';

const SIZE_SAT = 20_000;
const FEE_PPM = 1000;
const FEE_MSAT = (SIZE_SAT * 1000 * FEE_PPM) / 1e6;
const AMOUNT_SAT = 1_000_000;
/** Histories to plan by, and weeks in which the move proves itself. */
const MONTHS = 60;
const WEEKS = 1000;

/** Forwards a day from the one peer to the other. */
interface Stream {
  readonly from: number;
  readonly to: number;
  readonly perDay: number;
}

/** What can leave to each peer, and come from it, in satoshis. */
type Balances = ReadonlyMap<number, { local: number; remote: number }>;

function drawStreams(random: SeededRandom, streams: readonly Stream[], days: number) {
  const forwards: { readonly from: number; readonly to: number; readonly day: number }[] = [];
  for (const { from, to, perDay } of streams) {
    let day = -Math.log(1 - random.next()) / perDay;
    for (; day < days; day += -Math.log(1 - random.next()) / perDay)
      forwards.push({ from, to, day });
  }
  return forwards.sort((a, b) => a.day - b.day);
}

/** Fees of a week, msat: a forward needs room where it comes in and balance where it leaves. */
function earnedInAWeek(random: SeededRandom, streams: readonly Stream[], at: Balances): number {
  let feesMsat = 0;
  for (const { from, to } of drawStreams(random, streams, 7)) {
    const [comes, leaves] = [at.get(from)!, at.get(to)!];
    if (comes.remote < SIZE_SAT || leaves.local < SIZE_SAT) continue;
    comes.remote -= SIZE_SAT;
    comes.local += SIZE_SAT;
    leaves.local -= SIZE_SAT;
    leaves.remote += SIZE_SAT;
    feesMsat += FEE_MSAT;
  }
  return feesMsat;
}

interface Scene {
  readonly streams: readonly Stream[];
  readonly capacitySat: number;
  /** Of the channels with peers 1, 2 and 3. */
  readonly localSat: readonly number[];
}

const SOURCE = 1;
const TARGET = 2;

/** What a plan that has seen a month expects of moving 1,000,000 sat from peer 1 to peer 2. */
function expectedMsat({ streams, capacitySat, localSat }: Scene, seed: number): number {
  const sketches = localSat.map(
    (sat, i): OwnSketch => ({
      peer: i + 1,
      capacitySat,
      localSat: sat,
      fees: { feeRatePpm: FEE_PPM },
    }),
  );
  const forwards: Forward[] = drawStreams(new SeededRandom(seed), streams, 30).map(
    ({ from, to, day }) =>
      forward({ from, to, sat: SIZE_SAT, feeMsat: FEE_MSAT, daysAgo: 30 - day }),
  );
  const ground = worldOf(sketches, [[SOURCE, TARGET, 0]], {
    history: { sinceMs: NOW_MS - 30 * DAY_MS, forwards },
  });
  const [move] = planRebalances(ground, {
    forecastShare: 1,
    fillAheadMs: 7 * DAY_MS,
    sources: idOf(SOURCE),
    targets: idOf(TARGET),
    amountsMsat: [BigInt(AMOUNT_SAT) * 1000n],
    minBenefitMsat: 0n,
    maxMoves: 1,
  }).moves;
  return move === undefined ? 0 : Number(move.earnedMsat - move.forgoneMsat + move.roomMsat);
}

/** What it gains in a week: the same forwards with and without it. */
function trueMsat({ streams, capacitySat, localSat }: Scene, seed: number): number {
  const balances = (movedSat: number): Balances =>
    new Map(
      localSat.map((sat, i) => {
        const local = sat + [-movedSat, movedSat, 0][i]!;
        return [i + 1, { local, remote: capacitySat - local }];
      }),
    );
  const earned = (movedSat: number): number =>
    earnedInAWeek(new SeededRandom(seed), streams, balances(movedSat));
  return earned(AMOUNT_SAT) - earned(0);
}

const mean = (count: number, of: (i: number) => number): number =>
  Array.from({ length: count }, (_, i) => of(i)).reduce((a, b) => a + b, 0) / count;

describe('what a move is expected to gain', () => {
  const scenes: readonly (readonly [string, Scene, low: number, high: number])[] = [
    [
      'where balance is short',
      {
        capacitySat: 10_000_000,
        streams: [
          { from: 3, to: 2, perDay: 20 },
          { from: 2, to: 3, perDay: 10 },
        ],
        localSat: [8_000_000, 300_000, 5_000_000],
      },
      0.9,
      1.1,
    ],
    [
      'where balance is short now and then',
      {
        capacitySat: 10_000_000,
        streams: [
          { from: 3, to: 2, perDay: 100 },
          { from: 2, to: 3, perDay: 100 },
        ],
        localSat: [8_000_000, 400_000, 5_000_000],
      },
      0.8,
      1.25,
    ],
    [
      'where balance and room are short together: what comes from the source leaves over the target',
      {
        capacitySat: 4_000_000,
        streams: [{ from: 1, to: 2, perDay: 15 }],
        localSat: [3_600_000, 400_000, 2_000_000],
      },
      0.97,
      1.03,
    ],
    [
      'where the source needs what it has as well',
      {
        capacitySat: 10_000_000,
        streams: [
          { from: 3, to: 2, perDay: 20 },
          { from: 3, to: 1, perDay: 10 },
        ],
        localSat: [1_400_000, 300_000, 2_000_000],
      },
      0.85,
      1.4,
    ],
  ];

  it.each(scenes)('%s', (_, scene, low, high) => {
    const seed = testSeed(66_000);
    const expected = mean(MONTHS, (i) => expectedMsat(scene, seed + i));
    const real = mean(WEEKS, (i) => trueMsat(scene, seed + MONTHS + i));
    process.stdout.write(`expected ${expected.toFixed(0)}, in truth ${real.toFixed(0)} msat\n`);
    expect(expected).toBeGreaterThan(low * real);
    expect(expected).toBeLessThan(high * real);
  });
});
