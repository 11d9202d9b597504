/** The channels of a plan and its terms, resolved: what searching, choosing and explaining share. */
import type { Overlay } from '../graph/overlay.ts';
import { ownLiquidity } from '../graph/overlay.ts';
import type { Exclusions } from '../pathfinder/request.ts';
import type { ChannelId } from '../units/ids.ts';
import type { PlanGround } from './plan-ground.ts';
import type { PlannedChannel } from './planned-channel.ts';
import type { Quiet, RecentPast } from './recent-past.ts';

export interface PlanField {
  readonly ground: PlanGround;
  readonly channels: readonly PlannedChannel[];
  /** By the id that the graph has them under. */
  readonly byGraphId: ReadonlyMap<ChannelId, PlannedChannel>;
  readonly sources: readonly PlannedChannel[];
  readonly targets: readonly PlannedChannel[];
  readonly amountsMsat: readonly bigint[];
  readonly past: RecentPast;
  readonly economic: boolean;
  /** What an attempt of an amount costs, msat. */
  readonly attemptCostMsat: (amountMsat: bigint) => number;
  readonly minBenefitMsat: bigint;
  readonly maxMoves: number;
  readonly maxCltvBlocks: number | undefined;
  readonly avoid: Exclusions;
}

/** Own channels with what the moves of the plan so far leave of them. What came by a move is not used again. */
export const overlayOf = ({ channels }: PlanField): Overlay => ({
  ownChannels: channels.map((channel) => {
    const { own } = channel;
    const { localMsat, remoteMsat } = channel.sides;
    return ownLiquidity({
      ...own,
      spendableMsat: channel.isDrained ? BigInt(localMsat) : own.spendableMsat,
      receivableMsat: channel.isFilled ? BigInt(remoteMsat) : own.receivableMsat,
    });
  }),
});

/** Whether liquidity may be moved from the one to the other at all, as far as the plan has gone. */
export const isOpenPair = (
  field: PlanField,
  { source, target }: { readonly source: PlannedChannel; readonly target: PlannedChannel },
): boolean =>
  source !== target &&
  !source.isFilled &&
  !target.isDrained &&
  quietPair(field, { source, target }) === undefined;

export const quietPair = (
  { past, ground }: PlanField,
  { source, target }: { readonly source: PlannedChannel; readonly target: PlannedChannel },
): Quiet | undefined =>
  past.quietPair(
    { outChannelId: source.own.channelId, inChannelId: target.own.channelId },
    ground.nowMs,
  );
