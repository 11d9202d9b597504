/**
 * The public surface of Ballast's core: the network graph, the pathfinder, and the reading of failures. It is pure
 * and runs in a browser; what talks to nodes stands in `ballast/engine`, `ballast/lnd` and their neighbours.
 */
export { interpretFailure } from './executor/interpret-failure.ts';
export type { Verdict } from './executor/verdict.ts';
export type { ChannelUpdate, Failure, Failure_FailureCode } from './generated/messages/failure.ts';
export type { AMPRecord, Hop, MPPRecord, Route } from './generated/messages/route.ts';
export { DirectionPrices } from './graph/direction-prices.ts';
export type { ChannelAttributes, NodeAttributes } from './graph/graphology-view.ts';
export {
  type GraphSource,
  loadDescribeGraph,
  loadGraphDescription,
} from './graph/load-describe-graph.ts';
export {
  type AddChannelResult,
  type ApplyUpdateResult,
  NetworkGraph,
} from './graph/network-graph.ts';
export { type NodeStatistics, nodeStatistics } from './graph/node-statistics.ts';
export {
  type ListedChannel,
  type Overlay,
  type OwnLiquidity,
  ownLiquidity,
  type PairCeiling,
} from './graph/overlay.ts';
export {
  GraphFormatError,
  type ParsedGraph,
  parseDescribeGraph,
} from './graph/parse-describe-graph.ts';
export type { Quantiles } from './graph/quantiles.ts';
export type { GraphSnapshot } from './graph/snapshot.ts';
export { type GraphStatistics, graphStatistics } from './graph/statistics.ts';
export type { Observation } from './liquidity/beliefs.ts';
export type { Evidence } from './liquidity/evidence.ts';
export {
  type HeldStretch,
  LiquidityBook,
  type LiquidityBookOptions,
} from './liquidity/liquidity-book.ts';
export type { LiquidityFact } from './liquidity/liquidity-fact.ts';
export type {
  CorridorQuery,
  CorridorTest,
  LiquidityModel,
  ModelLearning,
} from './liquidity/liquidity-model.ts';
export { type AprioriOptions, aprioriModel } from './liquidity/models/apriori.ts';
export { type BimodalOptions, bimodalModel } from './liquidity/models/bimodal.ts';
export type { LndEstimator } from './liquidity/models/lnd-estimator.ts';
export {
  MixtureModel,
  type MixtureOptions,
  type StartingShares,
} from './liquidity/models/mixture.ts';
export { type UniformOptions, uniformModel } from './liquidity/models/uniform.ts';
export type { PricedAmount } from './liquidity/reliability-prices.ts';
export {
  type AlternativesRequest,
  type AlternativesResult,
  alternativeCircularRoutes,
} from './pathfinder/alternative-circular-routes.ts';
export { buildRoute, type RouteTerms } from './pathfinder/build-route.ts';
export {
  type CheckTerms,
  checkRoute,
  type RouteDefect,
  type RouteDefectCode,
} from './pathfinder/check-route.ts';
export { findCircularRoute } from './pathfinder/find-circular-route.ts';
export { findRoute } from './pathfinder/find-route.ts';
export type { Path, PathHop, Quote } from './pathfinder/path.ts';
export { planCircularRoutes } from './pathfinder/plan-circular-routes.ts';
export type {
  CircularMove,
  CircularPlan,
  CircularPlanRequest,
  PlannedCircle,
} from './pathfinder/plan-request.ts';
export {
  type PathChannel,
  type PriceTerms,
  pricePath,
  repricePath,
} from './pathfinder/price-path.ts';
export type { CostTerms, ReliabilityPrice } from './pathfinder/pricing.ts';
export { quotePath } from './pathfinder/quote-path.ts';
export type {
  CircularRouteRequest,
  Exclusions,
  NodePair,
  NoRouteReason,
  RouteLimits,
  RouteRequest,
  RouteResult,
} from './pathfinder/request.ts';
export type { SuccessProbability } from './pathfinder/unlikelihood.ts';
export type { SiblingPricing } from './pathfinder/view/edge-terms.ts';
export type * from './ports.ts';
export { feeLimitMsat, feePpm, msatToSatFloor, satToMsat } from './units/amounts.ts';
export type { InboundFee } from './units/fee.ts';
export {
  type ChannelId,
  formatChannelId,
  type NodeId,
  type PaymentHash,
  parseChannelId,
  parseNodeId,
  parsePaymentHash,
} from './units/ids.ts';
