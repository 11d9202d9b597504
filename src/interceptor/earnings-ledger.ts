/**
 * What rebalances for waiting forwards have cost and what the forwards have earned. Whoever sends us forwards that fail
 * in the end can make us pay for rebalances, so no more is spent than a stake and a part of what was really earned.
 */
import type { EarningsTerms } from './just-in-time-terms.ts';

interface Entry {
  readonly atMs: number;
  readonly msat: bigint;
}

/** Before anything is known: so many of so many forwards that we helped on have settled. */
const PRIOR_SETTLED = 4;
const PRIOR_TRIED = 5;
/** Older ends count less and less: with each new one, by this factor. */
const KEPT_WEIGHT = 0.98;

const MILLION = 1_000_000n;

export class EarningsLedger {
  readonly #terms: EarningsTerms;
  readonly #spent: Entry[] = [];
  readonly #earned: Entry[] = [];
  /** Most that rebalances under way may still cost. */
  readonly #atRisk = new Map<string, bigint>();
  #settled = PRIOR_SETTLED;
  #tried = PRIOR_TRIED;

  constructor(terms: EarningsTerms) {
    this.#terms = terms;
  }

  /** Msat that may be spent now, beside what is at risk already; never negative. */
  roomMsat(nowMs: number): bigint {
    const { stakeMsat, earnedShare } = this.#terms;
    const sharePpm = BigInt(Math.round(earnedShare * 1e6));
    const mayMsat = stakeMsat + (this.#sum(this.#earned, nowMs) * sharePpm) / MILLION;
    const atRiskMsat = [...this.#atRisk.values()].reduce((sum, msat) => sum + msat, 0n);
    const roomMsat = mayMsat - this.#sum(this.#spent, nowMs) - atRiskMsat;
    return roomMsat > 0n ? roomMsat : 0n;
  }

  #sum(entries: Entry[], nowMs: number): bigint {
    const from = nowMs - this.#terms.windowMs;
    while (entries.length > 0 && entries[0]!.atMs <= from) entries.shift();
    return entries.reduce((sum, { msat }) => sum + msat, 0n);
  }

  /** A rebalance begins that may cost so much. */
  risk(key: string, msat: bigint): void {
    this.#atRisk.set(key, msat);
  }

  /** It has ended, and has cost so much. */
  spend(key: string, msat: bigint, atMs: number): void {
    this.#atRisk.delete(key);
    if (msat > 0n) this.#spent.push({ atMs, msat });
  }

  /** A forward that was helped on has settled. */
  earn(msat: bigint, atMs: number): void {
    this.#earned.push({ atMs, msat });
    this.#count(1);
  }

  /** A forward that was helped on has failed all the same. */
  miss(): void {
    this.#count(0);
  }

  #count(settled: number): void {
    this.#settled = this.#settled * KEPT_WEIGHT + settled;
    this.#tried = this.#tried * KEPT_WEIGHT + 1;
  }

  /** Part of the forwards that settle once they have been helped on, as far as is known. */
  get settledShare(): number {
    return this.#settled / this.#tried;
  }
}
