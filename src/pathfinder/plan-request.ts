/** What planning a whole node is asked, and what it answers. */
import type { ChannelId } from '../units/ids.ts';
import type { Path, Quote } from './path.ts';
import type { CircularRouteRequest, NoRouteReason } from './request.ts';

/** Liquidity that would leave over one own channel and come back over another. */
export interface CircularMove {
  readonly outChannel: ChannelId;
  readonly inChannel: ChannelId;
  readonly amountMsat: bigint;
}

/** What `planCircularRoutes` is asked: which channels, which amounts, and what a move is worth. */
export interface CircularPlanRequest extends Omit<CircularRouteRequest, 'amountMsat'> {
  /** Amounts to move, each tried between every two channels. */
  readonly amountsMsat: readonly bigint[];
  /** Most to pay in parts per million of the amount. @defaultValue 10,000 where no fee limit is given at all */
  readonly maxFeePpm?: number;
  /** What a move is worth, msat. @defaultValue nothing, so that the cheapest circles come first */
  readonly gainMsat?: (move: CircularMove) => number;
  /** Circles whose gain less cost is below this are left out, msat. @defaultValue none */
  readonly minNetMsat?: number;
  /** Most circles to return. @defaultValue 100: more than any bot tries before the ground has changed */
  readonly maxCircles?: number;
}

export interface PlannedCircle extends CircularMove {
  readonly path: Path;
  readonly quote: Quote;
  /** Fee, and the prices of time lock and unreliability, msat. */
  readonly costMsat: number;
  readonly gainMsat: number;
  /** Gain less cost, by which circles are ranked. */
  readonly netMsat: number;
  /** True where no cheaper circle makes this move within the limits. */
  readonly proven: boolean;
}

/** The best circles for a whole node, and how they were found. */
export interface CircularPlan {
  /** Best first. Where all are proven, no other move of the request is worth more than the last of these. */
  readonly circles: readonly PlannedCircle[];
  /** Moves between two channels that could carry the amount, from peers that are joined to the target channels. */
  readonly moves: number;
  /** Moves that had to be searched exactly; for all others a bound was enough. */
  readonly searched: number;
  /** Amounts that could not be planned at all. */
  readonly refused: readonly { readonly amountMsat: bigint; readonly reason: NoRouteReason }[];
}
