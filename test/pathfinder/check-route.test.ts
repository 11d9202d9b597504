import { describe, expect, it } from 'vitest';
import { Route } from '../../src/generated/messages/route.ts';
import type { Overlay } from '../../src/graph/overlay.ts';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { type CheckTerms, checkRoute } from '../../src/pathfinder/check-route.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { type ChannelSketch, graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { REGIMES, randomCircle } from './random-circle.ts';

const HEIGHT = 900_000;
const FINAL_DELTA = 43;
const SECRET = new Uint8Array(32).fill(9);

const RING: readonly ChannelSketch[] = [
  { id: 1, ends: ['s', 'a'], policy2: { inboundFeeBaseMsat: -30n } },
  {
    id: 2,
    ends: ['a', 'b'],
    policy1: { feeBaseMsat: 1000n, feeRatePpm: 100, maxHtlcMsat: 1_001_000n },
  },
  { id: 3, ends: ['b', 's'], policy1: { feeRatePpm: 500, minHtlcMsat: 900_000n } },
  { id: 4, ends: ['a', 'b'], policy1: null },
];
const TERMS: CheckTerms = {
  self: nodeIdOf('s'),
  amountMsat: 1_000_000n,
  paymentAddr: SECRET,
  blockHeight: HEIGHT,
  invoiceCltvDelta: 40,
  maxFeeMsat: 5000n,
};
const snapshot = graphOf(RING).snapshot();

function ringRoute(): Route {
  const result = findCircularRoute(snapshot, {
    self: nodeIdOf('s'),
    amountMsat: 1_000_000n,
    outChannels: ['1' as ChannelId],
    finalCltvDelta: FINAL_DELTA,
  });
  if (result.kind !== 'route') throw new Error(result.message);
  return buildRoute(result.path, {
    paymentAddr: SECRET,
    blockHeight: HEIGHT,
    finalCltvDelta: FINAL_DELTA,
  });
}

const defects = (route: Route, terms: Partial<CheckTerms> = {}) =>
  checkRoute(route, snapshot, { ...TERMS, ...terms }).map(({ code, hop }) => `${code}@${hop}`);

describe('a sound route', () => {
  it('has no defect', () => {
    expect(checkRoute(ringRoute(), snapshot, TERMS)).toEqual([]);
  });

  it('survives the wire', () => {
    const route = ringRoute();
    expect(Route.decode(Route.encode(route).finish())).toEqual(route);
  });

  it('has sat fields that are each rounded down on their own', () => {
    const route = ringRoute();
    // b 500; a 1000 + 100 - 30.
    expect([route.totalAmtMsat, route.totalFeesMsat]).toEqual([1_001_570n, 1570n]);
    expect([route.totalAmt, route.totalFees]).toEqual([1001n, 1n]);
    expect(route.hops.map((hop) => [hop.feeMsat, hop.fee, hop.amtToForward])).toEqual([
      [1070n, 1n, 1000n],
      [500n, 0n, 1000n],
      [0n, 0n, 1000n],
    ]);
    expect(route.hops.map((hop) => hop.expiry - HEIGHT)).toEqual([83, 43, 43]);
    expect(route.totalTimeLock - HEIGHT).toBe(123);
  });
});

describe('each rule', () => {
  const spoiled = (spoil: (route: Route) => void): Route => {
    const route = ringRoute();
    spoil(route);
    return route;
  };
  const ownChannels = (spendableMsat: bigint, receivableMsat: bigint): Overlay => ({
    ownChannels: ['1', '3'].map((c) => ({
      channelId: c as ChannelId,
      spendableMsat,
      receivableMsat,
      active: true,
    })),
  });

  it.each<[string, (route: Route) => void, string[]]>([
    ['no hops', (r) => r.hops.splice(0), ['no_hops@-1']],
    ['an unknown channel', (r) => void (r.hops[1]!.chanId = '77'), ['unknown_channel@1']],
    ['a channel elsewhere', (r) => void (r.hops[2]!.chanId = '2'), ['not_connected@2']],
    [
      'another end',
      (r) => void (r.hops[2]!.pubKey = nodeIdOf('a')),
      ['wrong_end@2', 'repeated_node@2', 'not_connected@2'],
    ],
    ['a direction without policy', (r) => void (r.hops[1]!.chanId = '4'), ['no_policy@1']],
    [
      'a node passed twice',
      (r) => void r.hops.splice(2, 0, { ...r.hops[1]!, chanId: '2', pubKey: nodeIdOf('a') }),
      ['repeated_node@2'],
    ],
    [
      'an amount below the minimum',
      (r) => void (r.hops[1]!.amtToForwardMsat = 899_999n),
      ['below_minimum@2', 'final_amount@2'],
    ],
    [
      'an amount above the maximum',
      (r) => void (r.hops[0]!.amtToForwardMsat = 1_001_001n),
      ['above_maximum@1', 'fee_insufficient@0'],
    ],
    [
      'an amount above the capacity',
      (r) => void (r.totalAmtMsat = 100_000_000_001n),
      ['above_capacity@0', 'fee_limit@-1', 'totals@-1'],
    ],
    ['1 msat less for a', (r) => void (r.totalAmtMsat -= 1n), ['fee_insufficient@0', 'totals@-1']],
    ['1 block less for b', (r) => void (r.hops[0]!.expiry -= 1), ['incorrect_cltv@1']],
    ['a final expiry too soon', (r) => void (r.hops[2]!.expiry -= 4), ['final_expiry@2']],
    [
      'another amount delivered',
      (r) => void (r.hops[2]!.amtToForwardMsat -= 1n),
      ['final_amount@2'],
    ],
    ['no MPP record', (r) => void (r.hops[2]!.mppRecord = undefined), ['payment_secret@2']],
    [
      'another secret',
      (r) => void (r.hops[2]!.mppRecord!.paymentAddr = new Uint8Array(32)),
      ['payment_secret@2'],
    ],
    [
      'another MPP total',
      (r) => void (r.hops[2]!.mppRecord!.totalAmtMsat += 1n),
      ['payment_secret@2'],
    ],
    ['wrong totals', (r) => void (r.totalFeesMsat += 1n), ['totals@-1']],
    [
      'an onion too big',
      (r) => void r.hops[1]!.customRecords.set(65_537n, new Uint8Array(1200)),
      ['onion@-1'],
    ],
  ])('%s', (_what, spoil, expected) => {
    const found = defects(spoiled(spoil));
    for (const defect of expected) expect(found).toContain(defect);
  });

  it.each<[string, Partial<CheckTerms>, string]>([
    ['the fee limit', { maxFeeMsat: 1569n }, 'fee_limit@-1'],
    ['the time lock limit', { maxCltvBlocks: 122 }, 'cltv_limit@-1'],
    ['our balance', { overlay: ownChannels(1_001_569n, 2_000_000n) }, 'no_balance@0'],
    ['our room', { overlay: ownChannels(2_000_000n, 999_999n) }, 'no_balance@2'],
    ['a newer height', { blockHeight: HEIGHT + 4 }, 'final_expiry@2'],
  ])('%s', (_what, terms, expected) => {
    expect(defects(ringRoute(), terms)).toEqual([expected]);
  });

  it('a disabled or dearer policy that came with a failure', () => {
    const policy = { ...snapshot.policy(2)!, feeBaseMsat: 1001n };
    const update = { channelId: '2' as ChannelId, from: nodeIdOf('a'), policy };
    expect(defects(ringRoute(), { overlay: { policies: [update] } })).toEqual([
      'fee_insufficient@0',
    ]);
    const disabled = { ...update, policy: { ...policy, feeBaseMsat: 0n, disabled: true } };
    expect(defects(ringRoute(), { overlay: { policies: [disabled] } })).toEqual(['disabled@1']);
  });

  it('leaving and returning over one channel', () => {
    const route = spoiled((r) => {
      r.hops[2] = { ...r.hops[2]!, chanId: '1' };
      r.hops.splice(1, 1);
    });
    expect(defects(route)).toContain('same_channel_twice@1');
  });

  it('except an alias of ours in the last hop', () => {
    const route = spoiled((r) => void (r.hops[2]!.chanId = '16000000x1x1'));
    const [first, last] = ownChannels(2_000_000n, 2_000_000n).ownChannels!;
    const alias = { ...last!, inboundChannelId: '16000000x1x1' as ChannelId };
    expect(defects(route, { overlay: { ownChannels: [first!, last!] } })).toEqual([
      'unknown_channel@2',
    ]);
    route.hops[2]!.chanId = ((16_000_000n << 40n) | (1n << 16n) | 1n).toString();
    const named = { ...alias, inboundChannelId: route.hops[2]!.chanId as ChannelId };
    expect(defects(route, { overlay: { ownChannels: [first!, named] } })).toEqual([]);
  });
});

describe('every route found on random graphs', () => {
  it('is sound, and is not with 1 msat less or 1 block less at any hop', () => {
    const seed = testSeed(161_616);
    let checked = 0;
    for (let i = 0; i < 600; i++) {
      const regime = REGIMES[i % REGIMES.length]!;
      const { graph, self, amountMsat, outChannels, inChannels } = randomCircle(
        new SeededRandom(seed + i),
        regime,
      );
      const graphSnapshot = graph.snapshot();
      const result = findCircularRoute(graphSnapshot, {
        self,
        amountMsat,
        finalCltvDelta: FINAL_DELTA,
        siblings: 'named',
        ...(outChannels === undefined ? {} : { outChannels }),
        ...(inChannels === undefined ? {} : { inChannels }),
      });
      if (result.kind !== 'route') continue;
      checked++;
      const terms = { paymentAddr: SECRET, blockHeight: HEIGHT, finalCltvDelta: FINAL_DELTA };
      const build = (): Route => buildRoute(result.path, terms);
      const check = (route: Route) =>
        checkRoute(route, graphSnapshot, {
          ...TERMS,
          self,
          amountMsat,
          invoiceCltvDelta: FINAL_DELTA,
          maxFeeMsat: 2n ** 60n,
        });
      expect(check(build()), `graph ${seed + i}`).toEqual([]);
      const forwarders = result.path.hops.length - 1;
      for (let hop = 0; hop < forwarders; hop++) {
        const cheaper = build();
        if (hop === 0) cheaper.totalAmtMsat -= 1n;
        else cheaper.hops[hop - 1]!.amtToForwardMsat -= 1n;
        const blamed = check(cheaper).filter(
          (d) => d.hop === hop && ['fee_insufficient', 'below_minimum'].includes(d.code),
        );
        expect(blamed.length, `graph ${seed + i}, hop ${hop}: 1 msat less`).toBeGreaterThan(0);
        const faster = build();
        if (hop === 0) faster.totalTimeLock -= 1;
        else faster.hops[hop - 1]!.expiry -= 1;
        const late = check(faster).filter((d) => d.hop === hop && d.code === 'incorrect_cltv');
        expect(late.length, `graph ${seed + i}, hop ${hop}: 1 block less`).toBe(1);
      }
    }
    expect(checked).toBeGreaterThan(200);
  });
});

describe('buildRoute', () => {
  const path = () => {
    const result = findCircularRoute(snapshot, { self: nodeIdOf('s'), amountMsat: 1_000_000n });
    if (result.kind !== 'route') throw new Error(result.message);
    return result.path;
  };
  const terms = { paymentAddr: SECRET, blockHeight: HEIGHT, finalCltvDelta: FINAL_DELTA };

  it('refuses a secret of another length', () => {
    expect(() => buildRoute(path(), { ...terms, paymentAddr: new Uint8Array(31) })).toThrow(
      /32 bytes, not 31/,
    );
  });

  it('refuses a path whose figures do not follow from its policies', () => {
    expect(() => buildRoute(path(), { ...terms, finalCltvDelta: 44 })).toThrow(/do not follow/);
    const [first, ...rest] = path().hops;
    const forged = { hops: [{ ...first!, amountInMsat: first!.amountInMsat + 1n }, ...rest] };
    expect(() => buildRoute(forged, terms)).toThrow(/do not follow/);
    expect(() => buildRoute({ hops: [] }, terms)).toThrow(/at least one hop/);
  });

  it('names the last channel by its alias where told', () => {
    const route = buildRoute(path(), { ...terms, inboundChannelId: '99' as ChannelId });
    expect(route.hops.at(-1)!.chanId).toBe('99');
  });
});
