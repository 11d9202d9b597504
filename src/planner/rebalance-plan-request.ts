/** What a plan is asked for: strategy, settings of channels, and limits. */
import type { Exclusions } from '../pathfinder/request.ts';
import { DAY_MS, HOUR_MS } from '../units/time.ts';
import type { ChannelDemand } from './demand.ts';

/**
 * Own channels: each by its id (decimal or `block x transaction x output`), all of a peer by its node id or its alias, or
 * those that a tag of the request stands for.
 */
export type ChannelNames = string | readonly string[];

/**
 * - `economic`: what a satoshi on each side of each channel is expected to earn.
 * - `balance`: towards each channel's target ratio.
 * - `explicit`: from `sources` to `targets`, for as long as there is balance and room.
 *
 * With the latter two a satoshi that is moved is worth the most that may be paid for it: what the target charges for
 * passing it on once, or less where the settings say so.
 */
export type PlanStrategy = 'economic' | 'balance' | 'explicit';

/** How a plan may treat a channel. */
export interface ChannelSettings {
  /** What the channel may serve as in a plan. @defaultValue `both` */
  readonly use?: 'both' | 'source' | 'target' | 'none';
  /** Part of the capacity that is to be ours, which `balance` aims at; 0 to 1. @defaultValue 0.5 */
  readonly targetRatio?: number;
  /** Our part of the capacity is not drained below this, 0 to 1. @defaultValue 0 */
  readonly minRatio?: number;
  /** Our part of the capacity is not filled above this, 0 to 1. @defaultValue 1 */
  readonly maxRatio?: number;
  /** Most to pay for filling the channel, in ppm of the amount. @defaultValue what it can earn back */
  readonly maxFeePpm?: number;
  /** Most to pay for filling it, as a part of what its forwards have earned, ppm by ppm. @defaultValue no such limit */
  readonly earnedShare?: number;
  /**
   * Milliseconds for which a channel that a rebalance has filled is no source, and one that was drained no target.
   * @defaultValue a day: forwards are to use what was paid for, and a day shows most of their rhythm
   */
  readonly coolDownMs?: number;
}

/** Settings for some channels. */
export interface ChannelRule extends ChannelSettings {
  readonly channels: ChannelNames;
}

/** What `plan()` is asked; everything has a default. */
export interface PlanRequest {
  /** @defaultValue `economic` */
  readonly strategy?: PlanStrategy;
  /** For all channels. */
  readonly settings?: ChannelSettings;
  /** For some of them; of two rules for the same channel the later one counts, setting by setting. */
  readonly rules?: readonly ChannelRule[];
  /** Names for groups of channels. */
  readonly tags?: Readonly<Record<string, ChannelNames>>;
  /** Nothing but these. @defaultValue all channels */
  readonly include?: ChannelNames;
  /** Not these, whatever else names them. */
  readonly exclude?: ChannelNames;
  /** Liquidity comes from these alone, and goes to those alone. `explicit` needs both. @defaultValue all channels */
  readonly sources?: ChannelNames;
  /** Where liquidity goes; see `sources`. @defaultValue all channels */
  readonly targets?: ChannelNames;
  /**
   * Milliseconds over which fees are counted that a channel loses by what is taken from it.
   * @defaultValue a week: forwards repeat from week to week, and forecasts for longer are worth little
   */
  readonly horizonMs?: number;
  /**
   * Milliseconds for which channels are filled ahead: what balance and room bring counts as far as they would be lacking
   * within this time, and no longer than `horizonMs`. @defaultValue 12 hours, for plans that are made again and again: what
   * is brought earlier keeps out what would have come by itself. For one plan a day, a day
   */
  readonly fillAheadMs?: number;
  /**
   * What counts of the fees that balance and room are expected to bring, above 0 and up to 1; what they are given up for
   * counts in full. `economic` alone forecasts. @defaultValue 0.85: of many forecasts those that err upwards are chosen, and
   * balance that is not moved yet may still come by itself, or by a cheaper way
   */
  readonly forecastShare?: number;
  /** How far back forwards are looked at, ms. @defaultValue 30 days */
  readonly historyMs?: number;
  /** After so much time a forward counts half as much, ms. @defaultValue a week, so that the last ones count most */
  readonly halfLifeMs?: number;
  /** What is asked of channels where more is known than what was served; it takes the place of their history. */
  readonly demand?: readonly ChannelDemand[];
  /** Amounts to choose from. @defaultValue halves of the largest that any two channels allow, five of them */
  readonly amountsMsat?: readonly bigint[];
  /** Smallest amount where none are given. @defaultValue 50,000 sat: below, base fees and attempts cost more than it earns */
  readonly minAmountMsat?: bigint;
  /**
   * What an attempt costs, in msat and in ppm of its amount. @defaultValue 300 msat and 1 ppm, or the Rebalancer's
   * options of these names where they are less: nobody waits for a plan's move, and where it is worth much, many attempts
   * that are unlikely are worth it too
   */
  readonly attemptCostMsat?: bigint;
  /** The part that grows with the amount; see `attemptCostMsat`. */
  readonly attemptCostPpm?: number;
  /**
   * Moves that gain less than this after all costs are left out, msat. @defaultValue 2,000: many small moves of cheap
   * channels add up, and each can be made again
   */
  readonly minBenefitMsat?: bigint;
  /** @defaultValue 20: by then the ground has changed */
  readonly maxMoves?: number;
  /**
   * Milliseconds for which a pair is left alone after it has failed, twice as long after each further failure up to
   * `maxQuietMs`; a target that failed three times likewise. @defaultValue 2 and 15 minutes: what failed is believed to
   * fail again until that fades, and plans reckon with it; this keeps plans that follow each other at once apart, and
   * failures that teach nothing
   */
  readonly quietMs?: number;
  /** How far `quietMs` grows, ms. @defaultValue 900,000: 15 minutes, or `quietMs` where that is longer */
  readonly maxQuietMs?: number;
  /** Most blocks for which money may be locked. @defaultValue 2016, lnd's own limit */
  readonly maxCltvBlocks?: number;
  /** Others' nodes and channels that are never passed. */
  readonly avoid?: Exclusions;
}

/** The request cannot be meant as it stands; the message says what to change. */
export class PlanRequestError extends Error {
  override readonly name = 'PlanRequestError';
}

export const PLAN_DEFAULTS: Readonly<
  Required<
    Pick<
      PlanRequest,
      | 'strategy'
      | 'horizonMs'
      | 'fillAheadMs'
      | 'forecastShare'
      | 'historyMs'
      | 'halfLifeMs'
      | 'minAmountMsat'
      | 'minBenefitMsat'
      | 'maxMoves'
      | 'quietMs'
      | 'maxQuietMs'
    >
  >
> = {
  strategy: 'economic',
  horizonMs: 7 * DAY_MS,
  fillAheadMs: 12 * HOUR_MS,
  forecastShare: 0.85,
  historyMs: 30 * DAY_MS,
  halfLifeMs: 7 * DAY_MS,
  minAmountMsat: 50_000_000n,
  minBenefitMsat: 2_000n,
  maxMoves: 20,
  quietMs: 2 * 60 * 1000,
  maxQuietMs: 15 * 60 * 1000,
};

type DefaultedSettings = 'use' | 'targetRatio' | 'minRatio' | 'maxRatio' | 'coolDownMs';

/** Settings with those filled in that have a value of their own by default. */
export type FilledSettings = ChannelSettings & Required<Pick<ChannelSettings, DefaultedSettings>>;

export const SETTING_DEFAULTS: FilledSettings = {
  use: 'both',
  targetRatio: 0.5,
  minRatio: 0,
  maxRatio: 1,
  coolDownMs: DAY_MS,
};
