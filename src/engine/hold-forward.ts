/** One forward that waits, and the rebalance that is made for it. */
import type { RebalanceReport } from '../executor/rebalance-report.ts';
import type { HoldPlan } from '../interceptor/decide-forward.ts';
import type { Clock, LightningNode } from '../ports.ts';
import { asked } from './asked.ts';
import type { RebalanceRequest } from './rebalance-request.ts';
import type { RebalanceRun } from './rebalancer.ts';

export interface HoldParts {
  readonly node: LightningNode;
  readonly clock: Clock;
  rebalance(request: RebalanceRequest): RebalanceRun;
  /** When it goes on at the latest, by the clock. */
  readonly untilMs: number;
  /** Lets the forward go on: `ready` where its liquidity has come. */
  readonly goOn: (ready: boolean) => void;
}

/** Of the time that is left, so much is kept for seeing the liquidity arrive, ms. */
const ARRIVAL_MS = 500;
/** Milliseconds between looks at the balance. */
const LOOK_MS = 50;
/** Failed attempts cost time above all: a route that is likely to fail may be dearer by this part of the limit. */
const ATTEMPT_COST_PART = 4n;
const MOST_ATTEMPTS = 5;

export class HeldForward {
  readonly rebalanceId: string;
  /** The rebalance's report; it may come long after the forward has gone on. Rejects as the rebalance does. */
  readonly rebalanced: Promise<RebalanceReport>;
  /** Resolves when the forward has gone on. */
  readonly over: Promise<void>;
  readonly #plan: HoldPlan;
  readonly #parts: HoldParts;
  readonly #gone = new AbortController();
  #ready = false;

  /** Begins the rebalance. */
  constructor(plan: HoldPlan, parts: HoldParts) {
    this.#plan = plan;
    this.#parts = parts;
    const { outChannelIds, inChannelId, amountMsat, maxFeeMsat } = plan;
    const leftMs = parts.untilMs - parts.clock.now() - ARRIVAL_MS;
    const run = parts.rebalance({
      from: outChannelIds,
      to: inChannelId,
      amountMsat,
      maxFeeMsat,
      attemptCostMsat: maxFeeMsat / ATTEMPT_COST_PART,
      attemptCostPpm: 0,
      maxAttempts: MOST_ATTEMPTS,
      deadlineMs: Math.max(1, leftMs),
      signal: this.#gone.signal,
    });
    this.rebalanceId = run.rebalanceId;
    this.rebalanced = run.result;
    this.over = this.#wait();
  }

  /** It is out of our hands: what is not under way yet is not begun. Tells whether its liquidity had come. */
  released(): boolean {
    this.#gone.abort();
    return this.#ready;
  }

  async #wait(): Promise<void> {
    const { signal } = this.#gone;
    const report = await Promise.race([
      this.rebalanced.catch(() => undefined),
      // A payment that is under way at the deadline is followed by the rebalance; the forward does not wait for that.
      this.#parts.clock.sleep(this.#leftMs(), signal).then(() => undefined),
    ]);
    if (report?.outcome.kind === 'settled') await this.#seeArrival(report);
    if (!signal.aborted) this.#parts.goOn(this.#ready);
  }

  #leftMs(): number {
    return Math.max(0, this.#parts.untilMs - this.#parts.clock.now());
  }

  /** A payment has settled for its sender before its last HTLC is off the channel that it arrived on. */
  async #seeArrival(report: RebalanceReport): Promise<void> {
    const { node, clock } = this.#parts;
    const { inChannelId, needMsat } = this.#plan;
    const hashes = new Set(report.attempts.map(({ paymentHash }) => paymentHash));
    const { signal } = this.#gone;
    for (let clearLooks = 0; this.#leftMs() > 0 && !signal.aborted; ) {
      const channels = await asked(() => node.ownChannels()).catch(() => []);
      const target = channels.find(({ channelId }) => channelId === inChannelId);
      const isPending = target?.pendingHtlcs.some(({ paymentHash }) => hashes.has(paymentHash));
      if (isPending === false) {
        this.#ready = target!.spendableMsat >= needMsat;
        // What is spendable is an estimate on the low side: the node itself may see enough.
        if (this.#ready || ++clearLooks > 1) return;
      }
      await clock.sleep(LOOK_MS, signal);
    }
  }
}
