/** What a move between two channels is worth, before and after what it costs. */
import type { PlannedChannel } from './planned-channel.ts';
import type { PlannedMove } from './rebalance-plan.ts';

export interface MoveEnds {
  readonly source: PlannedChannel;
  readonly target: PlannedChannel;
}

/** Fees that a move brings and takes, msat. */
export interface MoveGain {
  readonly earnedMsat: number;
  readonly forgoneMsat: number;
  readonly roomMsat: number;
}

/**
 * Economic moves earn on the target's balance and on the source's room, as far as forecasts count, and cost what the
 * source's balance and the target's room would have earned. For the other strategies a satoshi moved is worth what may be paid for it.
 */
export function moveGain(
  { source, target }: MoveEnds,
  move: {
    readonly amountMsat: bigint;
    /** Leaves over the source: the amount and the fee. */
    readonly sentMsat: bigint;
    readonly economic: boolean;
  },
): MoveGain {
  const { amountMsat, sentMsat } = move;
  if (!move.economic) {
    return { earnedMsat: target.payableMsat(amountMsat), forgoneMsat: 0, roomMsat: 0 };
  }
  const [amount, sent] = [Number(amountMsat), Number(sentMsat)];
  return {
    earnedMsat: target.earnedMsat(amountMsat),
    forgoneMsat: -source.peer.localGainMsat(-sent),
    roomMsat: source.roomEarnedMsat(sentMsat) + target.peer.remoteGainMsat(-amount),
  };
}

export const totalGain = ({ earnedMsat, forgoneMsat, roomMsat }: MoveGain): number =>
  earnedMsat - forgoneMsat + roomMsat;

export type MoveFigures = Pick<
  PlannedMove,
  | 'maxFeeMsat'
  | 'probability'
  | 'earnedMsat'
  | 'forgoneMsat'
  | 'roomMsat'
  | 'attemptsMsat'
  | 'netMsat'
>;

/** Gains and costs in whole msat, rounded to our disadvantage. */
export function moveFigures(
  ends: MoveEnds,
  move: {
    readonly amountMsat: bigint;
    readonly feeMsat: bigint;
    readonly probability: number;
    readonly attemptCostMsat: (amountMsat: bigint) => number;
    readonly minBenefitMsat: bigint;
    readonly economic: boolean;
  },
): MoveFigures {
  const { amountMsat, feeMsat, probability } = move;
  const sentMsat = amountMsat + feeMsat;
  const gain = moveGain(ends, { amountMsat, sentMsat, economic: move.economic });
  const earnedMsat = BigInt(Math.floor(gain.earnedMsat));
  const forgoneMsat = BigInt(Math.ceil(gain.forgoneMsat));
  const roomMsat = BigInt(Math.floor(gain.roomMsat));
  const attemptsMsat = BigInt(Math.ceil(move.attemptCostMsat(amountMsat) / probability));
  const beforeFeeMsat = earnedMsat - forgoneMsat + roomMsat - attemptsMsat;
  const payableMsat = BigInt(ends.target.payableMsat(amountMsat));
  const worthMsat = beforeFeeMsat - move.minBenefitMsat;
  return {
    maxFeeMsat: worthMsat < payableMsat ? worthMsat : payableMsat,
    probability,
    earnedMsat,
    forgoneMsat,
    roomMsat,
    attemptsMsat,
    netMsat: beforeFeeMsat - feeMsat,
  };
}
