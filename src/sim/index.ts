/** The simulated Lightning network (`ballast/sim`). */
export { mineOnClock } from './block-arrivals.ts';
export type {
  ClientFailureCode,
  ForwardResolution,
  InterceptorClient,
  InterceptorConnection,
  InterceptorResult,
  OfferedForward,
  ResolveOutcome,
} from './forward-gate.ts';
export { type GeneratorOptions, generateNetwork } from './generator.ts';
export { inProcessNode } from './in-process-node.ts';
export {
  type ServedLdkServer,
  type ServeLdkServerOptions,
  serveLdkServer,
} from './ldk-server/serve-ldk-server.ts';
export type { ReportedState, ServedWalletState } from './lnd/info-methods.ts';
export type { BakedMacaroon } from './lnd/macaroon.ts';
export { type ServedLnd, type ServeLndOptions, serveLnd } from './lnd/serve-lnd.ts';
export { type NetworkOptions, SimulatedNetwork } from './network.ts';
export type * from './network-records.ts';
export {
  type ListPaymentsRequest,
  type SendToRouteRequest,
  SimulatedNode,
  type Subscription,
} from './node.ts';
export type { OpenChannelRequest } from './open-channel.ts';
export type * from './records.ts';
export { addRoutingNode, type RoutingNodeOptions } from './routing-node.ts';
export { Traffic, type TrafficOptions, type TrafficTally } from './traffic.ts';
export type { TrafficFlow } from './traffic-demand.ts';
export type { UnrecordedPayment } from './unrecorded-payment.ts';
export { VirtualClock } from './virtual-clock.ts';
