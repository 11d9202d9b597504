/**
 * What is expected to flow over each own channel, and what it earns: from forwards that settled and those that are known
 * to have been missed, or from demand where that is told.
 */
import type { ChannelPolicy, Forward, ForwardingHistory, OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import { type ChannelDemand, type Flow, NO_FLOW, perDay, sumOfFlows } from './demand.ts';
import { decayedDays, LEAST_DAYS } from './demand-days.ts';
import { listedIds } from './listed-ids.ts';
import { chanceOfLoss, type NetFlow } from './lost-flow.ts';
import { type BalanceChange, type BothWays, openDays } from './open-days.ts';
import { presentFeeMsat } from './own-fees.ts';
import type { PastMove } from './past-rebalances.ts';

const BLOCKS_PER_DAY = 144;
const MILLION = 1e6;
/** A history that has only just begun counts as an hour: seconds, taken for the usual, would promise anything. */
const LEAST_HISTORY_DAYS = 1 / 24;

/**
 * A forward needs balance where it leaves and room where it comes in, and is lost without either. Its fee counts in full
 * for the balance; for the room it counts as far as the balance is not short itself. So nothing is earned twice: where
 * balance is short with probability p and room with q, both together are worth p + q (1 - p) of the fee.
 */
export interface ChannelFlows {
  readonly out: Required<Flow>;
  readonly in: Required<Flow>;
  /** Fees of forwards that left over the channel, in ppm of what they sent on; `null` where none did. */
  readonly earnedPpm: number | null;
}

export interface FlowTerms {
  readonly nowMs: number;
  readonly blockHeight: number;
  /** After so much time a forward counts half as much, ms. */
  readonly halfLifeMs: number;
  /** Over which it is asked whether balances are short, ms. */
  readonly horizonMs: number;
}

/** An own channel with our policy for it, where the graph has one. */
export interface PricedChannel {
  readonly own: OwnChannel;
  readonly policy: ChannelPolicy | undefined;
}

/** By the id under which the node lists the channel. */
export function channelFlows(
  channels: readonly PricedChannel[],
  known: {
    readonly history: ForwardingHistory;
    /** In the place of a channel's history. */
    readonly demand: readonly ChannelDemand[];
    /** On top of a channel's history, with the fees that it would have brought. */
    readonly missed?: readonly ChannelDemand[];
    /** Rebalances that have moved balance meanwhile. */
    readonly moves?: readonly PastMove[];
  },
  terms: FlowTerms,
): ReadonlyMap<ChannelId, ChannelFlows> {
  const counted = channels.map((channel) => new Counted(channel));
  const byListedId = new Map(counted.map((one) => [one.channel.own.channelId, one]));
  const listed = listedIds(channels.map(({ own }) => own));
  const withId = (id: ChannelId): Counted | undefined => byListedId.get(listed.get(id) ?? id);
  for (const forward of known.history.forwards) {
    const weight = 0.5 ** (Math.max(0, terms.nowMs - forward.settledAtMs) / terms.halfLifeMs);
    const [comes, leaves] = [withId(forward.inChannelId), withId(forward.outChannelId)];
    const feeMsat = weight * feeOf(forward, { comes, leaves });
    leaves?.addOut(forward, { weight, feeMsat });
    comes?.addIn(forward, { weight, feeMsat, leaves });
  }
  for (const missed of known.missed ?? []) withId(missed.channelId)?.missed.push(missed);
  for (const demand of known.demand) {
    const one = withId(demand.channelId);
    if (one !== undefined) one.demand = demand;
  }
  for (const { atMs, outChannelId, inChannelId, amountMsat, feeMsat } of known.moves ?? []) {
    withId(outChannelId)?.changes.push({ atMs, msat: -Number(amountMsat + feeMsat) });
    withId(inChannelId)?.changes.push({ atMs, msat: Number(amountMsat) });
  }
  for (const ofPeer of Map.groupBy(counted, ({ channel }) => channel.own.peer).values()) {
    reckonDays(ofPeer, known.history, terms);
  }
  for (const ofPeer of Map.groupBy(counted, ({ channel }) => channel.own.peer).values()) {
    reckonShortage(ofPeer, terms.horizonMs);
  }
  return new Map(counted.map((one) => [one.channel.own.channelId, one.flows()]));
}

/** What the flows come to over a time. */
export function netFlow(flows: Pick<ChannelFlows, 'out' | 'in'>, horizonMs: number): NetFlow {
  const days = horizonMs / DAY_MS;
  return {
    driftMsat: (flows.out.msatPerDay - flows.in.msatPerDay) * days,
    spreadMsat: Math.sqrt((flows.out.squaresPerDay + flows.in.squaresPerDay) * days),
  };
}

function feeOf(
  forward: Forward,
  on: { readonly comes: Counted | undefined; readonly leaves: Counted | undefined },
): number {
  const outbound = on.leaves?.channel.policy;
  // Over a channel that has closed since, nothing can be earned again.
  if (outbound === undefined) return 0;
  return presentFeeMsat(forward, { outbound, inbound: on.comes?.channel.policy });
}

/** Over how many days what each channel has served is to be spread: those on which their peer's could serve it. */
function reckonDays(
  ofPeer: readonly Counted[],
  history: ForwardingHistory,
  terms: FlowTerms,
): void {
  const { nowMs, halfLifeMs } = terms;
  const days = Math.max(...ofPeer.map((one) => daysOf(one, history, terms)));
  const active = ofPeer.filter(({ channel }) => channel.own.active);
  const open = openDays(
    ofPeer.flatMap(({ changes }) => changes),
    {
      localMsat: active.reduce((sum, { channel }) => sum + Number(channel.own.spendableMsat), 0),
      remoteMsat: active.reduce((sum, { channel }) => sum + Number(channel.own.receivableMsat), 0),
      sizes: sizesOf(ofPeer),
      sinceMs: nowMs - days * DAY_MS,
      nowMs,
      halfLifeMs,
    },
  );
  const whole = decayedDays(days, halfLifeMs);
  for (const one of ofPeer) {
    const own = decayedDays(daysOf(one, history, terms), halfLifeMs);
    one.reckon({ whole: own, out: (own * open.out) / whole, in: (own * open.in) / whole });
  }
}

/** Of the payments that make up most of what was served. */
function sizesOf(ofPeer: readonly Counted[]): BothWays {
  const sums = ofPeer.map(({ sums }) => sums);
  const size = (of: (one: (typeof sums)[number]) => { msat: number; squares: number }): number => {
    const [msat, squares] = sums.reduce(
      ([a, b], one) => [a + of(one).msat, b + of(one).squares] as const,
      [0, 0] as readonly [number, number],
    );
    return msat > 0 ? squares / msat : 0;
  };
  return { out: size(({ out }) => out), in: size((one) => one.in) };
}

/** Days that the history covers of a channel's life. */
function daysOf(counted: Counted, { sinceMs }: ForwardingHistory, terms: FlowTerms): number {
  const openedAt = Number(BigInt(counted.channel.own.graphChannelId) >> 40n);
  const blocks = terms.blockHeight - openedAt;
  const historyDays = Math.max(LEAST_HISTORY_DAYS, (terms.nowMs - sinceMs) / DAY_MS);
  // An alias lies in no block that there is yet.
  const ageDays = blocks < 0 ? historyDays : blocks / BLOCKS_PER_DAY;
  // Where blocks come slower than time goes by.
  const activeDays = (terms.nowMs - counted.firstAtMs) / DAY_MS;
  return Math.min(historyDays, Math.max(LEAST_DAYS, ageDays, activeDays));
}

/** All that leaves to a peer may leave over any of our channels with it. */
function reckonShortage(ofPeer: readonly Counted[], horizonMs: number): void {
  const out = sumOfFlows(ofPeer.map((one) => one.outFlow));
  const into = sumOfFlows(ofPeer.map((one) => one.inFlow(0)));
  const balanceMsat = ofPeer
    .filter(({ channel }) => channel.own.active)
    .reduce((sum, { channel }) => sum + Number(channel.own.spendableMsat), 0);
  const shortage = chanceOfLoss(netFlow({ out, in: into }, horizonMs), balanceMsat);
  for (const one of ofPeer) one.shortage = shortage;
}

interface Served {
  readonly msat: number;
  readonly squares: number;
}

/** One channel while its forwards are counted. */
class Counted {
  readonly channel: PricedChannel;
  demand: ChannelDemand | undefined;
  readonly missed: ChannelDemand[] = [];
  /** Of its first forward in either direction. */
  firstAtMs: number = Number.POSITIVE_INFINITY;
  readonly #out = { msat: 0, squares: 0, feeMsat: 0, paidMsat: 0 };
  readonly #in = { msat: 0, squares: 0 };
  /** Fees of what came in, by the channel that it left over. */
  readonly #inFees = new Map<Counted, number>();
  readonly changes: BalanceChange[] = [];
  #inDays = 1;
  outFlow: Required<Flow> = NO_FLOW;
  /** How likely its peer's balance is to run out. */
  shortage = 0;

  constructor(channel: PricedChannel) {
    this.channel = channel;
  }

  get sums(): { readonly out: Served; readonly in: Served } {
    return { out: this.#out, in: this.#in };
  }

  addOut(forward: Forward, by: { readonly weight: number; readonly feeMsat: number }): void {
    const msat = Number(forward.amountOutMsat);
    this.changes.push({ atMs: forward.settledAtMs, msat: -msat });
    this.firstAtMs = Math.min(this.firstAtMs, forward.settledAtMs);
    this.#out.msat += by.weight * msat;
    this.#out.squares += by.weight * msat * msat;
    this.#out.feeMsat += by.feeMsat;
    this.#out.paidMsat += by.weight * Number(forward.amountInMsat - forward.amountOutMsat);
  }

  addIn(
    forward: Forward,
    by: { readonly weight: number; readonly feeMsat: number; readonly leaves: Counted | undefined },
  ): void {
    const msat = Number(forward.amountInMsat);
    this.changes.push({ atMs: forward.settledAtMs, msat });
    this.firstAtMs = Math.min(this.firstAtMs, forward.settledAtMs);
    this.#in.msat += by.weight * msat;
    this.#in.squares += by.weight * msat * msat;
    if (by.leaves === undefined) return;
    this.#inFees.set(by.leaves, (this.#inFees.get(by.leaves) ?? 0) + by.feeMsat);
  }

  /**
   * What was asked for in vain is known in two ways, and the one that tells more counts: payments that were seen to fail,
   * of which there are more elsewhere, and what was served on days with enough balance.
   *
   * @param days Of the channel's history, and those of them on which it could serve what leaves and what comes in.
   */
  reckon(days: BothWays & { readonly whole: number }): void {
    this.#inDays = days.in;
    const { msat, squares, feeMsat } = this.#out;
    const settled = perDay({ msat, squares, feeMsat }, days.whole);
    if (this.demand !== undefined) {
      this.outFlow = this.#asked(this.demand.out, settled);
      return;
    }
    const seen = sumOfFlows([settled, ...this.missed.map(({ out }) => this.#missedOut(out))]);
    const open = perDay({ msat, squares, feeMsat }, days.out);
    this.outFlow = open.msatPerDay > seen.msatPerDay ? open : seen;
  }

  flows(): ChannelFlows {
    let feeMsat = 0;
    for (const [leaves, fee] of this.#inFees) feeMsat += fee * (1 - leaves.shortage);
    const earnedPpm = this.#out.msat > 0 ? (this.#out.paidMsat / this.#out.msat) * MILLION : null;
    return { out: this.outFlow, in: this.inFlow(feeMsat), earnedPpm };
  }

  inFlow(feeMsat: number): Required<Flow> {
    const settled = perDay({ ...this.#in, feeMsat }, this.#inDays);
    if (this.demand !== undefined) return priced(this.demand.in, perMsat(settled));
    return sumOfFlows([settled, ...this.missed.map((missed) => priced(missed.in, 0))]);
  }

  /** Like a forward that settled: at present fees, but no more than was offered. */
  #missedOut(out: Flow): Required<Flow> {
    const presentMsat = this.#presentFee(out) * out.msatPerDay;
    const offeredMsat = Math.max(0, out.feeMsatPerDay ?? presentMsat);
    return { ...out, feeMsatPerDay: Math.min(presentMsat, offeredMsat) };
  }

  /** For each msat, at the size of payment that the flow comes in; nothing without a policy of ours. */
  #presentFee(out: Flow): number {
    const { policy } = this.channel;
    if (policy === undefined) return 0;
    return policy.feeRatePpm / MILLION + Number(policy.feeBaseMsat) / sizeOf(out);
  }

  #asked(out: Flow, settled: Required<Flow>): Required<Flow> {
    if (this.channel.policy === undefined) return { ...out, feeMsatPerDay: 0 };
    const presentMsat = this.#presentFee(out);
    return priced(
      out,
      Math.min(presentMsat, settled.msatPerDay > 0 ? perMsat(settled) : presentMsat),
    );
  }
}

const perMsat = ({ feeMsatPerDay, msatPerDay }: Required<Flow>): number =>
  msatPerDay > 0 ? feeMsatPerDay / msatPerDay : 0;

const priced = (asks: Flow, feePerMsat: number): Required<Flow> => ({
  msatPerDay: asks.msatPerDay,
  squaresPerDay: asks.squaresPerDay,
  feeMsatPerDay: asks.feeMsatPerDay ?? asks.msatPerDay * feePerMsat,
});

/** The size of payment that the money comes in; without end for a steady stream, which pays no base fee. */
const sizeOf = ({ msatPerDay, squaresPerDay }: Flow): number =>
  squaresPerDay > 0 && msatPerDay > 0 ? squaresPerDay / msatPerDay : Number.POSITIVE_INFINITY;
