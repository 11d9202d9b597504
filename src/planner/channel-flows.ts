/** What is expected to flow over each own channel, and what it earns: from settled forwards, or from demand where known. */
import type { ChannelPolicy, Forward, ForwardingHistory, OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { type ChannelDemand, type Flow, NO_FLOW, sumOfFlows } from './demand.ts';
import { chanceOfLoss, type NetFlow } from './lost-flow.ts';
import { presentFeeMsat } from './own-fees.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const BLOCKS_PER_DAY = 144;
const MILLION = 1e6;
/** A busy first day promises no busy week: what a younger channel has seen counts as that of so many days. */
const LEAST_DAYS = 3;

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
  known: { readonly history: ForwardingHistory; readonly demand: readonly ChannelDemand[] },
  terms: FlowTerms,
): ReadonlyMap<ChannelId, ChannelFlows> {
  const byAnyId = new Map<ChannelId, Counted>();
  const counted = channels.map((channel) => new Counted(channel));
  for (const one of counted) {
    const { channelId, graphChannelId, inboundChannelId } = one.channel.own;
    for (const id of [inboundChannelId, graphChannelId, channelId]) byAnyId.set(id, one);
  }
  for (const forward of known.history.forwards) {
    const weight = 0.5 ** (Math.max(0, terms.nowMs - forward.settledAtMs) / terms.halfLifeMs);
    const [comes, leaves] = [byAnyId.get(forward.inChannelId), byAnyId.get(forward.outChannelId)];
    const feeMsat = weight * feeOf(forward, { comes, leaves });
    leaves?.addOut(forward, { weight, feeMsat });
    comes?.addIn(forward, { weight, feeMsat, leaves });
  }
  for (const demand of known.demand) {
    const one = byAnyId.get(demand.channelId);
    if (one !== undefined) one.demand = demand;
  }
  for (const one of counted) one.reckon(daysOf(one, known.history, terms));
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

/** Days that the history covers of a channel's life, each counted by the weight of what was forwarded on it. */
function daysOf(counted: Counted, { sinceMs }: ForwardingHistory, terms: FlowTerms): number {
  const openedAt = Number(BigInt(counted.channel.own.graphChannelId) >> 40n);
  const blocks = terms.blockHeight - openedAt;
  const historyDays = (terms.nowMs - sinceMs) / DAY_MS;
  // An alias lies in no block that there is yet.
  const ageDays = blocks < 0 ? historyDays : blocks / BLOCKS_PER_DAY;
  // Where blocks come slower than time goes by.
  const activeDays = (terms.nowMs - counted.firstAtMs) / DAY_MS;
  const days = Math.min(historyDays, Math.max(LEAST_DAYS, ageDays, activeDays));
  const lifeDays = terms.halfLifeMs / DAY_MS / Math.LN2;
  return lifeDays * -Math.expm1(-days / lifeDays);
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

/** One channel while its forwards are counted. */
class Counted {
  readonly channel: PricedChannel;
  demand: ChannelDemand | undefined;
  /** Of its first forward in either direction. */
  firstAtMs: number = Number.POSITIVE_INFINITY;
  readonly #out = { msat: 0, squares: 0, feeMsat: 0, paidMsat: 0 };
  readonly #in = { msat: 0, squares: 0 };
  /** Fees of what came in, by the channel that it left over. */
  readonly #inFees = new Map<Counted, number>();
  #days = 1;
  outFlow: Required<Flow> = NO_FLOW;
  /** How likely its peer's balance is to run out. */
  shortage = 0;

  constructor(channel: PricedChannel) {
    this.channel = channel;
  }

  addOut(forward: Forward, by: { readonly weight: number; readonly feeMsat: number }): void {
    const msat = Number(forward.amountOutMsat);
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
    this.firstAtMs = Math.min(this.firstAtMs, forward.settledAtMs);
    this.#in.msat += by.weight * msat;
    this.#in.squares += by.weight * msat * msat;
    if (by.leaves === undefined) return;
    this.#inFees.set(by.leaves, (this.#inFees.get(by.leaves) ?? 0) + by.feeMsat);
  }

  reckon(days: number): void {
    this.#days = days;
    const { msat, squares, feeMsat } = this.#out;
    const settled = perDay({ msat, squares, feeMsat }, days);
    this.outFlow = this.demand === undefined ? settled : this.#asked(this.demand.out, settled);
  }

  flows(): ChannelFlows {
    let feeMsat = 0;
    for (const [leaves, fee] of this.#inFees) feeMsat += fee * (1 - leaves.shortage);
    const earnedPpm = this.#out.msat > 0 ? (this.#out.paidMsat / this.#out.msat) * MILLION : null;
    return { out: this.outFlow, in: this.inFlow(feeMsat), earnedPpm };
  }

  inFlow(feeMsat: number): Required<Flow> {
    const settled = perDay({ ...this.#in, feeMsat }, this.#days);
    if (this.demand === undefined) return settled;
    return priced(this.demand.in, perMsat(settled));
  }

  #asked(out: Flow, settled: Required<Flow>): Required<Flow> {
    const { policy } = this.channel;
    if (policy === undefined) return { ...out, feeMsatPerDay: 0 };
    const presentMsat = policy.feeRatePpm / MILLION + Number(policy.feeBaseMsat) / sizeOf(out);
    return priced(
      out,
      Math.min(presentMsat, settled.msatPerDay > 0 ? perMsat(settled) : presentMsat),
    );
  }
}

const perDay = (
  sum: { readonly msat: number; readonly squares: number; readonly feeMsat: number },
  days: number,
): Required<Flow> => ({
  msatPerDay: sum.msat / days,
  squaresPerDay: sum.squares / days,
  feeMsatPerDay: sum.feeMsat / days,
});

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
