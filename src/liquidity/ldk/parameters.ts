/** What LDK's scorer charges for, and how it forgets (LDK: `lightning/src/routing/scoring.rs`). */
import { DAY_MS } from '../../units/time.ts';

export interface LdkFees {
  /** Price of every channel. */
  readonly basePenaltyMsat: number;
  /** More of it with the amount: this times the amount in units of 2^30 msat. */
  readonly basePenaltyAmountMultiplierMsat: number;
  /** Times -log10 of the probability after the bounds known now. */
  readonly liquidityPenaltyMultiplierMsat: number;
  /** Times the same, times the amount in units of 2^20 msat. */
  readonly liquidityPenaltyAmountMultiplierMsat: number;
  /** Times -log10 of the probability after the history of bounds. */
  readonly historicalPenaltyMultiplierMsat: number;
  readonly historicalPenaltyAmountMultiplierMsat: number;
  /** For channels that announce a maximum of half their capacity or more, which are easy to probe. */
  readonly antiProbingPenaltyMsat: number;
  /** For amounts above what is known to be the most. */
  readonly impossiblePenaltyMsat: number;
  /** Every balance as likely as any other, instead of more likely near the ends. */
  readonly linear: boolean;
  /** Whether an amount of exactly the upper bound is impossible too, as before July 2026 (LDK a6964ab9d). */
  readonly boundIsImpossible: boolean;
}

/** LDK's defaults from July 2026 on (LDK 687b851b6). */
export const LDK_FEES_2026: LdkFees = {
  basePenaltyMsat: 5120,
  basePenaltyAmountMultiplierMsat: 655_360,
  liquidityPenaltyMultiplierMsat: 0,
  liquidityPenaltyAmountMultiplierMsat: 0,
  historicalPenaltyMultiplierMsat: 50_000,
  historicalPenaltyAmountMultiplierMsat: 6250,
  antiProbingPenaltyMsat: 1250,
  impossiblePenaltyMsat: 1e11,
  linear: false,
  boundIsImpossible: false,
};

/** Those before, a fifth of it; LDK 0.1. */
export const LDK_FEES_2024: LdkFees = {
  basePenaltyMsat: 1024,
  basePenaltyAmountMultiplierMsat: 131_072,
  liquidityPenaltyMultiplierMsat: 0,
  liquidityPenaltyAmountMultiplierMsat: 0,
  historicalPenaltyMultiplierMsat: 10_000,
  historicalPenaltyAmountMultiplierMsat: 1250,
  antiProbingPenaltyMsat: 250,
  impossiblePenaltyMsat: 1e11,
  linear: false,
  boundIsImpossible: true,
};

export interface LdkDecay {
  /** Time in which the bounds known now move half the way back to knowing nothing. 0: at once. */
  readonly boundsHalfLifeMs: number;
  /** Time without news after which the history fades by halves; 0: never. */
  readonly historyHalfLifeMs: number;
}

/** LDK's defaults: 30 minutes, and 14 days. */
export const LDK_DECAY: LdkDecay = {
  boundsHalfLifeMs: 1_800_000,
  historyHalfLifeMs: 14 * DAY_MS,
};
