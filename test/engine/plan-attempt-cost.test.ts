import { expect, it } from 'vitest';
import { PLAN_ATTEMPT_COST, planAttemptCost } from '../../src/engine/plan-attempt-cost.ts';
import { DEFAULTS } from '../../src/engine/rebalancer-options.ts';

it('is less than where somebody waits, and never more than a Rebalancer reckons with', () => {
  expect(planAttemptCost(DEFAULTS)).toEqual(PLAN_ATTEMPT_COST);
  expect(planAttemptCost({ attemptCostMsat: 0n, attemptCostPpm: 50 })).toEqual({
    attemptCostMsat: 0n,
    attemptCostPpm: 1,
  });
  expect(planAttemptCost({ attemptCostMsat: 5000n, attemptCostPpm: 0.5 })).toEqual({
    attemptCostMsat: 300n,
    attemptCostPpm: 0.5,
  });
});
