import { describe, expect, it } from 'vitest';
import { type ChannelFlows, channelFlows, netFlow } from '../../src/planner/channel-flows.ts';
import type { ChannelDemand } from '../../src/planner/demand.ts';
import { ownPolicy } from '../../src/planner/own-fees.ts';
import type { PlanGround } from '../../src/planner/plan-ground.ts';
import type { ChannelPolicy, Forward } from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import {
  DAY_MS,
  forward,
  idOf,
  NOW_MS,
  type OwnSketch,
  SELF,
  steady,
  worldOf,
} from './plan-world.ts';

const HALF_LIFE_MS = 7 * DAY_MS;

function flowsOf(
  sketches: readonly OwnSketch[],
  forwards: readonly Forward[],
  more: {
    readonly demand?: readonly ChannelDemand[];
    readonly missed?: readonly ChannelDemand[];
    readonly sinceDays?: number;
    readonly ground?: Partial<PlanGround>;
  } = {},
) {
  const ground = worldOf(sketches, [], more.ground);
  const channels = ground.ownChannels.map((own) => ({
    own,
    policy: ownPolicy(ground.snapshot, own, SELF),
  }));
  const history = { sinceMs: NOW_MS - (more.sinceDays ?? 30) * DAY_MS, forwards };
  const flows = channelFlows(
    channels,
    { history, demand: more.demand ?? [], missed: more.missed ?? [] },
    {
      nowMs: NOW_MS,
      blockHeight: ground.blockHeight,
      halfLifeMs: HALF_LIFE_MS,
      horizonMs: 7 * DAY_MS,
    },
  );
  return (peer: number): ChannelFlows => flows.get(idOf(peer))!;
}

/** Days of a month as they count, at a half-life of a week. */
const COUNTED_DAYS = (7 / Math.LN2) * (1 - 0.5 ** (30 / 7));
const FULL = 10_000_000;
const ppm = (feeRatePpm: number, more: Partial<ChannelPolicy> = {}) => ({ feeRatePpm, ...more });

describe('flows from history', () => {
  it('count a forward half as much after a week, by the days that count', () => {
    const flows = flowsOf(
      [
        { peer: 1, localSat: FULL, fees: ppm(100) },
        { peer: 2, localSat: FULL, fees: ppm(500) },
      ],
      [
        forward({ from: 1, to: 2, sat: 100_000, feeMsat: 50_000 }),
        forward({ from: 1, to: 2, sat: 100_000, feeMsat: 50_000, daysAgo: 7 }),
      ],
    );
    expect(flows(2).out.msatPerDay).toBeCloseTo(150_000_000 / COUNTED_DAYS, 3);
    expect(flows(2).out.squaresPerDay / 1e16).toBeCloseTo(1.5 / COUNTED_DAYS, 9);
    expect(flows(2).out.feeMsatPerDay).toBeCloseTo(75_000 / COUNTED_DAYS, 6);
    expect(flows(2).in.msatPerDay).toBe(0);
    expect(flows(2).earnedPpm).toBeCloseTo(500, 9);
    expect(flows(1).in.msatPerDay).toBeCloseTo((1.5 * 100_050_000) / COUNTED_DAYS, 3);
    expect(flows(1).earnedPpm).toBeNull();
  });

  it('of a young channel are those of its life, and of three days at least', () => {
    const young = (id: number) => parseChannelId(`${800_000 - id}x1x1`);
    const sketches = (blocks: number): OwnSketch[] => [
      { peer: 1, localSat: FULL },
      { peer: 2, localSat: FULL, own: { graphChannelId: young(blocks) } },
    ];
    const perDay = (blocks: number, daysAgo = 0): number => {
      const forwards = [forward({ from: 1, to: 2, sat: 1000, feeMsat: 0, daysAgo })];
      return flowsOf(sketches(blocks), forwards)(2).out.msatPerDay;
    };
    const counted = (days: number): number => (7 / Math.LN2) * (1 - 0.5 ** (days / 7));
    expect(perDay(720)).toBeCloseTo(1_000_000 / counted(5), 6);
    expect(perDay(1)).toBeCloseTo(1_000_000 / counted(3), 6);
    // Blocks tell of no age, but there was a forward a week ago.
    expect(perDay(1, 7)).toBeCloseTo(500_000 / counted(7), 6);
    // An alias lies in no block yet.
    expect(perDay(-15_000_000)).toBeCloseTo(1_000_000 / COUNTED_DAYS, 6);
  });

  it('of a short history are those of its days', () => {
    const sketches: OwnSketch[] = [1, 2].map((peer) => ({ peer, localSat: FULL }));
    const forwards = [forward({ from: 1, to: 2, sat: 1000, feeMsat: 0 })];
    const { out } = flowsOf(sketches, forwards, { sinceDays: 0.5 })(2);
    const counted = (7 / Math.LN2) * (1 - 0.5 ** (0.5 / 7));
    expect(out.msatPerDay).toBeCloseTo(1_000_000 / counted, 6);
  });

  it('are found under each id that a channel goes by', () => {
    const alias = parseChannelId('16000000x1x1');
    const flows = flowsOf(
      [
        { peer: 1, localSat: FULL },
        { peer: 2, localSat: FULL, own: { inboundChannelId: alias } },
      ],
      [{ ...forward({ from: 1, to: 2, sat: 1000, feeMsat: 0 }), outChannelId: alias }],
    );
    expect(flows(2).out.msatPerDay).toBeGreaterThan(0);
  });

  it('are not taken over by a peer that goes by the id of another channel', () => {
    const flows = flowsOf(
      [
        { peer: 1, localSat: FULL },
        { peer: 2, localSat: FULL },
        { peer: 3, localSat: FULL, own: { inboundChannelId: idOf(2) } },
      ],
      [forward({ from: 1, to: 2, sat: 1000, feeMsat: 0 })],
    );
    expect(flows(2).out.msatPerDay).toBeGreaterThan(0);
    expect(flows(3).out.msatPerDay).toBe(0);
  });

  it('earn what they have paid or what is asked now, whichever is less', () => {
    const earned = (paidMsat: number, fees: Partial<ChannelPolicy>, inbound = 0): number => {
      const flows = flowsOf(
        [
          { peer: 1, localSat: FULL, fees: { inboundFeeRatePpm: inbound } },
          { peer: 2, localSat: FULL, fees },
        ],
        [forward({ from: 1, to: 2, sat: 1_000_000, feeMsat: paidMsat })],
      );
      return flows(2).out.feeMsatPerDay * COUNTED_DAYS;
    };
    expect(earned(500_000, ppm(500))).toBeCloseTo(500_000, 6);
    // Raised since: nobody has paid that yet.
    expect(earned(500_000, ppm(2_000))).toBeCloseTo(500_000, 6);
    // Lowered since.
    expect(earned(500_000, ppm(200, { feeBaseMsat: 1_000n }))).toBeCloseTo(201_000, 6);
    // A discount for coming in is off: 200,000 less a tenth of 1,000,200,000, which leaves nothing below 0.
    expect(earned(500_000, ppm(200), -100)).toBeCloseTo(200_000 - 100_020, 6);
    expect(earned(500_000, ppm(200), -900)).toBe(0);
    expect(earned(500_000, ppm(200), 100)).toBeCloseTo(300_020, 6);
  });

  it('earn nothing any more where the channel that they left over is gone', () => {
    const flows = flowsOf(
      [{ peer: 1, localSat: FULL }],
      [forward({ from: 1, to: 2, sat: 1_000_000, feeMsat: 500 })],
    );
    expect(flows(1).in).toMatchObject({ feeMsatPerDay: 0 });
    expect(flows(1).in.msatPerDay).toBeGreaterThan(0);
  });

  it('count for the room that they came by as far as the balance was not short', () => {
    const inFee = (localSat: number): number => {
      const flows = flowsOf(
        [
          { peer: 1, localSat: FULL },
          { peer: 2, localSat, fees: ppm(1000) },
        ],
        Array.from({ length: 300 }, (_, i) =>
          forward({ from: 1, to: 2, sat: 10_000, feeMsat: 10_000, daysAgo: i / 10 }),
        ),
      );
      return flows(1).in.feeMsatPerDay / flows(2).out.feeMsatPerDay;
    };
    expect(inFee(0)).toBeCloseTo(0, 9);
    expect(inFee(FULL)).toBeCloseTo(1, 9);
    expect(inFee(700_000)).toBeGreaterThan(0.2);
    expect(inFee(700_000)).toBeLessThan(0.8);
  });
});

describe('demand', () => {
  const both: readonly OwnSketch[] = [
    { peer: 1, localSat: FULL },
    { peer: 2, localSat: FULL, fees: ppm(500, { feeBaseMsat: 1_000n }) },
  ];

  it('takes the place of history, at our present fees', () => {
    const flows = flowsOf(both, [], { demand: [steady(2, { outSat: 200_000, inSat: 50_000 })] });
    expect(flows(2).out).toEqual({
      msatPerDay: 200_000_000,
      squaresPerDay: 0,
      feeMsatPerDay: 100_000,
    });
    expect(flows(2).in).toMatchObject({ msatPerDay: 50_000_000, feeMsatPerDay: 0 });
  });

  it('pays a base fee for each payment, as many as its sizes tell', () => {
    const out = { msatPerDay: 200_000_000, squaresPerDay: 2e8 * 5e7 };
    const demand = { ...steady(2, {}), out };
    // Four payments of 50,000 sat.
    expect(flowsOf(both, [], { demand: [demand] })(2).out.feeMsatPerDay).toBeCloseTo(104_000, 6);
  });

  it('earns no more by the satoshi than forwards have, unless it says so itself', () => {
    const forwards = [forward({ from: 1, to: 2, sat: 1_000_000, feeMsat: 100_000 })];
    const asked = steady(2, { outSat: 200_000 });
    expect(flowsOf(both, forwards, { demand: [asked] })(2).out.feeMsatPerDay).toBeCloseTo(20_000);
    const told = { ...asked, out: { ...asked.out, feeMsatPerDay: 77_000 } };
    expect(flowsOf(both, forwards, { demand: [told] })(2).out.feeMsatPerDay).toBe(77_000);
    expect(flowsOf(both, forwards, { demand: [told] })(2).earnedPpm).toBeCloseTo(100, 9);
  });

  it('that was missed comes on top of history, at present fees and no more than was offered', () => {
    const forwards = [forward({ from: 1, to: 2, sat: 1_000_000, feeMsat: 501_000 })];
    const without = flowsOf(both, forwards);
    const feesFor = (feeMsatPerDay: number): number => {
      const out = { msatPerDay: 200_000_000, squaresPerDay: 2e8 * 5e7, feeMsatPerDay };
      const missed = [{ ...steady(2, {}), out }];
      const flows = flowsOf(both, forwards, { missed });
      expect(flows(2).out.msatPerDay - without(2).out.msatPerDay).toBeCloseTo(2e8, 3);
      expect(flows(2).out.squaresPerDay - without(2).out.squaresPerDay).toBeCloseTo(1e16, -4);
      expect(flows(2).earnedPpm).toBe(without(2).earnedPpm);
      return flows(2).out.feeMsatPerDay - without(2).out.feeMsatPerDay;
    };
    // Four payments of 50,000 sat at 500 ppm and 1 sat.
    expect(feesFor(300_000)).toBeCloseTo(104_000, 6);
    expect(feesFor(90_000)).toBeCloseTo(90_000, 6);
    expect(feesFor(-5_000)).toBeCloseTo(0, 6);
  });

  it('that was missed comes in as well, and earns nothing before there is balance for it', () => {
    const forwards = [forward({ from: 1, to: 2, sat: 1_000_000, feeMsat: 501_000 })];
    const without = flowsOf(both, forwards)(1).in;
    const into = { msatPerDay: 1e8, squaresPerDay: 1e16, feeMsatPerDay: 0 };
    const flows = flowsOf(both, forwards, { missed: [{ ...steady(1, {}), in: into }] });
    expect(flows(1).in.msatPerDay - without.msatPerDay).toBeCloseTo(1e8, 3);
    expect(flows(1).in.feeMsatPerDay).toBe(without.feeMsatPerDay);
  });

  it('that was missed is added up over all ids of a channel, and is that of no other', () => {
    const aliased = [
      { ...both[0]!, own: { aliases: [idOf(8)], inboundChannelId: idOf(9) } },
      both[1]!,
    ];
    const out = { msatPerDay: 1e8, squaresPerDay: 0 };
    const missed = [1, 8, 9, 77].map((peer) => ({ ...steady(peer, {}), out }));
    const flows = flowsOf(aliased, [], { missed });
    expect(flows(1).out).toEqual({ msatPerDay: 3e8, squaresPerDay: 0, feeMsatPerDay: 0 });
    expect(flows(2).out.msatPerDay).toBe(0);
  });

  it('that is told takes the place of what was missed, too', () => {
    const told = steady(2, { outSat: 200_000 });
    const missed = [steady(2, { outSat: 900_000 })];
    const flows = flowsOf(both, [], { demand: [told], missed });
    expect(flows(2).out).toMatchObject({ msatPerDay: 200_000_000, feeMsatPerDay: 100_000 });
  });

  it('without a policy of ours earns nothing', () => {
    const missed = [steady(2, { outSat: 900_000 })];
    const bare = [both[0]!, { peer: 2, localSat: FULL, fees: null }];
    const flows = flowsOf(bare, [], { missed });
    expect(flows(2).out).toMatchObject({ msatPerDay: 900_000_000, feeMsatPerDay: 0 });
  });

  it('comes to a drift and a spread over a time', () => {
    const out = { msatPerDay: 300, squaresPerDay: 40, feeMsatPerDay: 0 };
    const back = { msatPerDay: 100, squaresPerDay: 24, feeMsatPerDay: 0 };
    expect(netFlow({ out, in: back }, 4 * DAY_MS)).toEqual({ driftMsat: 800, spreadMsat: 16 });
  });
});
