/** What a route search is asked, and what it answers. */
import type { Overlay } from '../graph/overlay.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { Path, Quote } from './path.ts';
import type { CostTerms } from './pricing.ts';
import type { SuccessProbability } from './unlikelihood.ts';
import type { SiblingPricing } from './view/edge-terms.ts';

/** A directed pair of nodes: all channels that lead from one to the other. */
export interface NodePair {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** What a route must not use. */
export interface Exclusions {
  /** All channels of each, in both directions. */
  readonly nodes?: readonly NodeId[];
  /** Both directions of each. */
  readonly channels?: readonly ChannelId[];
  /** All channels from the one node to the other, in that direction alone. */
  readonly pairs?: readonly NodePair[];
}

/** Limits that every search knows. */
export interface RouteLimits {
  /** Most to pay in msat. Both fee limits hold where both are given; neither given means no limit. */
  readonly maxFeeMsat?: bigint;
  /** Most to pay in parts per million of the amount delivered. */
  readonly maxFeePpm?: number;
  /** Most blocks from now to the expiry of the first HTLC. @defaultValue 2016, beyond which lnd refuses to send. */
  readonly maxCltvBlocks?: number;
  /** Most channels on the way. @defaultValue 27, the most that lnd's onion takes; its 1,300 bytes bind earlier. */
  readonly maxHops?: number;
}

interface SearchTerms extends RouteLimits {
  /** Amount to deliver. */
  readonly amountMsat: bigint;
  /**
   * Blocks that the last HTLC's expiry lies above the current height.
   * @defaultValue 43: the invoice's delta of 40 and 3 blocks of padding.
   */
  readonly finalCltvDelta?: number;
  /**
   * Current block height, which expiries in the onion are measured from.
   * @defaultValue 800,000: any height up to 16,777,215 takes the same three bytes.
   */
  readonly blockHeight?: number;
  /** Nodes, channels and pairs to go around. @defaultValue none */
  readonly exclude?: Exclusions;
  /** What is known beyond the snapshot. @defaultValue nothing: announced maxima stand for our own balances */
  readonly overlay?: Overlay;
  /** Least probability that the whole route may have; needs `probability`. @defaultValue no limit */
  readonly minProbability?: number;
  /** What each direction succeeds with; own channels count like all others, so give 1 where you know that they do. */
  readonly probability?: SuccessProbability;
  /** What counts besides the fee. */
  readonly cost?: CostTerms;
  /**
   * How parallel channels between two nodes are priced. @defaultValue `any`: so that whichever the node picks accepts
   * the payment
   */
  readonly siblings?: SiblingPricing;
  /**
   * Labels that a search may make before it gives up proving that its route is the best.
   * @defaultValue 100,000, some tenths of a second; without inbound discounts some tens are enough
   */
  readonly labelBudget?: number;
}

/** What `findCircularRoute` is asked: a circle from ourselves to ourselves. */
export interface CircularRouteRequest extends SearchTerms {
  /** Our own node: where the circle starts and ends. */
  readonly self: NodeId;
  /** Own channels that the payment may leave by. @defaultValue all */
  readonly outChannels?: readonly ChannelId[];
  /** Own channels that it may come back by. @defaultValue all */
  readonly inChannels?: readonly ChannelId[];
}

/** What `findRoute` is asked: a way from one node to another. */
export interface RouteRequest extends SearchTerms {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Why there is no route, with what would have to change. */
export type NoRouteReason =
  | { readonly code: 'unknown_node'; readonly nodeId: NodeId }
  | { readonly code: 'amount_out_of_range'; readonly maxMsat: bigint }
  /** None of the allowed outgoing channels exists, is active and is not excluded. */
  | { readonly code: 'no_outgoing_channel' }
  /** The fullest of them can spend this much, which does not cover the amount. */
  | { readonly code: 'no_outgoing_balance'; readonly bestSpendableMsat: bigint }
  | { readonly code: 'no_incoming_channel' }
  | { readonly code: 'no_incoming_capacity'; readonly bestReceivableMsat: bigint }
  /** All allowed channels lead to this one peer, which could hand the payment back over the one that it came by. */
  | { readonly code: 'same_peer'; readonly peer: NodeId }
  /** A route exists, but it costs at least this much. */
  | {
      readonly code: 'fee_limit';
      readonly cheapestFeeMsat: bigint;
      readonly cheapestFeePpm: number;
    }
  /** Without this limit the best route within the fee limit would need so much of it. */
  | { readonly code: 'cltv_limit'; readonly neededCltvBlocks: number }
  | { readonly code: 'hop_limit'; readonly neededHops: number }
  | { readonly code: 'onion_limit'; readonly neededBytes: number }
  /** Without this limit the best route would succeed with this probability. */
  | { readonly code: 'probability_limit'; readonly probability: number }
  /** Only exclusions or pairs known to lack liquidity stand between us and a route of this fee. */
  | { readonly code: 'avoided'; readonly cheapestFeeMsat: bigint }
  /** Nothing carries this amount, while `payableMsat` could pass: close to the most, if not the most itself. */
  | { readonly code: 'amount_too_large'; readonly payableMsat: bigint }
  | { readonly code: 'disconnected' }
  /** The limits are so tight that the search gave up before it found a route or proved that there is none. */
  | { readonly code: 'search_budget' };

/** What a search answers: the best route within the limits, or why there is none. */
export type RouteResult =
  | {
      readonly kind: 'route';
      readonly path: Path;
      readonly quote: Quote;
      /** What the search minimised, msat: the fee plus the prices of time lock and unreliability. */
      readonly costMsat: number;
      /** True where no cheaper route exists within the limits; false where the search gave up proving it. */
      readonly proven: boolean;
    }
  | {
      readonly kind: 'no_route';
      readonly reason: NoRouteReason;
      /** The reason in one sentence. */
      readonly message: string;
    };
