/**
 * LDK's probabilistic scorer: bounds and their history by channel, and what its search pays to avoid one. For choosing
 * as LDK does, and for what an LDK node has stored. The rules are LDK's (`lightning/src/routing/scoring.rs`, read at
 * cfee4b755 of August 2026); payments are to be told as LDK's own event loop tells them: with the amount delivered.
 */
import type { ChannelId } from '../../units/ids.ts';
import { historyProbability } from './history-probability.ts';
import { LDK_DECAY, type LdkDecay, type LdkFees } from './parameters.ts';
import { penaltyMsat, type ScoredUse } from './penalty.ts';
import { ScoredChannel, type ScoredChannelState, type Way } from './scored-channel.ts';
import { wholeShare } from './success-share.ts';

/** A channel crossed by a payment. */
export interface ScoredHop {
  readonly channelId: ChannelId;
  readonly way: Way;
  /** Of the channel; where that is unknown, the direction's announced maximum. */
  readonly capacityMsat: number;
}

export interface AmountAsked {
  readonly amountMsat: number;
  readonly linear: boolean;
}

export interface PaymentSeen {
  /** In the direction of travel. */
  readonly hops: readonly ScoredHop[];
  /** Delivered at the end; LDK takes it for all hops. */
  readonly amountMsat: number;
  readonly nowMs: number;
}

export class LdkScorer {
  readonly #decay: LdkDecay;
  readonly #channels = new Map<ChannelId, ScoredChannel>();

  constructor(decay: LdkDecay = LDK_DECAY) {
    this.#decay = decay;
  }

  /** What the search pays to avoid a direction, msat. */
  penaltyMsat(channelId: ChannelId, use: ScoredUse, fees: LdkFees): number {
    return penaltyMsat(this.#channels.get(channelId), use, fees);
  }

  // ---- what payments teach

  /**
   * A payment failed at the last of the hops, and passed the ones before. Where it reached its receiver, give all hops
   * and `reached`: all of them passed.
   */
  failed(payment: PaymentSeen, reached = false): void {
    payment.hops.forEach((hop, i) => {
      const channel = this.#reach(hop.channelId, payment.nowMs);
      const passed = reached || i < payment.hops.length - 1;
      channel[passed ? 'carried' : 'lacked'](hop.way, { ...payment, ...hop });
    });
  }

  /** A payment was settled: its amount is on the other side of every hop. */
  settled(payment: PaymentSeen): void {
    for (const hop of payment.hops) {
      this.#reach(hop.channelId, payment.nowMs).moved(hop.way, { ...payment, ...hop });
    }
  }

  /** LDK's event loop calls it every few minutes: nothing fades in between. */
  timePassed(nowMs: number): void {
    for (const [channelId, channel] of this.#channels) {
      if (!channel.pass(nowMs, this.#decay)) this.#channels.delete(channelId);
    }
  }

  // ---- what it knows

  /** Channels of which anything is known. */
  get channelIds(): Iterable<ChannelId> {
    return this.#channels.keys();
  }

  state(channelId: ChannelId): ScoredChannelState | undefined {
    return this.#channels.get(channelId)?.state;
  }

  /** Takes over what another scorer knows of a channel, as LDK stores it. */
  restore(channelId: ChannelId, state: ScoredChannelState): void {
    this.#channels.set(channelId, new ScoredChannel(state));
  }

  /** Lower and upper bound of what a direction can send, or `undefined` where nothing was learnt. */
  bounds(hop: ScoredHop): { readonly minMsat: number; readonly maxMsat: number } | undefined {
    const channel = this.#channels.get(hop.channelId);
    if (channel === undefined) return undefined;
    return {
      minMsat: channel.minMsat(hop.way),
      maxMsat: channel.maxMsat(hop.way, hop.capacityMsat),
    };
  }

  /** From the bounds known now; before the floor of 1 % that newer versions put under it. */
  liveProbability(hop: ScoredHop, asked: AmountAsked): number {
    const { capacityMsat } = hop;
    const { minMsat, maxMsat } = this.bounds(hop) ?? { minMsat: 0, maxMsat: capacityMsat };
    if (asked.amountMsat <= minMsat) return 1;
    if (asked.amountMsat > maxMsat) return 0;
    const share = wholeShare({ minMsat, maxMsat, capacityMsat, zeroIsUnproven: false, ...asked });
    return share.numerator / share.denominator;
  }

  /** From the history, or `null` where there is too little of it. */
  historicalProbability(hop: ScoredHop, asked: AmountAsked): number | null {
    const channel = this.#channels.get(hop.channelId);
    if (channel === undefined) return null;
    const { capacityMsat } = hop;
    return historyProbability(channel.history(hop.way), { capacityMsat, ...asked });
  }

  #reach(channelId: ChannelId, nowMs: number): ScoredChannel {
    let channel = this.#channels.get(channelId);
    if (channel === undefined) {
      channel = ScoredChannel.fresh(nowMs);
      this.#channels.set(channelId, channel);
    }
    return channel;
  }
}
