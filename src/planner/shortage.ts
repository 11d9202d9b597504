/**
 * When what was just missed over a channel is reason enough to rebalance into it now, and not with the next plan. Whether
 * a rebalance pays, and what it may cost, is for the plan to say; this only says when to ask for one.
 */
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import type { SettledShare } from './settled-share.ts';
import type { UnservedPayment } from './unserved-payments.ts';

export interface Shortage {
  /** As the node lists it. */
  readonly channelId: ChannelId;
  /** What was to leave over it, of payments that found no other way. */
  readonly missedMsat: bigint;
  /** When the first of them was refused; milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** For a log. */
  readonly reason: string;
}

export interface ShortageTerms {
  /** Payments missed within so much time count together. @defaultValue half an hour: payers come back, while they need to */
  readonly windowMs: number;
  /**
   * Payments for which it takes to be one: a single one may be a prober's, and has gone elsewhere by the time that a
   * rebalance is done. @defaultValue 2
   */
  readonly leastPayments: number;
  /** Fees that were missed, as far as they would have come in, msat. @defaultValue 10,000: the least that a move gains */
  readonly leastFeeMsat: number;
  /**
   * Between two calls for the same channel; twice as long after each further one that comes within twice its pause, for
   * then the one before has not helped; up to `mostPauseMs`. @defaultValue 15 minutes and a day:
   * plans for all channels come each ten minutes anyway, and have this one among them
   */
  readonly pauseMs: number;
  readonly mostPauseMs: number;
}

const SHORTAGE_TERMS: ShortageTerms = {
  windowMs: 30 * 60 * 1000,
  leastPayments: 2,
  leastFeeMsat: 10_000,
  pauseMs: 15 * 60 * 1000,
  mostPauseMs: DAY_MS,
};

interface Called {
  readonly atMs: number;
  /** In a row. */
  readonly times: number;
}

/** What is known of missed payments when it is asked. */
export interface ShortageGround {
  readonly missed: readonly UnservedPayment[];
  readonly settledShare: SettledShare;
  readonly listedId: (channelId: ChannelId) => ChannelId;
}

/** Remembers what it has called for. */
export class ShortageRule {
  readonly #terms: ShortageTerms;
  readonly #called = new Map<ChannelId, Called>();

  constructor(terms: Partial<ShortageTerms> = {}) {
    this.#terms = { ...SHORTAGE_TERMS, ...terms };
  }

  /** Channels to rebalance into now; each is called no more for a while then. */
  call(ground: ShortageGround, nowMs: number): readonly Shortage[] {
    const { windowMs } = this.#terms;
    const recent = ground.missed.filter(({ beganAtMs }) => beganAtMs >= nowMs - windowMs);
    const byChannel = Map.groupBy(recent, ({ outChannelId }) => ground.listedId(outChannelId));
    const shortages: Shortage[] = [];
    for (const [channelId, missed] of byChannel) {
      const called = this.#called.get(channelId);
      if (called !== undefined && nowMs < called.atMs + this.#pauseMs(called)) continue;
      // What it was called for once is not counted again.
      const since = missed.filter(({ beganAtMs }) => beganAtMs > (called?.atMs ?? -Infinity));
      const shortage = this.#shortage(channelId, since, ground.settledShare(channelId));
      if (shortage === undefined) continue;
      const inRow = called !== undefined && nowMs < called.atMs + 2 * this.#pauseMs(called);
      this.#called.set(channelId, { atMs: nowMs, times: inRow ? called.times + 1 : 1 });
      shortages.push(shortage);
    }
    return shortages;
  }

  #shortage(
    channelId: ChannelId,
    missed: readonly UnservedPayment[],
    share: number,
  ): Shortage | undefined {
    const { leastPayments, leastFeeMsat } = this.#terms;
    if (missed.length < leastPayments) return undefined;
    let [missedMsat, feeMsat, sinceMs] = [0, 0, Number.POSITIVE_INFINITY];
    for (const { leftMsat, amountInMsat, amountOutMsat, beganAtMs } of missed) {
      missedMsat += leftMsat;
      feeMsat += (leftMsat / amountOutMsat) * (amountInMsat - amountOutMsat);
      sinceMs = Math.min(sinceMs, beganAtMs);
    }
    if (share * feeMsat < leastFeeMsat) return undefined;
    const sat = (msat: number): string => Math.round(msat / 1000).toString();
    const reason = `${missed.length} payments of ${sat(missedMsat)} sat that would have brought ${sat(feeMsat)} sat were refused for want of balance`;
    return { channelId, missedMsat: BigInt(Math.round(missedMsat)), sinceMs, reason };
  }

  #pauseMs({ times }: Called): number {
    const { pauseMs, mostPauseMs } = this.#terms;
    return Math.min(mostPauseMs, pauseMs * 2 ** (times - 1));
  }
}
