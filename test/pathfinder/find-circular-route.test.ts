import { describe, expect, it } from 'vitest';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest, RouteResult } from '../../src/pathfinder/request.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { type ChannelSketch, graphOf, nodeIdOf } from '../graph/make-graph.ts';

const id = (value: number): ChannelId => String(value) as ChannelId;
const self = nodeIdOf('s');

/** self -1- a -2- b -3- self, 100 ppm from a and b each; 40 blocks a hop. */
const RING: readonly ChannelSketch[] = [
  { id: 1, ends: ['s', 'a'] },
  { id: 2, ends: ['a', 'b'], policy1: { feeRatePpm: 100 } },
  { id: 3, ends: ['b', 's'], policy1: { feeRatePpm: 100 } },
];

function search(
  channels: readonly ChannelSketch[],
  request: Partial<CircularRouteRequest> = {},
): RouteResult {
  return findCircularRoute(graphOf(channels).snapshot(), {
    self,
    amountMsat: 1_000_000_000n,
    ...request,
  });
}

const channelsOf = (result: RouteResult): string[] =>
  result.kind === 'route' ? result.path.hops.map((hop) => hop.channelId) : [];

describe('a circle', () => {
  it('is found with its exact price', () => {
    const result = search(RING, { outChannels: [id(1)], inChannels: [id(3)] });
    if (result.kind !== 'route') throw new Error(result.message);
    expect(channelsOf(result)).toEqual(['1', '2', '3']);
    expect(result.proven).toBe(true);
    expect(result.quote).toMatchObject({
      amountMsat: 1_000_000_000n,
      sentMsat: 1_000_200_010n,
      feeMsat: 200_010n,
      cltvBlocks: 43 + 80,
      hopCount: 3,
    });
  });

  it('never leaves and returns over one channel, even where that is all there is', () => {
    expect(search([{ id: 1, ends: ['s', 'a'] }])).toMatchObject({
      reason: { code: 'disconnected' },
    });
  });

  it('goes out to a peer and straight back only where that peer keeps to the channels named', () => {
    const two = [
      { id: 1, ends: ['s', 'a'] as const },
      { id: 2, ends: ['s', 'a'] as const },
    ];
    const back = (siblings: 'any' | 'named') =>
      channelsOf(search(two, { outChannels: [id(2)], siblings }));
    expect(back('named')).toEqual(['2', '1']);
    expect(back('any')).toEqual([]);
    const refused = search(two, { outChannels: [id(2)] });
    expect(refused.kind === 'no_route' && refused.reason).toEqual({
      code: 'same_peer',
      peer: nodeIdOf('a'),
    });
  });

  it('never passes through ourselves', () => {
    // The only way from b to c leads through us.
    const star: ChannelSketch[] = [
      { id: 1, ends: ['s', 'a'] },
      { id: 2, ends: ['a', 'b'] },
      { id: 3, ends: ['b', 's'] },
      { id: 4, ends: ['s', 'c'] },
      { id: 5, ends: ['c', 'd'] },
      { id: 6, ends: ['d', 's'] },
    ];
    const request = { outChannels: [id(1)], inChannels: [id(6)] };
    expect(search(star, request)).toMatchObject({ reason: { code: 'disconnected' } });
  });

  it('takes a discount into account where it pairs with the next fee, floored at zero', () => {
    const [first, , last] = RING;
    const discounted: ChannelSketch[] = [
      first!,
      // a asks 100 ppm outwards and grants 60 ppm for arrivals from us; b grants more than it asks.
      {
        id: 2,
        ends: ['a', 'b'],
        policy1: { feeRatePpm: 100 },
        policy2: { inboundFeeRatePpm: -500 },
      },
      last!,
    ];
    const withA = [{ ...first!, policy2: { inboundFeeRatePpm: -60 } }, ...discounted.slice(1)];
    const result = search(withA, { outChannels: [id(1)] });
    if (result.kind !== 'route') throw new Error(result.message);
    // b: 100,000 - 500,050 -> 0; a: 100,000 - trunc(60 ppm of 1,000,100,000) = 100,000 - 60,006.
    expect(result.quote.feeMsat).toBe(39_994n);
  });

  it('escapes the loop trap: a loop that collects a discount must not hide the node it passes', () => {
    const trap: ChannelSketch[] = [
      { id: 1, ends: ['s', 'u'], policy2: { feeBaseMsat: 100n } },
      { id: 2, ends: ['w', 'u'], policy2: { inboundFeeBaseMsat: -100n } },
      { id: 3, ends: ['w', 'x'] },
      { id: 4, ends: ['x', 's'], policy1: { feeBaseMsat: 50n } },
    ];
    const result = search(trap, { amountMsat: 1000n, outChannels: [id(1)] });
    expect(result).toMatchObject({ kind: 'route', proven: true, quote: { feeMsat: 50n } });
  });

  it('covers siblings also where the amount has to be raised to a minimum above it', () => {
    // Over channel 2 at least 5,000 msat must go; then a may pick channel 3 as well, which asks 900 msat.
    const channels: readonly ChannelSketch[] = [
      { id: 1, ends: ['s', 'a'] },
      { id: 2, ends: ['a', 'b'], policy1: { feeBaseMsat: 10n, minHtlcMsat: 5000n } },
      { id: 3, ends: ['a', 'b'], policy1: { feeBaseMsat: 900n } },
      { id: 4, ends: ['b', 's'] },
    ];
    const feeOver2 = (siblings: 'any' | 'named'): bigint => {
      const slotOf3 = 2;
      const reliability = (direction: number): number => (direction >> 1 === slotOf3 ? 1e9 : 0);
      const cost = { timeLockRiskPpb: 0, reliability };
      const outChannels = ['1' as ChannelId];
      const result = search(channels, { amountMsat: 1000n, outChannels, cost, siblings });
      expect(channelsOf(result)).toEqual(['1', '2', '4']);
      return result.kind === 'route' ? result.quote.feeMsat : -1n;
    };
    expect(feeOver2('named')).toBe(4010n);
    expect(feeOver2('any')).toBe(4900n);
  });

  it('charges a surcharge on arrival as well', () => {
    const dear: ChannelSketch[] = [
      { id: 1, ends: ['s', 'a'], policy2: { inboundFeeBaseMsat: 777n } },
      ...RING.slice(1),
    ];
    expect(search(RING, { outChannels: [id(1)] })).toMatchObject({ quote: { feeMsat: 200_010n } });
    expect(search(dear, { outChannels: [id(1)] })).toMatchObject({ quote: { feeMsat: 200_787n } });
  });
});

describe('own balances', () => {
  const own = (
    fields: Record<number, Partial<{ spend: bigint; receive: bigint; active: boolean }>>,
  ) =>
    Object.entries(fields).map(([channel, { spend, receive, active }]) => ({
      channelId: channel as ChannelId,
      spendableMsat: spend ?? 0n,
      receivableMsat: receive ?? 0n,
      active: active ?? true,
    }));

  it('decide about the first and last hop', () => {
    const plenty = 2_000_000_000n;
    const overlay = { ownChannels: own({ 1: { spend: plenty }, 3: { receive: plenty } }) };
    expect(channelsOf(search(RING, { overlay }))).toEqual(['1', '2', '3']);
    const exact = {
      ownChannels: own({ 1: { spend: 1_000_200_010n }, 3: { receive: 1_000_000_000n } }),
    };
    expect(search(RING, { overlay: exact }).kind).toBe('route');
    const short = { ownChannels: own({ 1: { spend: 1_000_200_009n }, 3: { receive: plenty } }) };
    expect(search(RING, { overlay: short })).toMatchObject({
      reason: { code: 'amount_too_large' },
    });
  });

  it('make a channel usable whose own policy is unknown or disabled, for it binds others only', () => {
    const silent = [{ ...RING[0]!, policy1: null }, ...RING.slice(1)];
    const overlay = { ownChannels: own({ 1: { spend: 2n ** 40n }, 3: { receive: 2n ** 40n } }) };
    expect(search(silent, { overlay }).kind).toBe('route');
    const disabled = [{ ...RING[0]!, policy1: { disabled: true } }, ...RING.slice(1)];
    expect(search(disabled, { overlay }).kind).toBe('route');
  });
});

describe('no route', () => {
  const rich = (channels: readonly number[]) => ({
    ownChannels: channels.map((c) => ({
      channelId: id(c),
      spendableMsat: 10n ** 12n,
      receivableMsat: 10n ** 12n,
      active: true,
    })),
  });
  const poor = { ...rich([1, 3]) };

  it.each<[string, Partial<CircularRouteRequest>, object]>([
    ['an unknown node', { self: nodeIdOf('z') }, { code: 'unknown_node', nodeId: nodeIdOf('z') }],
    [
      'an amount beyond the arithmetic',
      { amountMsat: 2n ** 53n },
      { code: 'amount_out_of_range', maxMsat: 2n ** 52n },
    ],
    [
      'an outgoing channel that is not ours',
      { outChannels: [id(2)] },
      { code: 'no_outgoing_channel' },
    ],
    [
      'an outgoing channel that is excluded',
      { outChannels: [id(1)], exclude: { channels: [id(1)] } },
      { code: 'no_outgoing_channel' },
    ],
    [
      'an incoming channel that is not ours',
      { inChannels: [id(99)] },
      { code: 'no_incoming_channel' },
    ],
    [
      'too little to send',
      { overlay: { ownChannels: poor.ownChannels.map((c) => ({ ...c, spendableMsat: 5n })) } },
      { code: 'no_outgoing_balance', bestSpendableMsat: 5n },
    ],
    [
      'too little room',
      { overlay: { ownChannels: poor.ownChannels.map((c) => ({ ...c, receivableMsat: 7n })) } },
      { code: 'no_incoming_capacity', bestReceivableMsat: 7n },
    ],
    [
      'a fee limit in msat',
      { outChannels: [id(1)], maxFeeMsat: 200_009n },
      { code: 'fee_limit', cheapestFeeMsat: 200_010n, cheapestFeePpm: 200.01 },
    ],
    [
      'a fee limit in ppm',
      { outChannels: [id(1)], maxFeePpm: 200 },
      { code: 'fee_limit', cheapestFeeMsat: 200_010n, cheapestFeePpm: 200.01 },
    ],
    [
      'a time lock limit',
      { outChannels: [id(1)], maxCltvBlocks: 122 },
      { code: 'cltv_limit', neededCltvBlocks: 123 },
    ],
    ['a hop limit', { outChannels: [id(1)], maxHops: 2 }, { code: 'hop_limit', neededHops: 3 }],
    [
      'an excluded node',
      { inChannels: [id(3)], exclude: { nodes: [nodeIdOf('b')] } },
      { code: 'no_incoming_channel' },
    ],
    [
      'an excluded channel on the way',
      { exclude: { channels: [id(2)] } },
      { code: 'avoided', cheapestFeeMsat: 0n },
    ],
    [
      'an excluded pair',
      { outChannels: [id(1)], exclude: { pairs: [{ from: nodeIdOf('a'), to: nodeIdOf('b') }] } },
      { code: 'avoided', cheapestFeeMsat: 200_010n },
    ],
    [
      'a pair known to lack liquidity',
      {
        outChannels: [id(1)],
        overlay: {
          ceilings: [{ from: nodeIdOf('a'), to: nodeIdOf('b'), atLeastMsat: 1_000_100_000n }],
        },
      },
      { code: 'avoided', cheapestFeeMsat: 200_010n },
    ],
    [
      'an amount that no channel carries',
      { amountMsat: 100_000_000_001n },
      { code: 'no_outgoing_balance', bestSpendableMsat: 100_000_000_000n },
    ],
  ])('for %s says why', (_what, request, reason) => {
    const result = search(RING, request);
    expect(result).toMatchObject({ kind: 'no_route', reason });
    expect(result.kind === 'no_route' && result.message.length).toBeGreaterThan(20);
  });

  it('within an onion says so', () => {
    const chain: ChannelSketch[] = Array.from({ length: 26 }, (_, i) => ({
      id: i + 1,
      ends: [i === 0 ? 's' : `n${i}`, i === 25 ? 's' : `n${i + 1}`] as const,
      policy1: { timeLockDelta: 1 },
    }));
    const result = search(chain, { outChannels: [id(1)] });
    expect(result).toMatchObject({ reason: { code: 'onion_limit' } });
    // 24 forwarding hops and the last cannot fit; lnd counts at most 23 on mainnet.
    const shorter: ChannelSketch[] = Array.from({ length: 23 }, (_, i) => ({
      id: i + 1,
      ends: [i === 0 ? 's' : `n${i}`, i === 22 ? 's' : `n${i + 1}`] as const,
    }));
    expect(search(shorter, { outChannels: [id(1)] }).kind).toBe('route');
  });

  it('names an amount that would pass', () => {
    const narrow = [RING[0]!, { ...RING[1]!, policy1: { maxHtlcMsat: 250_000_000n } }, RING[2]!];
    const result = search(narrow, { outChannels: [id(1)] });
    if (result.kind !== 'no_route' || result.reason.code !== 'amount_too_large')
      throw new Error('?');
    expect(result.reason.payableMsat).toBeGreaterThan(248_000_000n);
    const payable = search(narrow, { outChannels: [id(1)], amountMsat: result.reason.payableMsat });
    expect(payable.kind).toBe('route');
  });

  it('allows exactly the limits', () => {
    const limits = { outChannels: [id(1)], maxFeeMsat: 200_010n, maxCltvBlocks: 123, maxHops: 3 };
    expect(search(RING, limits).kind).toBe('route');
    const below = {
      ceilings: [{ from: nodeIdOf('a'), to: nodeIdOf('b'), atLeastMsat: 1_000_100_001n }],
    };
    expect(search(RING, { outChannels: [id(1)], overlay: below }).kind).toBe('route');
  });
});

describe('a senseless request', () => {
  it.each<[Partial<CircularRouteRequest>, RegExp]>([
    [{ amountMsat: 0n }, /amountMsat must be positive/],
    [{ amountMsat: -5n }, /amountMsat must be positive/],
    [{ maxFeeMsat: -1n }, /maxFeeMsat must not be negative/],
    [{ maxFeePpm: Number.NaN }, /maxFeePpm must lie between/],
    [{ maxHops: 1.5 }, /maxHops must be a whole number/],
    [{ maxCltvBlocks: 43 }, /above finalCltvDelta 43/],
  ])('%o throws', (request, message) => {
    expect(() => search(RING, request)).toThrow(message);
  });
});
