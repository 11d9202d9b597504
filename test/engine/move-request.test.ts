import { expect, it } from 'vitest';
import { moveRequest } from '../../src/engine/move-request.ts';
import { PLAN_ATTEMPT_COST } from '../../src/engine/plan-attempt-cost.ts';
import type { PlannedMove } from '../../src/planner/rebalance-plan.ts';
import { parseChannelId } from '../../src/units/ids.ts';

const move = {
  outChannelId: parseChannelId('1'),
  inChannelId: parseChannelId('2'),
  amountMsat: 500_000_000n,
  maxFeeMsat: 70_001n,
  feeMsat: 30_000n,
  earnedMsat: 150_000n,
  forgoneMsat: 50_000n,
  roomMsat: 10_000n,
} as PlannedMove;

it('asks for what the plan reckoned with, at most for what the move is worth', () => {
  expect(moveRequest(move, {}, PLAN_ATTEMPT_COST)).toEqual({
    from: '1',
    to: '2',
    amountMsat: 500_000_000n,
    minAmountMsat: 50_000_000n,
    maxFeeMsat: 70_001n,
    maxFeePpm: 140.002,
    ...PLAN_ATTEMPT_COST,
    // 300 msat and 1 ppm, of 80,000 msat that are gained.
    minProbability: 0.01,
  });
});

it('prefers what the plan was asked for', () => {
  const request = {
    attemptCostMsat: 7n,
    attemptCostPpm: 0,
    amountsMsat: [300_000_000n, 9_000_000n],
  };
  expect(moveRequest(move, request, PLAN_ATTEMPT_COST)).toMatchObject({
    attemptCostMsat: 7n,
    attemptCostPpm: 0,
    minAmountMsat: 9_000_000n,
  });
});

it('goes on while an attempt may gain more than it costs, and no longer', () => {
  const least = (gains: Partial<PlannedMove>, attemptCostMsat = 300n): number | undefined =>
    moveRequest({ ...move, ...gains }, { attemptCostMsat, attemptCostPpm: 1 }, PLAN_ATTEMPT_COST)
      .minProbability;
  expect(least({ earnedMsat: 870_000n })).toBe(0.001);
  expect(least({ earnedMsat: 71_600n })).toBe(0.5);
  expect(least({ earnedMsat: 70_800n })).toBe(1);
  expect(least({ earnedMsat: 0n })).toBe(1);
  expect(least({}, 0n)).toBe(500 / 80_000);
  const free = { attemptCostMsat: 0n, attemptCostPpm: 0 };
  for (const earnedMsat of [150_000n, 70_000n]) {
    const request = moveRequest({ ...move, earnedMsat }, free, PLAN_ATTEMPT_COST);
    expect(request).not.toHaveProperty('minProbability');
  }
});
