/** By which rules forwards are kept waiting, and what may be paid for that. */
import type { ChannelId } from '../units/ids.ts';

export interface JustInTimeTerms {
  /** Milliseconds that a forward waits at most. */
  readonly holdMs: number;
  /** Blocks that must be left before the node would fail a waiting forward itself. */
  readonly cltvMarginBlocks: number;
  /** What a forward must be expected to earn beyond what it costs, msat. */
  readonly minGainMsat: bigint;
  /** Part of a source's capacity that stays ours, 0 to 1. */
  readonly keepShare: number;
  /** Neither filled nor drained. */
  readonly leaveOut: ReadonlySet<ChannelId>;
}

/** What may be paid in all: no forward that fails in the end can make us pay more. */
export interface EarningsTerms {
  /** Msat that may be lost within the window, whatever is earned. */
  readonly stakeMsat: bigint;
  /** Part of what saved forwards have earned within the window that may be spent on more of them, 0 to 1. */
  readonly earnedShare: number;
  readonly windowMs: number;
}
