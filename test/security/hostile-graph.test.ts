/** Gossip that is made to mislead: figures at the ends of their ranges, and channels of ours that we do not have. */
import { describe, expect, it } from 'vitest';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { checkRoute } from '../../src/pathfinder/check-route.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { type ChannelSketch, graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const HEIGHT = 900_000;
const SECRET = new Uint8Array(32).fill(9);
const self = nodeIdOf('s');
const UINT32 = 2 ** 32 - 1;
const INT32 = 2 ** 31;
const EXACT = BigInt(Number.MAX_SAFE_INTEGER);
const OWN = ['1', '2', '3'] as ChannelId[];
const overlay = {
  ownChannels: OWN.map((channelId) => ({
    channelId,
    spendableMsat: 10_000_000_000n,
    receivableMsat: 10_000_000_000n,
    active: true,
  })),
};

/** Ordinary at times, and else whatever the format can say. */
function policyOf(random: SeededRandom): Partial<ChannelPolicy> {
  if (random.chance(0.3)) return { feeBaseMsat: 1000n, feeRatePpm: random.between(0, 500) };
  return {
    feeBaseMsat: BigInt(random.pick([0, 1, 1000, UINT32 - 1, UINT32])),
    feeRatePpm: random.pick([0, 1, 1_000_000, UINT32 - 1, UINT32]),
    timeLockDelta: random.pick([0, 1, 40, 2016, 65_535]),
    minHtlcMsat: random.pick([0n, 1n, EXACT]),
    maxHtlcMsat: random.pick([null, EXACT]),
    inboundFeeBaseMsat: BigInt(random.pick([-INT32, -1, 0, 1, INT32 - 1])),
    inboundFeeRatePpm: random.pick([-INT32, -1_000_000, -1, 0, 1, INT32 - 1]),
    lastUpdate: random.pick([0, UINT32]),
  };
}

/** Ours to a, b and c, two of ours that are made up, and a net among the others. */
function channelsOf(random: SeededRandom): readonly ChannelSketch[] {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const pair = (): readonly [string, string] => {
    const from = random.pick(names);
    return [from, random.pick(names.filter((name) => name !== from))];
  };
  const ours = (id: number | string, name: string, policy2: Partial<ChannelPolicy>) =>
    ({ id, ends: ['s', name], policy2 }) as const;
  return [
    ours(1, 'a', policyOf(random)),
    ours(2, 'b', policyOf(random)),
    ours(3, 'c', policyOf(random)),
    ours(90, 'd', { feeBaseMsat: 0n, inboundFeeBaseMsat: BigInt(-INT32) }),
    ours('18446744073709551615', 'e', { feeBaseMsat: 0n }),
    ...Array.from({ length: 12 }, (_, i) => ({
      id: 10 + i,
      ends: pair(),
      capacitySat: random.pick([0n, 1n, 10_000_000n, EXACT]),
      policy1: policyOf(random),
      policy2: policyOf(random),
    })),
  ];
}

describe('whatever is announced', () => {
  const seed = testSeed(20261122);

  it(`costs what it says and no more than allowed, over channels of ours alone (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    let found = 0;
    for (let i = 0; i < 600; i++) {
      const snapshot = graphOf(channelsOf(random)).snapshot();
      const amountMsat = random.pick([1n, 1000n, 1_000_000_000n, 9_999_999_999n]);
      const maxFeeMsat = random.pick([0n, 5000n, 2n ** 40n]);
      const result = findCircularRoute(snapshot, {
        self,
        amountMsat,
        maxFeeMsat,
        blockHeight: HEIGHT,
        overlay,
      });
      if (result.kind !== 'route') continue;
      found++;
      const { hops } = result.path;
      const [first, last] = [hops[0]!.channelId, hops.at(-1)!.channelId];
      expect(OWN).toContain(first);
      expect(OWN).toContain(last);
      expect(hops.slice(1, -1).filter(({ from, to }) => from === self || to === self)).toEqual([]);
      const terms = { paymentAddr: SECRET, blockHeight: HEIGHT, finalCltvDelta: 43 };
      const route = buildRoute(result.path, terms);
      const feeMsat = route.totalAmtMsat - amountMsat;
      expect(feeMsat).toBe(result.quote.feeMsat);
      expect(feeMsat >= 0n && feeMsat <= maxFeeMsat).toBe(true);
      expect(route.totalTimeLock - HEIGHT).toBeLessThanOrEqual(2016);
      const check = { ...terms, self, amountMsat, maxFeeMsat, overlay, invoiceCltvDelta: 40 };
      const defects = checkRoute(route, snapshot, check).map(({ code }) => code);
      expect(defects).toEqual([]);
    }
    expect(found).toBeGreaterThan(50);
  });
});

describe('a channel that is said to be ours', () => {
  const graph: readonly ChannelSketch[] = [
    { id: 1, ends: ['s', 'a'] },
    { id: 2, ends: ['s', 'b'] },
    { id: 10, ends: ['a', 'b'], policy1: { feeRatePpm: 500 } },
    { id: 90, ends: ['a', 's'] },
    { id: 91, ends: ['b', 's'] },
    { id: 92, ends: ['s', 'z'] },
  ];
  const request = { self, amountMsat: 1_000_000n, overlay };

  it('is no way out or back, even where it is asked for by name', () => {
    const snapshot = graphOf(graph).snapshot();
    const result = findCircularRoute(snapshot, request);
    if (result.kind !== 'route') throw new Error(result.message);
    for (const { channelId } of result.path.hops) expect(['1', '2', '10']).toContain(channelId);
    for (const named of [
      { inChannels: ['91' as ChannelId] },
      { outChannels: ['90' as ChannelId] },
      { outChannels: ['92' as ChannelId] },
    ]) {
      expect(findCircularRoute(snapshot, { ...request, ...named }).kind).toBe('no_route');
    }
  });
});
