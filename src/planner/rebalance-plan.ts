/** What a plan answers: moves, best first, and for every channel that is in none of them why not. */

import type { Path } from '../pathfinder/path.ts';
import type { NoRouteReason } from '../pathfinder/request.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { PlanStrategy } from './rebalance-plan-request.ts';

/** An amount to move from one own channel to another. Figures of worth are expectations, msat. */
export interface PlannedMove {
  /** As the node lists them. */
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  readonly amountMsat: bigint;
  /** The route that was found, and its fee. */
  readonly path: Path;
  readonly feeMsat: bigint;
  readonly feePpm: number;
  /** The most that it may cost: above, it is not worth it, or more than the target earns back. */
  readonly maxFeeMsat: bigint;
  /** That the route carries the amount, as far as beliefs tell. */
  readonly probability: number;
  /**
   * Fees that the balance is counted on to earn on the target within the time that it is filled ahead: with `economic` the
   * request's `forecastShare` of them.
   */
  readonly earnedMsat: bigint;
  /** Fees that it would have earned on the source over the horizon. */
  readonly forgoneMsat: bigint;
  /** What comes in over the source, in the time ahead, less what cannot come over the target any more, over the horizon. */
  readonly roomMsat: bigint;
  /** What the attempts cost that it takes on average. */
  readonly attemptsMsat: bigint;
  /** `earnedMsat - forgoneMsat + roomMsat - feeMsat - attemptsMsat` */
  readonly netMsat: bigint;
}

/** Why a channel is no source of a plan, or no target. */
export type LeftOutReason =
  /** By the settings or lists of the request. */
  | { readonly code: 'excluded' }
  /** The peer is offline, or the link cannot forward. */
  | { readonly code: 'inactive' }
  /** The graph has no policy of ours for it, so nothing can be said of what it earns. */
  | { readonly code: 'no_policy' }
  /** A rebalance has lately moved liquidity the other way. */
  | { readonly code: 'cool_down'; readonly untilMs: number }
  /** Rebalances into it have failed again and again. */
  | { readonly code: 'quiet'; readonly failures: number; readonly untilMs: number }
  /** Its balance allows no amount to leave (source) or to come (target) within the settings. */
  | { readonly code: 'no_balance'; readonly roomMsat: bigint }
  | { readonly code: 'no_room'; readonly roomMsat: bigint }
  /** Nothing is expected to leave over it, so balance earns nothing there. */
  | { readonly code: 'no_outflow' }
  /** It charges nothing, or nothing that its settings allow to be paid. */
  | { readonly code: 'earns_nothing' }
  /** What it has lasts for the time that is filled ahead: more would earn `worthPpm` of itself. */
  | { readonly code: 'has_enough'; readonly worthPpm: number }
  /** The best move that there is. */
  | {
      readonly code: 'not_worth_it';
      readonly otherChannelId: ChannelId;
      readonly amountMsat: bigint;
      readonly feePpm: number;
      /** What it could cost to be worth it; negative where it would not be if it were free. */
      readonly worthPpm: number;
    }
  /** No way leads there from any source (target), or to any target (source). */
  | { readonly code: 'no_route'; readonly reason: NoRouteReason }
  /** All channels at the other end are left out. */
  | { readonly code: 'no_partner' }
  /** Other moves gain more, and took the liquidity, or filled the plan. */
  | { readonly code: 'outranked' };

/** A channel in none of the moves. */
export interface LeftOutChannel {
  readonly channelId: ChannelId;
  readonly asSource: LeftOutReason;
  readonly asTarget: LeftOutReason;
}

/** What a plan reckons with for a channel. */
export interface ChannelOutlook {
  readonly channelId: ChannelId;
  readonly peer: NodeId;
  readonly peerAlias: string;
  readonly capacitySat: bigint;
  /** What can leave and come now. */
  readonly localMsat: bigint;
  readonly remoteMsat: bigint;
  /** What is expected to leave and come over the horizon, as far as there is balance and room. */
  readonly outflowMsat: bigint;
  readonly inflowMsat: bigint;
  /**
   * What the next satoshi on our side, and on the peer's, is worth to us over the horizon, in ppm of it; with what all our
   * channels with the peer have, for forwards may use any of them.
   */
  readonly localWorthPpm: number;
  readonly remoteWorthPpm: number;
  /** Fees of its forwards in ppm of what they sent on; `null` where there were none. */
  readonly earnedPpm: number | null;
}

/** What to move, what was left out and why, and how every channel is seen. */
export interface RebalancePlan {
  readonly strategy: PlanStrategy;
  readonly horizonMs: number;
  /** For how long channels are filled. */
  readonly fillAheadMs: number;
  /** By net gain; each as it is worth after those before it have been made. */
  readonly moves: readonly PlannedMove[];
  readonly leftOut: readonly LeftOutChannel[];
  readonly channels: readonly ChannelOutlook[];
  /** Names in the request that mean no channel of ours. */
  readonly unknownNames: readonly string[];
}
