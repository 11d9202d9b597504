import { describe, expect, it } from 'vitest';
import { BLOCK_HEIGHT, walkRoute } from '../../../../bench/frontier/world/walk-route.ts';
import { World } from '../../../../bench/frontier/world/world.ts';
import { interpretFailure } from '../../../../src/executor/interpret-failure.ts';
import type { Verdict } from '../../../../src/executor/verdict.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import type { ChannelUpdateRecord } from '../../../../src/ports.ts';
import { parseChannelId } from '../../../../src/units/ids.ts';
import { nodeIdOf, policyOf } from '../../../graph/make-graph.ts';
import { handMadeRecipe, type RecipeParts } from './hand-made-recipe.ts';

/** Self 1 -> 2 -> 3 -> 1, with two channels from 2 to 3: slots 0, 1 and 2, 3. */
const CHANNELS = [
  { id: 100, ends: [1, 2] },
  { id: 101, ends: [2, 3], policy1: { feeRatePpm: 100 } },
  { id: 102, ends: [2, 3], policy1: { feeRatePpm: 100 } },
  { id: 103, ends: [1, 3], policy2: { feeRatePpm: 50 } },
] as const;
const SELF = nodeIdOf(1);
const AMOUNT_MSAT = 1_000_000_000n;
const DEEP = 4_900_000_000;

function walk(parts: Partial<RecipeParts> = {}, attempt = 0) {
  const recipe = handMadeRecipe({ channels: CHANNELS, ...parts });
  const result = findCircularRoute(recipe.announced, {
    self: SELF,
    amountMsat: AMOUNT_MSAT,
    outChannels: [parseChannelId('100')],
    inChannels: [parseChannelId('103')],
  });
  if (result.kind !== 'route') throw new Error(result.message);
  const route = buildRoute(result.path, {
    paymentAddr: new Uint8Array(32),
    blockHeight: BLOCK_HEIGHT,
    finalCltvDelta: 43,
  });
  const outcome = walkRoute(new World(recipe), { route, self: SELF, attempt });
  return { route, outcome };
}

function verdictOf(parts: Partial<RecipeParts>): Verdict {
  const { route, outcome } = walk(parts);
  if (outcome.kind === 'settled') throw new Error('the payment settled');
  return interpretFailure(route, outcome.failure, SELF);
}

const changed = (policy: Parameters<typeof policyOf>[0]): ChannelUpdateRecord[] =>
  [101, 102].map((id) => ({
    channelId: parseChannelId(String(id)),
    from: nodeIdOf(2),
    policy: policyOf({ feeRatePpm: 100, ...policy }),
  }));

describe('a payment', () => {
  it('settles over the channels that have the balance, with the amounts of the route', () => {
    const { route, outcome } = walk({ shares: new Map([[1, 0]]) });
    expect(outcome).toEqual({
      kind: 'settled',
      crossed: [
        { direction: 0, amountMsat: Number(route.totalAmtMsat) },
        { direction: 4, amountMsat: 1_000_050_000 },
        { direction: 7, amountMsat: 1_000_000_000 },
      ],
    });
  });

  it('takes either of two parallel channels, by a lot that the attempt decides', () => {
    const taken = Array.from({ length: 40 }, (_, attempt) => {
      const { outcome } = walk({}, attempt);
      return outcome.kind === 'settled' ? outcome.crossed[1]!.direction : -1;
    });
    expect(taken.filter((direction) => direction === 2).length).toBeGreaterThan(8);
    expect(taken.filter((direction) => direction === 4).length).toBeGreaterThan(8);
    expect(walk({}, 7).outcome).toEqual(walk({}, 7).outcome);
  });

  it('comes back from where no channel has the balance, which only blames the pair', () => {
    const verdict = verdictOf({
      shares: new Map([
        [1, 1000],
        [2, 1000],
      ]),
    });
    expect(verdict).toMatchObject({
      code: 'TEMPORARY_CHANNEL_FAILURE',
      sourceIndex: 1,
      blame: { kind: 'channel', cause: 'liquidity' },
    });
    expect(verdict.facts.map(({ kind }) => kind)).toEqual(['carried', 'lacked']);
  });

  it('counts the reserve as absent', () => {
    const short = new Map([
      [1, Number(AMOUNT_MSAT)],
      [2, 0],
    ]);
    expect(verdictOf({ shares: short }).code).toBe('TEMPORARY_CHANNEL_FAILURE');
    expect(
      walk({
        shares: new Map([
          [1, 1_000_050_000],
          [2, 0],
        ]),
      }).outcome.kind,
    ).toBe('settled');
  });

  it('cannot reach a node that is offline', () => {
    expect(verdictOf({ offline: [2] })).toMatchObject({
      code: 'UNKNOWN_NEXT_PEER',
      sourceIndex: 1,
      blame: { kind: 'pair' },
    });
    expect(verdictOf({ offline: [1] })).toMatchObject({
      code: 'UNKNOWN_NEXT_PEER',
      sourceIndex: 0,
    });
  });

  it('is refused by policies that the sender does not know yet, which come back with it', () => {
    const dearer = verdictOf({ changed: changed({ feeRatePpm: 150 }) });
    expect(dearer).toMatchObject({ code: 'FEE_INSUFFICIENT', sourceIndex: 1, repriceable: true });
    expect(dearer.update).toMatchObject({
      kind: 'usable',
      update: { from: nodeIdOf(2), policy: { feeRatePpm: 150 } },
    });
    const slower = verdictOf({ changed: changed({ timeLockDelta: 80 }) });
    expect(slower).toMatchObject({ code: 'INCORRECT_CLTV_EXPIRY', repriceable: true });
    expect(verdictOf({ changed: changed({ disabled: true }) }).code).toBe('CHANNEL_DISABLED');
    expect(walk({ changed: changed({ feeRatePpm: 20 }) }).outcome.kind).toBe('settled');
  });

  it('passes where one of the parallel channels still has the terms that it was sent with', () => {
    const [first] = changed({ feeRatePpm: 150 });
    const { outcome } = walk({ changed: [first!], shares: new Map([[0, DEEP]]) });
    expect(outcome).toMatchObject({ kind: 'settled', crossed: [{}, { direction: 4 }, {}] });
  });

  it('is not sent at all where our own channel lacks it', () => {
    expect(verdictOf({ shares: new Map([[0, 1]]) })).toMatchObject({
      code: 'TEMPORARY_CHANNEL_FAILURE',
      sourceIndex: 0,
      blame: { kind: 'own_channel' },
    });
  });
});
