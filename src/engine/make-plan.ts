/** Gathers what a plan stands on, and makes it. */
import { unclaimed } from '../executor/unclaimed.ts';
import { fillingAlone } from '../planner/filling-alone.ts';
import type { PlanGround } from '../planner/plan-ground.ts';
import { planRebalances } from '../planner/plan-rebalances.ts';
import type { RebalancePlan } from '../planner/rebalance-plan.ts';
import {
  PLAN_DEFAULTS,
  type PlanRequest,
  SETTING_DEFAULTS,
} from '../planner/rebalance-plan-request.ts';
import type { ForwardingHistory } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import type { EngineParts } from './answer-command.ts';
import { asked, messageOf } from './asked.ts';
import { planAttemptCost } from './plan-attempt-cost.ts';
import type { PlanThread } from './plan-thread.ts';

/** Failures that are older than this, and than any cool-down, are forgotten. */
const LEAST_PAST_MS = 7 * DAY_MS;

export interface Planning {
  readonly parts: EngineParts;
  readonly attemptCost: PlanGround['attemptCost'];
  /** The only channels to fill; `null`: any. */
  readonly into: readonly ChannelId[] | null;
  /** Where to reckon; without one, in the caller's own. */
  readonly thread: PlanThread | undefined;
}

/** @throws PlanRequestError, and what node or store reject with. */
export async function makePlan(
  request: PlanRequest,
  { parts, attemptCost, into, thread }: Planning,
): Promise<RebalancePlan> {
  const { reservations, dates, beliefs, demand } = parts;
  const nowMs = dates.now();
  const [reading, history, past] = await Promise.all([
    parts.ground.read({ fresh: true }),
    historyFor(request, parts, nowMs),
    parts.past.load({ sinceMs: nowMs - pastMs(request) }),
    demand.load(),
  ]);
  const { ground, released } = reading;
  const { snapshot, info } = ground;
  const self = info.nodeId;
  const claims = [...reservations.others(''), ...released];
  const known = {
    snapshot,
    self,
    blockHeight: info.blockHeight,
    nowMs,
    ownChannels: unclaimed(ground.ownChannels, claims, reservations.limits),
    history,
    missed: demand.ledger.missed(nowMs),
    past,
    attemptCost: planAttemptCost(attemptCost),
  };
  const asks = into === null ? request : fillingAlone(request, ground.ownChannels, into);
  if (thread !== undefined) return thread.plan(known, asks);
  const prices: PlanGround['prices'] = (terms) =>
    beliefs.book.prices({ ...terms, snapshot, self, nowMs });
  return planRebalances({ ...known, prices }, asks);
}

/** Where nothing depends on the history of forwards, a node that does not tell it will do as well. */
async function historyFor(
  request: PlanRequest,
  { node, log }: EngineParts,
  nowMs: number,
): Promise<ForwardingHistory> {
  const sinceMs = nowMs - (request.historyMs ?? PLAN_DEFAULTS.historyMs);
  const reading = asked(() => node.forwardingHistory({ sinceMs }));
  if (needsHistory(request)) return reading;
  return reading.catch((error: unknown) => {
    log.warn('planned without the history of forwards', { reason: messageOf(error) });
    return { sinceMs, forwards: [] };
  });
}

const needsHistory = ({ strategy = 'economic', settings, rules = [] }: PlanRequest): boolean =>
  strategy === 'economic' || [settings, ...rules].some((given) => given?.earnedShare !== undefined);

const pastMs = ({ settings, rules = [] }: PlanRequest): number =>
  Math.max(
    LEAST_PAST_MS,
    SETTING_DEFAULTS.coolDownMs,
    ...[settings, ...rules].map((given) => given?.coolDownMs ?? 0),
  );
