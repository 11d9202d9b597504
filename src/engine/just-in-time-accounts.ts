/** What just-in-time rebalances have cost, earned and taught, in one process and, as far as it costs, across them. */
import type { RebalanceReport } from '../executor/rebalance-report.ts';
import type { HoldPlan } from '../interceptor/decide-forward.ts';
import { EarningsLedger } from '../interceptor/earnings-ledger.ts';
import { TargetMemory } from '../interceptor/target-memory.ts';
import type { CircuitKey, Clock, Store } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { asked } from './asked.ts';
import {
  EARNINGS_WINDOW_MS,
  type JustInTimeFigures,
  type ResolvedJustInTime,
} from './just-in-time-options.ts';
import { RebalanceRequestError } from './rebalance-request.ts';

/** By it the journal tells rebalances for waiting forwards from others. */
export const JUST_IN_TIME_PREFIX = 'jit-';

type Sums = {
  -readonly [Key in keyof Omit<JustInTimeFigures, 'holding'>]: JustInTimeFigures[Key];
};

export class JustInTimeAccounts {
  readonly ledger: EarningsLedger;
  readonly memory: TargetMemory = new TargetMemory();
  /** Channels that are being filled; longer than the forward waits, where the payment takes longer. */
  readonly running: Set<ChannelId> = new Set();
  readonly sums: Sums = {
    offered: 0,
    held: 0,
    saved: 0,
    lost: 0,
    earnedMsat: 0n,
    spentMsat: 0n,
    longestHoldMs: 0,
  };
  readonly #clock: Clock;
  readonly #store: Store;
  /** Rebalances whose report came before their end. */
  readonly #unended = new Map<string, string>();

  constructor(
    parts: { readonly clock: Clock; readonly store: Store },
    options: Pick<ResolvedJustInTime, 'stakeMsat' | 'earnedShare'>,
  ) {
    this.#clock = parts.clock;
    this.#store = parts.store;
    this.ledger = new EarningsLedger({ ...options, windowMs: EARNINGS_WINDOW_MS });
  }

  /** What earlier processes have spent. What they earned is not remembered, so nothing is spent on the strength of it. */
  async load(): Promise<void> {
    const sinceMs = this.#clock.now() - EARNINGS_WINDOW_MS;
    for (const record of await asked(() => this.#store.records({ sinceMs }))) {
      if (!record.rebalanceId.startsWith(JUST_IN_TIME_PREFIX)) continue;
      const { rebalanceId, atMs } = record;
      // What has no end yet is followed by whoever resumes the journal; until then all of it is at risk.
      if (record.kind === 'intent') this.#atRisk(rebalanceId, record.feeMsat);
      if (record.kind === 'end') this.#endedBefore(rebalanceId, record.feePaidMsat, atMs);
    }
  }

  #atRisk(rebalanceId: string, feeMsat: bigint): void {
    this.ledger.risk(rebalanceId, feeMsat);
    this.#unended.set(rebalanceId, rebalanceId);
  }

  #endedBefore(rebalanceId: string, feeMsat: bigint, atMs: number): void {
    this.#unended.delete(rebalanceId);
    this.ledger.spend(rebalanceId, feeMsat, atMs);
  }

  begin({ circuit, inChannelId, maxFeeMsat }: HoldPlan): void {
    this.running.add(inChannelId);
    this.ledger.risk(keyOf(circuit), maxFeeMsat);
    this.sums.held++;
  }

  ended({ circuit, inChannelId }: HoldPlan, report: RebalanceReport): void {
    const { rebalanceId, outcome, feePaidMsat } = report;
    const nowMs = this.#clock.now();
    this.running.delete(inChannelId);
    if (outcome.kind === 'in_flight' && outcome.invoice !== 'canceled') {
      this.#unended.set(keyOf(circuit), rebalanceId);
    } else this.#spend(keyOf(circuit), feePaidMsat);
    if (outcome.kind === 'settled') this.memory.succeeded(inChannelId);
    else if (outcome.kind === 'fee_limit') {
      this.memory.tooDear(inChannelId, outcome.cheapestFeePpm, nowMs);
    } else this.memory.failed(inChannelId, nowMs);
  }

  /** Of a request that was refused nothing was sent; after any other fault of ours what it might cost stays at risk. */
  brokeOff({ circuit, inChannelId }: HoldPlan, error: unknown): void {
    this.running.delete(inChannelId);
    this.memory.failed(inChannelId, this.#clock.now());
    if (error instanceof RebalanceRequestError) this.#spend(keyOf(circuit), 0n);
  }

  /** A forward that was helped on has settled, or, with `null`, failed. */
  fate(earnedMsat: bigint | null): void {
    if (earnedMsat === null) {
      this.ledger.miss();
      this.sums.lost++;
      return;
    }
    this.ledger.earn(earnedMsat, this.#clock.now());
    this.sums.saved++;
    this.sums.earnedMsat += earnedMsat;
  }

  #spend(key: string, feeMsat: bigint): void {
    this.ledger.spend(key, feeMsat, this.#clock.now());
    this.sums.spentMsat += feeMsat;
  }

  /** Payments that might still settle when their report came: the journal has their end, once there is one. */
  async reckonUnended(): Promise<void> {
    for (const [key, rebalanceId] of [...this.#unended]) {
      const records = await asked(() => this.#store.recordsOf({ rebalanceId }));
      const end = records.find((record) => record.kind === 'end');
      if (end === undefined || !this.#unended.delete(key)) continue;
      this.#spend(key, end.feePaidMsat);
    }
  }
}

const keyOf = ({ channelId, htlcId }: CircuitKey): string => `${channelId}/${htlcId}`;
