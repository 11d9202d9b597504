/** What the rebalances of one Rebalancer hold at the same time, and what they have paid. */
import { AttemptRate } from '../executor/attempt-rate.ts';
import type { Claim, HeldLink } from '../executor/claims.ts';
import { dayOf, type FeeBudget, FeeLedger, type FeeRoom } from '../executor/fee-ledger.ts';
import type { ClaimLimits } from '../executor/unclaimed.ts';
import type { FeesPaid } from '../ports.ts';
import type { PaymentHash } from '../units/ids.ts';

export interface ReservationTerms {
  readonly budget: FeeBudget;
  readonly limits: ClaimLimits;
  readonly maxAttemptsPerMinute: number;
  readonly beliefs: Held;
}

/** Beliefs about corridors reckon with what is under way there. */
interface Held {
  hold(rebalanceId: string, links: readonly HeldLink[]): void;
  release(rebalanceId: string): void;
}

/** A claim whose payment has ended. */
export interface ReleasedClaim extends Claim {
  readonly settled: boolean;
}

/** Claims that were released since a reading of balances began: what is read may be older than their end. */
export interface BalanceReading {
  readonly released: readonly ReleasedClaim[];
  end(): void;
}

export class Reservations {
  readonly limits: ClaimLimits;
  readonly rate: AttemptRate;
  readonly #beliefs: Held;
  readonly #claims = new Map<string, Claim>();
  /** Rebalances whose payment nobody follows any more: their claims stay. */
  readonly #lost = new Set<string>();
  readonly #readings = new Set<ReleasedClaim[]>();
  /** Rebalances whose claim was booked, and is about to be released. */
  readonly #booked = new Set<string>();
  #ledger: FeeLedger;
  #changed = Promise.withResolvers<void>();

  constructor({ budget, limits, maxAttemptsPerMinute, beliefs }: ReservationTerms) {
    this.#beliefs = beliefs;
    this.limits = limits;
    this.rate = new AttemptRate(maxAttemptsPerMinute);
    this.#ledger = new FeeLedger(budget, []);
  }

  /** What earlier processes have paid. */
  load(paid: readonly FeesPaid[]): void {
    this.#ledger = new FeeLedger(this.#ledger.budget, paid);
  }

  /** Another budget from now on. */
  limit(budget: FeeBudget): void {
    this.#ledger.limit(budget);
    // Who waits for others to leave some of it may find more now.
    this.#announce();
  }

  /** What is left altogether, with all that is under way taken for paid; `null` where nothing limits it. */
  left(nowMs: number): { readonly ever: bigint | null; readonly perDay: bigint | null } {
    return this.#ledger.left({ atRisk: this.others(''), day: dayOf(nowMs) });
  }

  /** Replaces what this rebalance holds. */
  set(rebalanceId: string, claim: Claim | null): void {
    const before = this.#claims.get(rebalanceId);
    if (claim !== null) {
      this.#claims.set(rebalanceId, claim);
      // From one attempt to the next it holds nothing, so the way stays the same.
      if (before === undefined) this.#beliefs.hold(rebalanceId, claim.links);
      return;
    }
    if (before === undefined) return;
    this.#claims.delete(rebalanceId);
    this.#beliefs.release(rebalanceId);
    const released: ReleasedClaim = { ...before, settled: this.#booked.delete(rebalanceId) };
    for (const reading of this.#readings) reading.push(released);
    this.#announce();
  }

  /** A payment settled: its fee is paid, no longer at risk. */
  book(claim: Claim, atMs: number): void {
    const { rebalanceId, outChannelId, inChannelId, feeMsat } = claim;
    this.#booked.add(rebalanceId);
    this.#ledger.book({ day: dayOf(atMs), outChannelId, inChannelId, feeMsat });
  }

  /** Nobody follows the payment of this rebalance any more; what it holds stays held. */
  lose(rebalanceId: string): void {
    if (!this.#claims.has(rebalanceId)) return;
    this.#lost.add(rebalanceId);
    this.#announce();
  }

  /** Of all rebalances but this one. */
  others(rebalanceId: string): readonly Claim[] {
    return [...this.#claims.values()].filter((claim) => claim.rebalanceId !== rebalanceId);
  }

  isLost({ rebalanceId }: Claim): boolean {
    return this.#lost.has(rebalanceId);
  }

  /** What a payment of this rebalance may cost beside those of the others. */
  feeRoom(rebalanceId: string, nowMs: number): FeeRoom {
    return this.#ledger.room({ atRisk: this.others(rebalanceId), day: dayOf(nowMs) });
  }

  /** The same with nothing under way. */
  feeRoomAlone(nowMs: number): FeeRoom {
    return this.#ledger.room({ atRisk: [], day: dayOf(nowMs) });
  }

  beginReading(): BalanceReading {
    const released: ReleasedClaim[] = [];
    this.#readings.add(released);
    return { released, end: () => void this.#readings.delete(released) };
  }

  /**
   * Resolves when the next claim is released or lost. Taken before a search, so that what changes between its answer and
   * the wait is not missed.
   */
  get nextChange(): Promise<void> {
    return this.#changed.promise;
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Payments that hold these claims, as far as they have a hash yet. */
export const paymentsOf = (claims: readonly Claim[]): readonly PaymentHash[] =>
  claims.flatMap(({ paymentHash }) => (paymentHash === null ? [] : [paymentHash]));
