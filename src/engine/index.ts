/** `ballast/engine`: what moves liquidity, given a node and a store. */
export type { FeeBudget, FeeLimits } from '../executor/fee-ledger.ts';
export type {
  AttemptOutcome,
  AttemptReport,
  HopReport,
  InvoiceEnd,
  RebalanceEvent,
  RebalanceOutcome,
  RebalanceReport,
  StopCause,
} from '../executor/rebalance-report.ts';
export type {
  Blame,
  FailureCodeName,
  FailurePosition,
  RouteLink,
  UpdateReading,
  Verdict,
} from '../executor/verdict.ts';
export type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
export type { ChannelDemand, Flow } from '../planner/demand.ts';
export type {
  ChannelOutlook,
  LeftOutChannel,
  LeftOutReason,
  PlannedMove,
  RebalancePlan,
} from '../planner/rebalance-plan.ts';
export {
  type ChannelNames,
  type ChannelRule,
  type ChannelSettings,
  type PlanRequest,
  PlanRequestError,
  type PlanStrategy,
} from '../planner/rebalance-plan-request.ts';
export {
  type ChannelSelection,
  type RebalanceRequest,
  RebalanceRequestError,
} from './rebalance-request.ts';
export { type RebalanceRun, Rebalancer } from './rebalancer.ts';
export type { RebalancerOptions } from './rebalancer-options.ts';
export { ForeignJournalError } from './recovery.ts';
export { openSearchPool, type SearchPool, type SearchPoolOptions } from './search-pool.ts';
export { systemClock } from './system-clock.ts';
