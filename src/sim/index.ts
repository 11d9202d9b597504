/** The simulated Lightning network (`ballast/sim`). */
export type { ForwardedPayment, HtlcLocator } from '../generated/services/ldk-server/types.ts';
export { mineOnClock } from './block-arrivals.ts';
export type { HtlcKey } from './channel.ts';
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
export type { WalkOutcome } from './htlc-walk.ts';
export { inProcessNode } from './in-process-node.ts';
export type { SignedParts } from './ldk-server/check-signature.ts';
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
export type { PeerHabit, PeerMessage, PeerMessages } from './peer-messages.ts';
export type * from './records.ts';
export type { MppTerms, SentHop, SentRoute } from './route-reader.ts';
export { addRoutingNode, type RoutingNodeOptions } from './routing-node.ts';
export { Traffic, type TrafficOptions, type TrafficTally } from './traffic.ts';
export type { TrafficFlow } from './traffic-demand.ts';
export type { UnrecordedPayment } from './unrecorded-payment.ts';
export { VirtualClock } from './virtual-clock.ts';
