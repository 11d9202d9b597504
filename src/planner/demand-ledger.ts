/**
 * What is asked of our channels: from the node's HTLC events, decayed, per channel and side.
 *
 * Served: forwards that settled. Missed: payments that our own node refused because no channel to the peer had the balance
 * for them, each once; they ask for the out side of the channel that was asked for, and for the in side of the one that
 * they came over. What failed further down is neither; it only tells how much of what is missed would have settled.
 * Payments of our own, rebalances among them, are not demand.
 *
 * Left out of what is missed, for probers ask as well as payers do:
 *
 * - less than `leastMsat`: a balance seldom runs out for so little, and little is lost where it does. All small payments
 *   go with it, each worth less than that;
 * - more than any channel to the peer can hold: no rebalance would help;
 * - fees of more than `mostFeeShare` of the amount, which nobody means to pay: payers that do are left out too;
 * - attempts that look for a balance by bisection (`ProbeRuns`, with its error);
 * - repeated attempts of one payment, and payments that went another way through us (`UnservedPayments`, with its error).
 *
 * Whatever of probes is left is not told apart but reckoned with: probes fail where they go through, so that what is missed
 * counts by the part that settles of what does go out to the same peer (`settledShare`).
 */
import type { DemandState, ForwardingHistory, HtlcNews } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import { DecayedFlow, type FlowSums } from './decayed-flow.ts';
import { type ChannelDemand, perDay } from './demand.ts';
import { decayedDays, LEAST_DAYS } from './demand-days.ts';
import { type ChannelSums, DemandSums, sumsByChannel } from './demand-sums.ts';
import { type EndedForward, HtlcCircuits } from './htlc-circuits.ts';
import { type LedgerChannel, LedgerChannels } from './ledger-channels.ts';
import { ProbeRuns } from './probe-runs.ts';
import { PLAN_DEFAULTS } from './rebalance-plan-request.ts';
import { type SettledForward, SettledForwards } from './settled-forwards.ts';
import { type SettledShare, settledShare } from './settled-share.ts';
import {
  type UnservedForward,
  type UnservedPayment,
  UnservedPayments,
} from './unserved-payments.ts';
import { isWantOfBalance } from './want-of-balance.ts';

export interface LedgerTerms {
  /** After so much time an amount counts half as much. @defaultValue that of plans, a week */
  readonly halfLifeMs: number;
  /** @defaultValue 1,000 sat */
  readonly leastMsat: number;
  /** @defaultValue 0.05 */
  readonly mostFeeShare: number;
}

const LEDGER_TERMS: LedgerTerms = {
  halfLifeMs: PLAN_DEFAULTS.halfLifeMs,
  leastMsat: 1_000_000,
  mostFeeShare: 0.05,
};

export class DemandLedger {
  readonly #terms: LedgerTerms;
  readonly #channels = new LedgerChannels();
  readonly #circuits = new HtlcCircuits();
  readonly #settled: SettledForwards;
  readonly #probes = new ProbeRuns<UnservedPayment>();
  readonly #unserved: Readonly<Record<'missed' | 'failed', UnservedPayments>>;
  readonly #sums: DemandSums;
  readonly #watched: DecayedFlow;
  #sinceMs = 0;
  /** Up to which the history was taken. */
  #historyToMs = Number.NEGATIVE_INFINITY;

  constructor(terms: Partial<LedgerTerms> = {}) {
    this.#terms = { ...LEDGER_TERMS, ...terms };
    const { halfLifeMs } = this.#terms;
    const sums = new DemandSums(halfLifeMs);
    this.#sums = sums;
    this.#settled = new SettledForwards((forward) => addSettled(sums, forward));
    this.#unserved = {
      missed: new UnservedPayments((payment) => addUnserved(sums, 'missed', payment)),
      failed: new UnservedPayments((payment) => addUnserved(sums, 'failed', payment)),
    };
    this.#watched = new DecayedFlow(halfLifeMs);
  }

  /** Adds what another ledger has kept; what was observed before stays. */
  addKept({ rows, watched: { sinceMs, ms, atMs } }: DemandState): void {
    this.#sums.addRows(rows);
    this.#watched.add({ msat: ms, feeMsat: 0, atMs });
    // 0 is no date.
    this.#sinceMs = Math.min(sinceMs || this.#sinceMs, this.#sinceMs || sinceMs);
  }

  /** Our channels as they are now. Until it knows them, each channel stands for itself. */
  setChannels(channels: readonly LedgerChannel[]): void {
    this.#channels.set(channels);
  }

  observe(news: HtlcNews, nowMs: number): void {
    if (news.kind === 'listening' || news.kind === 'unrecognized') return;
    const ended = this.#circuits.observe(news, nowMs);
    if (ended === undefined) return;
    const { end, ...attempt } = ended;
    if (end === 'served') this.#serve(attempt);
    else if (end === 'failed') this.#leaveUnserved(attempt, 'failed');
    else if (isWantOfBalance(end)) this.#leaveUnserved(attempt, 'missed');
    this.#forget(nowMs);
  }

  /** The node was listened to from then until now, without a break. Not longer than some hours at a time. */
  watched(fromMs: number, nowMs: number): void {
    if (nowMs <= fromMs) return;
    if (this.#sinceMs === 0) this.#sinceMs = fromMs;
    // All of it is dated to its middle: much shorter than the half-life, it decays alike.
    this.#watched.add({ msat: nowMs - fromMs, feeMsat: 0, atMs: (fromMs + nowMs) / 2 });
  }

  /** Takes those forwards from the node's history of which no event has told. Readings may overlap. */
  takeHistory({ sinceMs, forwards }: ForwardingHistory, nowMs: number): void {
    if (this.#sinceMs === 0) this.#sinceMs = sinceMs;
    const settled = forwards.map((forward) => ({
      ...forward,
      amountInMsat: Number(forward.amountInMsat),
      amountOutMsat: Number(forward.amountOutMsat),
    }));
    for (const forward of this.#settled.fromHistory(settled)) {
      this.#serveInstead({ ...forward, beganAtMs: forward.settledAtMs });
    }
    this.#historyToMs = nowMs;
    this.#forget(nowMs);
  }

  /**
   * What would have settled of what was missed. Its fees are those of the out side: balance there is what it wants, and
   * room where it came in earns nothing before there is that.
   */
  missed(nowMs: number): readonly ChannelDemand[] {
    const asked = this.#asked(nowMs);
    return [...asked.sums]
      .filter(([, sums]) => sums.out.missed.msat > 0 || sums.in.missed.msat > 0)
      .map(([channelId, sums]) => asked.missed(channelId, sums));
  }

  /** Payments that were missed within the last hour and have found no other way, oldest first. */
  recentlyMissed(): readonly UnservedPayment[] {
    return this.#unserved.missed.payments;
  }

  /** How much of what leaves over channels is settled, by their listed ids. */
  settledShare(nowMs: number): SettledShare {
    return this.#asked(nowMs).share;
  }

  /** The listed id of a channel that goes by several, as far as that is known. */
  listedId(channelId: ChannelId): ChannelId {
    return this.#channels.listedId(channelId);
  }

  /**
   * All of it but what is still under way, and but the forwards from `readToMs` on: whoever takes this over is to read
   * them from the history, for it does not say which of them have counted. Of more than can be remembered at once the
   * oldest are in it all the same.
   *
   * @param readToMs up to which the history was read; `undefined` where there is none, and then nothing is left out
   */
  state(nowMs: number, readToMs?: number): DemandState {
    const rows = [...this.#sumsNow(nowMs, readToMs)].flatMap(([channelId, sums]) =>
      SIDES.flatMap((side) =>
        KINDS.map((kind) => ({ channelId, side, kind, ...sums[side][kind], atMs: nowMs })),
      ),
    );
    const ms = this.#watched.at(nowMs).msat;
    return {
      rows: rows.filter(({ msat }) => msat > 0),
      watched: { sinceMs: this.#sinceMs, ms, atMs: nowMs },
      ...(readToMs !== undefined && { readToMs }),
    };
  }

  #serve(attempt: Attempt): void {
    const { inChannelId, outChannelId, amountInMsat, amountOutMsat, endedAtMs } = attempt;
    const amounts = { amountInMsat, amountOutMsat };
    this.#settled.fromEvent({ inChannelId, outChannelId, ...amounts, settledAtMs: endedAtMs });
    this.#serveInstead(attempt);
  }

  /** It may be what an earlier attempt of the same payment has failed for. */
  #serveInstead(attempt: UnservedForward): void {
    const peer = this.#channels.peerOf(attempt.outChannelId);
    this.#unserved.missed.serve(attempt, peer);
    this.#unserved.failed.serve(attempt, peer);
  }

  /** It went out and failed further down, or was refused. */
  #leaveUnserved(attempt: Attempt, kind: 'failed' | 'missed'): void {
    if (this.#isNoPayment(attempt)) return;
    const { inChannelId, outChannelId, amountOutMsat: amountMsat, beganAtMs: atMs } = attempt;
    const peer = this.#channels.peerOf(outChannelId);
    const payment = this.#unserved[kind].add(attempt, peer);
    const passed = kind === 'failed';
    const pair = `${inChannelId}>${peer}`;
    for (const probe of this.#probes.observe(pair, { amountMsat, atMs, passed, payment })) {
      for (const each of UNSERVED) this.#unserved[each].dismiss(probe);
    }
  }

  #isNoPayment({ outChannelId, amountInMsat, amountOutMsat }: Attempt): boolean {
    const { leastMsat, mostFeeShare } = this.#terms;
    return (
      amountOutMsat < leastMsat ||
      amountOutMsat > this.#channels.largestMsat(outChannelId) ||
      amountInMsat - amountOutMsat > mostFeeShare * amountOutMsat
    );
  }

  #forget(nowMs: number): void {
    // What the history is still to tell again must be known by then, however long it cannot be read.
    this.#settled.forget(Math.min(nowMs, this.#historyToMs));
    this.#unserved.missed.forget(nowMs);
    this.#unserved.failed.forget(nowMs);
  }

  /** With what may still change. */
  #sumsNow(nowMs: number, settledBeforeMs?: number): ReadonlyMap<ChannelId, ChannelSums> {
    const recent = new DemandSums(this.#terms.halfLifeMs);
    for (const forward of this.#settled.remembered(settledBeforeMs)) {
      const { settledAtMs } = forward;
      addSettled(recent, { ...forward, settledAtMs: Math.min(settledAtMs, nowMs) });
    }
    for (const kind of UNSERVED) {
      for (const payment of this.#unserved[kind].payments) addUnserved(recent, kind, payment);
    }
    const rows = [...this.#sums.rows(nowMs), ...recent.rows(nowMs)];
    return sumsByChannel(rows, (channelId) => this.#channels.listedId(channelId));
  }

  #asked(nowMs: number): Asked {
    const sums = this.#sumsNow(nowMs);
    const peerOf = (channelId: ChannelId): string => this.#channels.peerOf(channelId);
    const shares = {
      out: settledShare(sums, 'out', peerOf),
      in: settledShare(sums, 'in', peerOf),
    };
    const days = Math.max(
      decayedDays(LEAST_DAYS, this.#terms.halfLifeMs),
      this.#watched.at(nowMs).msat / DAY_MS,
    );
    return {
      sums,
      share: shares.out,
      missed: (channelId, { out, in: into }) => ({
        channelId,
        out: perDay(scaled(out.missed, shares.out(channelId)), days),
        in: { ...perDay(scaled(into.missed, shares.in(channelId)), days), feeMsatPerDay: 0 },
      }),
    };
  }
}

type Attempt = Omit<EndedForward, 'end'>;

interface Asked {
  readonly sums: ReadonlyMap<ChannelId, ChannelSums>;
  readonly share: SettledShare;
  readonly missed: (channelId: ChannelId, sums: ChannelSums) => ChannelDemand;
}

const SIDES = ['out', 'in'] as const;
const UNSERVED = ['missed', 'failed'] as const;
const KINDS = ['served', ...UNSERVED] as const;

const addSettled = (sums: DemandSums, forward: SettledForward): void =>
  sums.add('served', { ...forward, atMs: forward.settledAtMs });

function addUnserved(sums: DemandSums, kind: 'missed' | 'failed', payment: UnservedPayment): void {
  const { leftMsat, amountInMsat, amountOutMsat, beganAtMs: atMs } = payment;
  if (leftMsat <= 0) return;
  const broughtMsat = (leftMsat / amountOutMsat) * amountInMsat;
  sums.add(kind, { ...payment, amountInMsat: broughtMsat, amountOutMsat: leftMsat, atMs });
}

const scaled = ({ msat, squares, feeMsat }: FlowSums, by: number): FlowSums => ({
  msat: msat * by,
  squares: squares * by,
  feeMsat: feeMsat * by,
});
