/** What an attempt costs that is made for a plan. */
import type { AttemptCost } from '../executor/attempt-cost.ts';

/**
 * Nobody waits for a move of a plan, and a node that has nothing better to do loses little by an attempt that fails: a
 * record, and liquidity that is locked for seconds. Measured (`npm run bench:operator`, on seeds that no table shows): with
 * 2 sat and 5 ppm a channel that earns all that is brought into it was left dry, for each single attempt is unlikely.
 */
export const PLAN_ATTEMPT_COST: AttemptCost = { attemptCostMsat: 300n, attemptCostPpm: 1 };

/** No more than a Rebalancer reckons with elsewhere. */
export function planAttemptCost({ attemptCostMsat, attemptCostPpm }: AttemptCost): AttemptCost {
  const most = PLAN_ATTEMPT_COST;
  return {
    attemptCostMsat:
      attemptCostMsat < most.attemptCostMsat ? attemptCostMsat : most.attemptCostMsat,
    attemptCostPpm: Math.min(attemptCostPpm, most.attemptCostPpm),
  };
}
