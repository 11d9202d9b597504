/** What a plan stands on. */
import type { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ForwardingHistory, OwnChannel } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import type { ChannelDemand } from './demand.ts';
import type { PastRebalances } from './past-rebalances.ts';

/** What a failed attempt costs: time, and liquidity and slots that are locked meanwhile. */
interface CostOfAttempts {
  readonly attemptCostMsat: bigint;
  /** On top, in parts per million of the amount. */
  readonly attemptCostPpm: number;
}

export interface PlanGround {
  readonly snapshot: GraphSnapshot;
  readonly self: NodeId;
  readonly blockHeight: number;
  readonly nowMs: number;
  /** With what payments under way leave of them. */
  readonly ownChannels: readonly OwnChannel[];
  readonly history: ForwardingHistory;
  /** What is asked on top of what has settled, as far as it was watched. */
  readonly missed?: readonly ChannelDemand[];
  readonly past: PastRebalances;
  /** Where the request does not say. */
  readonly attemptCost: CostOfAttempts;
  /** Prices of a weight x -ln P, msat by direction of the snapshot. @defaultValue every route is certain */
  readonly prices?: (asked: {
    readonly amountMsat: number;
    readonly weightMsat: number;
  }) => DirectionPrices;
}
