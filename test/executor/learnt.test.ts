import { describe, expect, test } from 'vitest';
import { exclusions, learn, NOTHING_LEARNT } from '../../src/executor/learnt.ts';
import type { Blame, RouteLink, Verdict } from '../../src/executor/verdict.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { pricePath } from '../../src/pathfinder/price-path.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { graphOf, policyOf } from '../graph/make-graph.ts';
import { A, B, SELF } from './circle-network.ts';

const id = (n: number) => parseChannelId(String(n));
const FREE = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };

/** Self -> A -> B -> self, at 100 ppm from A and nothing from B. */
const PATH = pricePath(
  [
    { channelId: id(10), from: SELF, to: A, capacitySat: 1n, policy: null, inboundFee: FREE },
    {
      channelId: id(30),
      from: A,
      to: B,
      capacitySat: 1n,
      policy: policyOf({ feeRatePpm: 100 }),
      inboundFee: FREE,
    },
    { channelId: id(20), from: B, to: SELF, capacitySat: 1n, policy: policyOf(), inboundFee: FREE },
  ],
  { amountMsat: 1_000_000n },
);
/** The graph that the path was found in: it announces just what the path was priced with. */
const SNAPSHOT = graphOf([
  { id: 10, ends: [9, 1] },
  { id: 30, ends: [1, 2], policy1: { feeRatePpm: 100 } },
  { id: 20, ends: [2, 9] },
]).snapshot();
const GROUND = { path: PATH, snapshot: SNAPSHOT };
const LINKS: readonly RouteLink[] = PATH.hops.map((hop, link) => ({
  link,
  channelId: hop.channelId,
  from: hop.from,
  to: hop.to,
  amountMsat: hop.amountInMsat,
}));

const verdict = (blame: Blame, more: Partial<Verdict> = {}): Verdict => ({
  code: 'UNKNOWN_FAILURE',
  position: 'first',
  sourceIndex: 1,
  source: A,
  blame,
  otherwise: null,
  facts: [],
  update: { kind: 'none' },
  repriceable: false,
  next: 'retry',
  reason: 'test',
  ...more,
});

const aboutTerms = (policy: Partial<ChannelPolicy>, more: Partial<Verdict> = {}): Verdict =>
  verdict(
    { kind: 'channel', cause: 'policy', at: LINKS[1]! },
    {
      update: { kind: 'usable', update: { channelId: id(30), from: A, policy: policyOf(policy) } },
      repriceable: true,
      otherwise: { kind: 'node', nodeId: A },
      ...more,
    },
  );

describe('what is left out', () => {
  test.each<[string, Blame, object]>([
    ['an own channel', { kind: 'own_channel', channelId: id(10) }, { channels: ['10'] }],
    [
      'a channel whose terms cannot be met',
      { kind: 'channel', cause: 'policy', at: LINKS[1]! },
      { channels: ['30'] },
    ],
    [
      'a pair, both ways',
      { kind: 'pair', at: LINKS[1]! },
      {
        pairs: [
          { from: A, to: B },
          { from: B, to: A },
        ],
      },
    ],
    [
      'of our own last channel only the way that was taken, for the other way is ours',
      { kind: 'pair', at: LINKS[2]! },
      { pairs: [{ from: B, to: SELF }] },
    ],
    [
      'of our own first channel too',
      { kind: 'pair', at: LINKS[0]! },
      { pairs: [{ from: SELF, to: A }] },
    ],
    ['a node', { kind: 'node', nodeId: B }, { nodes: [B] }],
    [
      'what lies between our own channels',
      { kind: 'unknown', among: LINKS },
      { pairs: [{ from: A, to: B }] },
    ],
    [
      'the node, where nothing else lies between',
      { kind: 'unknown', among: [LINKS[0]!, { ...LINKS[2]!, from: A }] },
      { nodes: [A] },
    ],
    ['nothing, where we refused ourselves', { kind: 'final' }, {}],
    [
      'nothing but the amount, for lack of balance',
      { kind: 'channel', cause: 'liquidity', at: LINKS[1]! },
      {},
    ],
  ])('%s', (_, blame, expected) => {
    const { learnt, repriced } = learn(NOTHING_LEARNT, verdict(blame), GROUND);
    expect(learnt).toEqual({ ...NOTHING_LEARNT, ...expected });
    expect(repriced).toBeNull();
  });
});

test('the lowest amount that a pair lacked is its ceiling', () => {
  const lacked = (amountMsat: bigint): LiquidityFact => ({
    kind: 'lacked',
    from: A,
    to: B,
    amountMsat,
  });
  let learnt = NOTHING_LEARNT;
  for (const amountMsat of [500n, 900n, 300n]) {
    const blame: Blame = { kind: 'channel', cause: 'liquidity', at: LINKS[1]! };
    ({ learnt } = learn(learnt, verdict(blame, { facts: [lacked(amountMsat)] }), GROUND));
  }
  expect(learnt.ceilings).toEqual([{ from: A, to: B, atLeastMsat: 300n }]);
});

describe('other terms', () => {
  test('are believed once for each direction', () => {
    const first = learn(NOTHING_LEARNT, aboutTerms({ feeRatePpm: 200 }), GROUND);
    expect(first.repriced).toMatchObject({ channelId: '30', policy: { feeRatePpm: 200 } });
    expect(first.learnt.channels).toEqual([]);
    const second = learn(first.learnt, aboutTerms({ feeRatePpm: 300 }), GROUND);
    expect(second.repriced).toBeNull();
    expect(second.learnt.channels).toEqual(['30']);
    expect(second.learnt.policies).toMatchObject([{ policy: { feeRatePpm: 300 } }]);
  });

  test('that are those we knew blame the other suspect', () => {
    const { learnt, repriced } = learn(NOTHING_LEARNT, aboutTerms({ feeRatePpm: 100 }), GROUND);
    expect(repriced).toBeNull();
    expect(learnt.nodes).toEqual([A]);
    expect(learnt.channels).toEqual([]);
  });

  test('that the graph announces already, but the path was not priced with, are met next', () => {
    // The path has the terms of a dearer parallel channel, so an update is to be held against the graph.
    const snapshot = SNAPSHOT.withPolicies([
      { channelId: id(30), from: A, policy: policyOf({ feeRatePpm: 200 }) },
    ]);
    const { learnt, repriced } = learn(NOTHING_LEARNT, aboutTerms({ feeRatePpm: 200 }), {
      path: PATH,
      snapshot,
    });
    expect(repriced).toMatchObject({ policy: { feeRatePpm: 200 } });
    expect(learnt.policies).toEqual([]);
  });

  test('that are new but met by the path are kept, and blame the other suspect', () => {
    const { learnt, repriced } = learn(NOTHING_LEARNT, aboutTerms({ feeRatePpm: 50 }), GROUND);
    expect(repriced).toBeNull();
    expect(learnt.nodes).toEqual([A]);
    expect(learnt.policies).toMatchObject([{ policy: { feeRatePpm: 50 } }]);
  });

  test.each<[string, Partial<ChannelPolicy>]>([
    ['a longer time lock', { feeRatePpm: 100, timeLockDelta: 41 }],
    ['a minimum above the amount', { feeRatePpm: 100, minHtlcMsat: 1_000_001n }],
    ['a maximum below it', { feeRatePpm: 100, maxHtlcMsat: 999_999n }],
    ['that the channel is off', { feeRatePpm: 100, disabled: true }],
  ])('may be %s', (_, policy) => {
    expect(learn(NOTHING_LEARNT, aboutTerms(policy), GROUND).repriced).not.toBeNull();
  });

  test('may be the inbound fee of the channel that the payment came by', () => {
    const update = { channelId: id(10), from: A, policy: policyOf({ inboundFeeRatePpm: 50 }) };
    const told = aboutTerms({}, { update: { kind: 'usable', update } });
    expect(learn(NOTHING_LEARNT, told, GROUND).repriced).toEqual(update);
  });

  test('that come with a lack of balance are kept, without using up the chance', () => {
    const blame: Blame = { kind: 'channel', cause: 'liquidity', at: LINKS[1]! };
    const told = aboutTerms({ feeRatePpm: 200 }, { blame, repriceable: false });
    const { learnt } = learn(NOTHING_LEARNT, told, GROUND);
    expect(learnt.policies).toHaveLength(1);
    expect(learnt.repriced).toEqual([]);
  });
});

test('what the request excludes stays excluded', () => {
  const learnt = { ...NOTHING_LEARNT, nodes: [A], channels: [id(30)] };
  expect(exclusions({ nodes: [B], pairs: [{ from: A, to: B }] }, learnt)).toEqual({
    nodes: [B, A],
    channels: [id(30)],
    pairs: [{ from: A, to: B }],
  });
});
