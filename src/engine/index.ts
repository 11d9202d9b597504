/** `ballast/engine`: what moves liquidity, given a node and a store. */
export type {
  AttemptOutcome,
  AttemptReport,
  HopReport,
  InvoiceEnd,
  RebalanceEvent,
  RebalanceOutcome,
  RebalanceReport,
} from '../executor/rebalance-report.ts';
export type {
  Blame,
  FailureCodeName,
  FailurePosition,
  LiquidityFact,
  RouteLink,
  UpdateReading,
  Verdict,
} from '../executor/verdict.ts';
export {
  type ChannelSelection,
  type RebalanceRequest,
  RebalanceRequestError,
} from './rebalance-request.ts';
export { type RebalanceRun, Rebalancer, type RebalancerOptions } from './rebalancer.ts';
export { openSearchPool, type SearchPool, type SearchPoolOptions } from './search-pool.ts';
export { systemClock } from './system-clock.ts';
