/** A planned move as a rebalance: for what it is worth, and no more. */
import { type AttemptCost, attemptCostOf } from '../executor/attempt-cost.ts';
import type { PlannedMove } from '../planner/rebalance-plan.ts';
import { PLAN_DEFAULTS, type PlanRequest } from '../planner/rebalance-plan-request.ts';
import type { RebalanceRequest } from './rebalance-request.ts';

/** A smaller amount is worth its share at least: the first satoshi that a channel lacks earns the most. */
export function moveRequest(
  move: PlannedMove,
  request: PlanRequest,
  attemptCost: AttemptCost,
): RebalanceRequest {
  const { outChannelId, inChannelId, amountMsat, maxFeeMsat } = move;
  const { amountsMsat, minAmountMsat, maxCltvBlocks } = request;
  const least = amountsMsat?.reduce((a, b) => (a < b ? a : b));
  const leastMsat = least ?? minAmountMsat ?? PLAN_DEFAULTS.minAmountMsat;
  const cost: AttemptCost = {
    attemptCostMsat: request.attemptCostMsat ?? attemptCost.attemptCostMsat,
    attemptCostPpm: request.attemptCostPpm ?? attemptCost.attemptCostPpm,
  };
  return {
    from: outChannelId,
    to: inChannelId,
    amountMsat,
    minAmountMsat: leastMsat < amountMsat ? leastMsat : amountMsat,
    maxFeeMsat,
    maxFeePpm: ppmOf(move),
    ...cost,
    ...leastProbability(move, attemptCostOf(cost, amountMsat)),
    ...(maxCltvBlocks === undefined ? {} : { maxCltvBlocks }),
    ...(request.avoid === undefined ? {} : { exclude: request.avoid }),
  };
}

/** Parts per million are given in thousandths, rounded up: at its full amount, a move is limited by its fee alone. */
const ppmOf = ({ maxFeeMsat, amountMsat }: PlannedMove): number =>
  Math.min(1e6, Math.ceil((Number(maxFeeMsat) / Number(amountMsat)) * 1e9) / 1e3);

/**
 * Below it an attempt costs more than what it may gain is worth, at the move's full amount and planned fee. A limit that is
 * the same for all moves would refuse what was planned: where a channel earns much, one attempt in hundreds pays for all of
 * them. Where attempts cost nothing the usual limit holds, so that what is known to fail is not tried for ever.
 */
function leastProbability(
  { earnedMsat, forgoneMsat, roomMsat, feeMsat }: PlannedMove,
  attemptCostMsat: number,
): { readonly minProbability?: number } {
  if (attemptCostMsat === 0) return {};
  const gainMsat = Number(earnedMsat - forgoneMsat + roomMsat - feeMsat);
  return { minProbability: gainMsat > attemptCostMsat ? attemptCostMsat / gainMsat : 1 };
}
