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
export type { HoldPlan, ResumeReason } from '../interceptor/decide-forward.ts';
export type { LinkDefect } from '../interceptor/link-check.ts';
export type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
export type { ChannelDemand, Flow } from '../planner/demand.ts';
export type { ChannelOffer } from '../planner/quotes/lsps1.ts';
export {
  type PeerSwapTerms,
  premiumMsat,
  type SwapAsset,
  type SwapPremiums,
} from '../planner/quotes/peer-swap.ts';
export type { Quote } from '../planner/quotes/quote.ts';
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
  type CircularPrice,
  compareWithSplice,
  type SpliceComparison,
  type SplicePrice,
  splicePrice,
} from '../planner/splice-price.ts';
export {
  NoQuotesError,
  type PeerQuotes,
  QuoteDesk,
  type QuoteOptions,
  type QuoteParts,
} from './ask-quotes.ts';
export { JustInTime } from './just-in-time.ts';
export type {
  JustInTimeEvent,
  JustInTimeFigures,
  JustInTimeOptions,
} from './just-in-time-options.ts';
export type {
  AdjustableOptions,
  OperatorEvent,
  OperatorRun,
  OperatorSummary,
  RunOptions,
} from './operator-run.ts';
export {
  type ChannelSelection,
  type RebalanceRequest,
  RebalanceRequestError,
} from './rebalance-request.ts';
export { type RebalanceRun, Rebalancer } from './rebalancer.ts';
export type { RebalancerOptions } from './rebalancer-options.ts';
export type { RebalancerStatus } from './rebalancer-status.ts';
export { ForeignJournalError } from './recovery.ts';
export { openSearchPool, type SearchPool, type SearchPoolOptions } from './search-pool.ts';
export { systemClock } from './system-clock.ts';
