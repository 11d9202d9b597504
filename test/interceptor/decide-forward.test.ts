import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideForward, type HoldPlan } from '../../src/interceptor/decide-forward.ts';
import { EarningsLedger } from '../../src/interceptor/earnings-ledger.ts';
import { TargetMemory } from '../../src/interceptor/target-memory.ts';
import type { OfferedForward } from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';
import {
  DAY_MS,
  forward,
  type GroundChanges,
  ground,
  HASH,
  HEIGHT,
  IN,
  OUT,
  SIBLING,
  SINK,
  SOURCE,
} from './any-forward.ts';

const decide = (offer: Partial<OfferedForward> = {}, changes: GroundChanges = {}) =>
  decideForward(forward(offer), ground(changes));

function planOf(offer: Partial<OfferedForward> = {}, changes: GroundChanges = {}): HoldPlan {
  const decision = decide(offer, changes);
  if (decision.kind === 'resume') throw new Error(`it goes on: ${decision.reason}`);
  return decision.plan;
}

const reasonOf = (offer: Partial<OfferedForward> = {}, changes: GroundChanges = {}) => {
  const decision = decide(offer, changes);
  return decision.kind === 'resume' ? decision.reason : 'held';
};

describe('a forward that only lacks balance', () => {
  it('is kept for what is missing and a margin, and for no more than it earns', () => {
    const plan = planOf();
    expect(plan).toMatchObject({
      inChannelId: OUT,
      outChannelIds: [IN, SOURCE],
      // 60,000 sat are missing; a fiftieth of 100,000 sat on top.
      amountMsat: 62_000_000n,
      needMsat: 100_000_000n,
      earnsMsat: 101_000n,
      // The stake is 50,000; without it four fifths of 101,000 less 1,000.
      maxFeeMsat: 50_000n,
    });
    const rich = new EarningsLedger({ stakeMsat: 10n ** 6n, earnedShare: 0, windowMs: DAY_MS });
    expect(planOf({}, { ground: { ledger: rich } }).maxFeeMsat).toBe(79_800n);
  });

  it('may be addressed to the node, or by another name of the channel', () => {
    expect(planOf({ outChannelId: null, outPeer: SINK }).inChannelId).toBe(OUT);
    const alias = parseChannelId('16000000x1x1');
    const channels = { [OUT]: { aliases: [alias] } };
    expect(planOf({ outChannelId: alias }, { channels }).inChannelId).toBe(OUT);
  });

  it('waits for the channel that lacks least, whichever was asked for', () => {
    const channels = { [SIBLING]: { active: true, spendableMsat: 70_000_000n } };
    const plan = planOf({}, { channels });
    expect(plan.inChannelId).toBe(SIBLING);
    expect(plan.amountMsat).toBe(32_000_000n);
  });

  it('is brought what is locked besides, where nothing at all can be spent', () => {
    // 1 % of 5,000,000 sat, and 5,000 sat for fees, of which there are 20,000.
    const channels = { [OUT]: { spendableMsat: 0n, localBalanceSat: 20_000n } };
    const rich = new EarningsLedger({ stakeMsat: 10n ** 6n, earnedShare: 0, windowMs: DAY_MS });
    const plan = planOf({}, { channels, ground: { ledger: rich } });
    expect(plan.amountMsat).toBe(100_000_000n + 35_000_000n + 2_000_000n);
  });

  it('pays for what its liquidity would have earned elsewhere', () => {
    const rich = new EarningsLedger({ stakeMsat: 10n ** 6n, earnedShare: 0, windowMs: DAY_MS });
    const worthPpm = (channelId: string) => (channelId === SOURCE ? 300 : 0);
    // 300 ppm of 62,000 sat are 18,600 msat.
    expect(planOf({}, { ground: { ledger: rich, worthPpm } }).maxFeeMsat).toBe(79_800n - 18_600n);
    const dear = (channelId: string) => (channelId === SOURCE ? 3000 : 0);
    expect(planOf({}, { ground: { worthPpm: dear } }).outChannelIds).toEqual([IN]);
  });
});

describe('a forward goes on at once', () => {
  const other = parseChannelId('800000x1x1');
  const CASES: [string, Partial<OfferedForward>, GroundChanges, string][] = [
    ['that a channel can carry', { amountOutMsat: 40_000_000n }, {}, 'passes'],
    [
      'that another channel to the peer can carry',
      {},
      { channels: { [SIBLING]: { active: true, spendableMsat: 100_000_000n } } },
      'passes',
    ],
    ['to a channel that is not ours', { outChannelId: other }, {}, 'unknown_channel'],
    ['to a node that is no peer', { outChannelId: null, outPeer: null }, {}, 'unknown_channel'],
    [
      'from a channel that is not ours',
      { circuit: { channelId: other, htlcId: 1n } },
      {},
      'unknown_channel',
    ],
    ['to a channel without policy', {}, { policies: { [OUT]: null } }, 'unknown_channel'],
    ['back to where it comes from', { outChannelId: IN }, {}, 'circular'],
    [
      'that has gone out before',
      {},
      {
        channels: {
          [IN]: {
            pendingHtlcs: [
              {
                paymentHash: HASH,
                incoming: true,
                amountSat: 100_101n,
                expiryHeight: HEIGHT + 200,
                htlcId: 5n,
                otherChannelId: OUT,
              },
            ],
          },
        },
      },
      'forwarded',
    ],
    ['close to the height at which it fails', { autoFailHeight: HEIGHT + 5 }, {}, 'late'],
    ['to a peer that is offline', {}, { channels: { [OUT]: { active: false } } }, 'offline'],
    ['that pays too little', { amountInMsat: 100_100_999n }, {}, 'underpays'],
    [
      'that pays too little for where it comes from',
      {},
      { policies: { [IN]: { inboundFeeRatePpm: 10 } } },
      'underpays',
    ],
    ['that takes more than it brings', { amountInMsat: 99_000_000n }, {}, 'underpays'],
    [
      'below the minimum',
      {},
      { policies: { [OUT]: { minHtlcMsat: 100_000_001n } } },
      'below_minimum',
    ],
    [
      'above the maximum',
      {},
      { policies: { [OUT]: { maxHtlcMsat: 99_999_999n } } },
      'above_maximum',
    ],
    ['that expires at once', { expiryOutHeight: HEIGHT + 3 }, {}, 'expires_too_soon'],
    [
      'that expires in weeks',
      { expiryOutHeight: HEIGHT + 2017, expiryInHeight: HEIGHT + 2097 },
      {},
      'expires_too_far',
    ],
    ['whose expiries lie too close', { expiryInHeight: HEIGHT + 199 }, {}, 'cltv_delta'],
    [
      'whose expiries lie too far apart',
      { expiryInHeight: HEIGHT + 120 + 2017 },
      {},
      'expires_too_far',
    ],
    ['without a slot', {}, { channels: { [OUT]: { maxOutgoingHtlcs: 0 } } }, 'no_slot'],
    [
      'out of a channel that is left alone',
      {},
      { terms: { leaveOut: new Set([OUT, SIBLING]) } },
      'left_out',
    ],
    ['while its channel is being filled', {}, { ground: { running: new Set([OUT]) } }, 'running'],
    [
      'that its channel has no room for',
      {},
      { channels: { [OUT]: { receivableMsat: 60_400_000n } } },
      'no_room',
    ],
    [
      'that nothing can be spared for',
      {},
      { channels: { [SOURCE]: { spendableMsat: 561_999_999n }, [IN]: { active: false } } },
      'no_source',
    ],
    [
      'that earns no more than the least gain',
      {},
      { terms: { minGainMsat: 81_000n } },
      'not_worth_it',
    ],
    [
      'when nothing may be spent',
      {},
      {
        ground: { ledger: new EarningsLedger({ stakeMsat: 0n, earnedShare: 1, windowMs: DAY_MS }) },
      },
      'spent',
    ],
  ];

  it.each(CASES)('%s', (_name, offer, changes, reason) => {
    expect(reasonOf(offer, changes)).toBe(reason);
  });

  it('with dust, once there is much of it', () => {
    const dust = (count: number) => ({
      policies: { [OUT]: { feeBaseMsat: 500_000n } },
      channels: {
        [OUT]: {
          spendableMsat: 1_000_000n,
          pendingHtlcs: Array.from({ length: count }, () => ({
            paymentHash: HASH,
            incoming: false,
            amountSat: 4500n,
            expiryHeight: HEIGHT + 100,
          })),
        },
      },
    });
    const small = { amountOutMsat: 4_000_000n, amountInMsat: 4_600_000n };
    expect(reasonOf(small, dust(99))).toBe('held');
    expect(reasonOf(small, dust(100))).toBe('dust');
  });

  it('after a rebalance that failed or was too dear, for a while', () => {
    const memory = new TargetMemory();
    const at = (nowMs: number) => reasonOf({}, { ground: { memory, nowMs } });
    expect(at(0)).toBe('held');
    memory.failed(OUT, 0);
    expect(at(1000)).toBe('too_dear');
    expect(at(30_000)).toBe('held');
    memory.failed(OUT, 30_000);
    expect(at(89_999)).toBe('too_dear');
    memory.succeeded(OUT);
    expect(at(90_000)).toBe('held');
    // 50,000 msat for 62,000,000 are 806 ppm.
    memory.tooDear(OUT, 807, 90_000);
    expect(at(91_000)).toBe('too_dear');
    memory.tooDear(OUT, 806, 90_000);
    expect(at(91_000)).toBe('held');
  });
});

it('never plans to pay more than the forward earns or the ledger has, nor to bring too little', () => {
  const anyCase = fc.record({
    amountOutMsat: fc.bigInt(1_000n, 3_000_000_000n),
    feeMsat: fc.bigInt(0n, 5_000_000n),
    spendableMsat: fc.bigInt(0n, 2_000_000_000n),
    receivableMsat: fc.bigInt(0n, 4_000_000_000n),
    sourceMsat: fc.bigInt(0n, 4_000_000_000n),
    stakeMsat: fc.bigInt(0n, 2_000_000n),
    spentMsat: fc.bigInt(0n, 1_000_000n),
    worthPpm: fc.integer({ min: 0, max: 2000 }),
  });
  let held = 0;
  const property = fc.property(anyCase, (any) => {
    const { amountOutMsat, feeMsat, spendableMsat, receivableMsat, worthPpm } = any;
    const ledger = new EarningsLedger({
      stakeMsat: any.stakeMsat,
      earnedShare: 0.5,
      windowMs: DAY_MS,
    });
    ledger.spend('before', any.spentMsat, -1);
    const decision = decide(
      { amountOutMsat, amountInMsat: amountOutMsat + feeMsat },
      {
        channels: {
          [OUT]: { spendableMsat, receivableMsat },
          [SOURCE]: { spendableMsat: any.sourceMsat },
        },
        policies: { [OUT]: { feeBaseMsat: 0n, feeRatePpm: 0 } },
        ground: { ledger, worthPpm: () => worthPpm },
      },
    );
    if (decision.kind === 'resume') {
      if (spendableMsat >= amountOutMsat) expect(decision.reason).toBe('passes');
      return;
    }
    held++;
    const { maxFeeMsat, amountMsat, outChannelIds } = decision.plan;
    expect(spendableMsat).toBeLessThan(amountOutMsat);
    expect(maxFeeMsat).toBeGreaterThan(0n);
    expect(maxFeeMsat).toBeLessThanOrEqual(feeMsat);
    expect(maxFeeMsat).toBeLessThanOrEqual(ledger.roomMsat(0));
    expect(spendableMsat + amountMsat).toBeGreaterThan(amountOutMsat);
    expect(amountMsat).toBeLessThanOrEqual(receivableMsat);
    expect(outChannelIds.length).toBeGreaterThan(0);
    expect(outChannelIds).not.toContain(OUT);
  });
  fc.assert(property, { seed: testSeed(20_260), numRuns: 2000 });
  expect(held).toBeGreaterThan(100);
});
