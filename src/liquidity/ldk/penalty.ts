/** What LDK's search adds to the fee of a channel, from what its scorer knows (LDK: `scoring.rs`, `penalty_msat`). */
import { historyProbability } from './history-probability.ts';
import { negativeLog10Steps } from './log-share.ts';
import type { LdkFees } from './parameters.ts';
import type { ScoredChannel, Way } from './scored-channel.ts';
import { type Share, wholeShare } from './success-share.ts';

/** A direction of a channel as LDK is asked about it. */
export interface ScoredUse {
  readonly way: Way;
  /** Of the channel; where that is unknown, the announced maximum. */
  readonly capacityMsat: number;
  /** The direction's announced maximum. */
  readonly maxHtlcMsat: number;
  readonly amountMsat: number;
  /** Our own, under way over the same direction. */
  readonly inFlightMsat?: number;
}

/** Two decades: a probability below 1 % costs no more. */
const MOST_STEPS = 2 * 2048;
const BILLION = 2 ** 30;
/** A chance to fail below one in this is none. */
const FINEST = 64;

/** @param channel `undefined` where nothing is known of it. */
export function penaltyMsat(
  channel: ScoredChannel | undefined,
  use: ScoredUse,
  fees: LdkFees,
): number {
  const probing = use.maxHtlcMsat >= Math.floor(use.capacityMsat / 2);
  return (
    livePenalty(channel, use, fees) +
    historicalPenalty(channel, use, fees) +
    (probing ? fees.antiProbingPenaltyMsat : 0) +
    fees.basePenaltyMsat +
    scaled(fees.basePenaltyAmountMultiplierMsat, use.amountMsat, BILLION)
  );
}

function livePenalty(channel: ScoredChannel | undefined, use: ScoredUse, fees: LdkFees): number {
  const { capacityMsat, amountMsat, way } = use;
  const totalMsat = amountMsat + (use.inFlightMsat ?? 0);
  const maxMsat = channel?.maxMsat(way, capacityMsat) ?? capacityMsat;
  const minMsat = Math.min(channel?.minMsat(way) ?? 0, maxMsat);
  const impossible = fees.boundIsImpossible ? totalMsat >= maxMsat : totalMsat > maxMsat;
  const fixed = impossible ? fees.impossiblePenaltyMsat : 0;
  const perStep = fees.liquidityPenaltyMultiplierMsat;
  const perStepAndAmount = fees.liquidityPenaltyAmountMultiplierMsat;
  if ((perStep === 0 && perStepAndAmount === 0) || totalMsat <= minMsat) return fixed;
  const steps =
    totalMsat >= maxMsat
      ? MOST_STEPS
      : liveSteps(
          wholeShare({
            minMsat,
            maxMsat,
            capacityMsat,
            amountMsat: totalMsat,
            linear: fees.linear,
            zeroIsUnproven: false,
          }),
        );
  return fixed + stepPenalty(steps, amountMsat, { perStep, perStepAndAmount });
}

/** The logarithm is too coarse for probabilities next to 1. */
function liveSteps(share: Share): number {
  const { numerator, denominator } = share;
  const certain = denominator - numerator < Math.floor(denominator / FINEST);
  return certain ? 0 : negativeLog10Steps(share);
}

function historicalPenalty(
  channel: ScoredChannel | undefined,
  use: ScoredUse,
  fees: LdkFees,
): number {
  const perStep = fees.historicalPenaltyMultiplierMsat;
  const perStepAndAmount = fees.historicalPenaltyAmountMultiplierMsat;
  if (perStep === 0 && perStepAndAmount === 0) return 0;
  const steps = historicalSteps(channel, use, fees.linear);
  return stepPenalty(steps, use.amountMsat, { perStep, perStepAndAmount });
}

/** Where there is no history, what the bounds would say if nothing were known and nothing had ever passed. */
function historicalSteps(
  channel: ScoredChannel | undefined,
  use: ScoredUse,
  linear: boolean,
): number {
  const { capacityMsat, way } = use;
  const amountMsat = use.amountMsat + (use.inFlightMsat ?? 0);
  if (amountMsat >= capacityMsat) return MOST_STEPS;
  const probability =
    channel && historyProbability(channel.history(way), { amountMsat, capacityMsat, linear });
  if (probability !== null && probability !== undefined) {
    const numerator = Math.floor(probability * BILLION) + 1;
    return negativeLog10Steps({ numerator, denominator: BILLION });
  }
  return negativeLog10Steps(
    wholeShare({
      minMsat: 0,
      maxMsat: capacityMsat,
      capacityMsat,
      amountMsat,
      linear,
      zeroIsUnproven: true,
    }),
  );
}

/** Both parts are rounded down by themselves. */
function stepPenalty(
  steps: number,
  amountMsat: number,
  { perStep, perStepAndAmount }: { perStep: number; perStepAndAmount: number },
): number {
  const counted = Math.min(steps, MOST_STEPS);
  return (
    Math.floor((counted * perStep) / 2048) + scaled(counted * perStepAndAmount, amountMsat, 2 ** 31)
  );
}

/** floor(factor * amount / 2^k) for a divisor of 2^20 or more, without a product beyond 2^53. */
function scaled(factor: number, amountMsat: number, divisor: number): number {
  const unit = 2 ** 20;
  const [units, rest] = [Math.floor(amountMsat / unit), amountMsat % unit];
  const inUnits = factor * units + Math.floor((factor * rest) / unit);
  return Math.floor(inUnits / (divisor / unit));
}
