/** What just-in-time rebalancing may do, and what it tells. */
import type { HoldPlan, ResumeReason } from '../interceptor/decide-forward.ts';
import type {
  CircuitKey,
  HoldTerms,
  OfferedForward,
  PassedForwards,
  ReleaseCause,
} from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';

/** What just-in-time rebalancing may do with forwards and with money; everything has a default. */
export interface JustInTimeOptions {
  /**
   * Milliseconds that a forward waits at most. @defaultValue 6,000: a circle settles within a few seconds, and payers
   * begin to lose patience after some ten
   */
  readonly holdMs?: number;
  /**
   * Milliseconds within which it must be decided whether a forward waits; undecided, it goes on. @defaultValue 500: the
   * decision takes one call to the node, and a process that takes longer has no time for the rest
   */
  readonly claimMs?: number;
  /**
   * Blocks that must be left before the node would fail a waiting forward by itself. @defaultValue 6: more than are ever
   * found while one waits
   */
  readonly cltvMarginBlocks?: number;
  /** Forwards that wait at once. @defaultValue 10 */
  readonly mostHeld?: number;
  /**
   * What a forward must be expected to earn beyond the rebalance, msat. @defaultValue 1,000: less does not pay for slots
   * and records
   */
  readonly minGainMsat?: bigint;
  /**
   * Part of a channel's capacity that stays ours when liquidity is taken from it, 0 to 1. @defaultValue 0.1, lest the
   * next forward finds that one short
   */
  readonly keepShare?: number;
  /** Channels that are neither filled nor drained, by id. @defaultValue none */
  readonly leaveOut?: readonly string[];
  /**
   * Most that may be lost in a day, msat: by rebalances for forwards that fail in the end, whoever sends them.
   * @defaultValue 1,000,000: 1,000 sat, some twenty rebalances. With less, no forward that is worth much can be helped
   * before others have earned for it
   */
  readonly stakeMsat?: bigint;
  /**
   * Part of what saved forwards have earned in a day that may be spent on saving more, 0 to 1. @defaultValue 0.8
   */
  readonly earnedShare?: number;
  /** What a satoshi of ours is worth on a channel, in ppm, as the last plan reckons. @defaultValue nothing anywhere */
  readonly worthPpm?: (channelId: ChannelId) => number;
}

export interface ResolvedJustInTime {
  readonly holdMs: number;
  readonly claimMs: number;
  readonly cltvMarginBlocks: number;
  readonly mostHeld: number;
  readonly minGainMsat: bigint;
  readonly keepShare: number;
  readonly stakeMsat: bigint;
  readonly earnedShare: number;
}

const DEFAULTS: ResolvedJustInTime = {
  holdMs: 6000,
  claimMs: 500,
  cltvMarginBlocks: 6,
  mostHeld: 10,
  minGainMsat: 1000n,
  keepShare: 0.1,
  stakeMsat: 1_000_000n,
  earnedShare: 0.8,
};

/** An option that is given as `undefined` is not given. */
export function resolvedJustInTime(options: JustInTimeOptions): ResolvedJustInTime {
  const given = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && name in DEFAULTS),
  );
  return { ...DEFAULTS, ...given };
}

/** Of what is spent and earned, so much counts. */
export const EARNINGS_WINDOW_MS: number = DAY_MS;

export const holdTermsOf = (terms: ResolvedJustInTime): HoldTerms => ({
  holdMs: terms.holdMs,
  claimMs: terms.claimMs,
  cltvMarginBlocks: terms.cltvMarginBlocks,
  mostHeld: terms.mostHeld,
});

/** Progress, in the order in which it happens. */
export type JustInTimeEvent =
  /** The node lets nothing pass unless somebody intercepts: forwards stop whenever this process does. */
  | { readonly kind: 'node_depends_on_us' }
  | { readonly kind: 'interception_connected' }
  | {
      readonly kind: 'interception_lost';
      readonly reason: string;
      readonly retryInMs: number;
    }
  /** Forwards that went on without being looked at: counts since the last such event. */
  | { readonly kind: 'forwards_passed'; readonly forwards: PassedForwards }
  /** One that was looked at, and went on at once. */
  | {
      readonly kind: 'forward_resumed';
      readonly forward: OfferedForward;
      readonly reason: ResumeReason | 'node_error';
    }
  | { readonly kind: 'forward_held'; readonly forward: OfferedForward; readonly plan: HoldPlan }
  /** One that was held goes on: with the liquidity it waited for, or without. */
  | {
      readonly kind: 'forward_released';
      readonly circuit: CircuitKey;
      readonly cause: ReleaseCause;
      readonly heldMs: number;
      readonly ready: boolean;
    }
  /** The rebalance that was made for it has ended. */
  | {
      readonly kind: 'forward_paid_for';
      readonly circuit: CircuitKey;
      readonly rebalanceId: string;
      readonly outcome: string;
      readonly feePaidMsat: bigint;
    }
  /** One that waited, and got its liquidity, has settled, or failed further on. */
  | {
      readonly kind: 'forward_saved';
      readonly circuit: CircuitKey;
      readonly earnedMsat: bigint;
    }
  | { readonly kind: 'forward_lost'; readonly circuit: CircuitKey }
  /** The reader was too slow for so many events before the next one. */
  | { readonly kind: 'events_missed'; readonly count: number };

/** Sums since the start. */
export interface JustInTimeFigures {
  /** Forwards that were looked at, those that waited, and those that wait now. */
  readonly offered: number;
  readonly held: number;
  readonly holding: number;
  /** Of those that waited: settled, and failed, after they had got their liquidity. */
  readonly saved: number;
  readonly lost: number;
  readonly earnedMsat: bigint;
  /** Fees of the rebalances, whatever became of the forwards. */
  readonly spentMsat: bigint;
  readonly longestHoldMs: number;
}
