/** What fees may still cost: the budget, less what was paid, less what payments under way put at risk. */
import type { FeesPaid } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import type { Claim } from './claims.ts';

/** Most that may be paid in fees, in msat: altogether, for payments over one channel, and between one pair. */
export interface FeeLimits {
  /** Counts every payment. */
  readonly allMsat?: bigint;
  /** Counts every payment that leaves or returns over the channel. */
  readonly perChannelMsat?: bigint;
  /** Counts payments that leave over the one channel and return over the other. */
  readonly perPairMsat?: bigint;
}

export interface FeeBudget {
  /** Over the life of the store. */
  readonly ever?: FeeLimits;
  /** On one day, UTC. What is under way at midnight counts on both days until it ends. */
  readonly perDay?: FeeLimits;
}

/** Own channels that a payment leaves and returns over, as the node lists them. */
export interface ChannelPair {
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
}

/** What one more payment over the pair may cost, in msat; `null` where nothing limits it. */
export type FeeRoom = (pair: ChannelPair) => bigint | null;

/** Days since the Unix epoch, UTC. */
export const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

export class FeeLedger {
  #budget: FeeBudget;
  readonly #ever = new FeeSums();
  #today = new FeeSums();
  #day = 0;
  #limited: boolean;

  /** @param paid All that the store knows. */
  constructor(budget: FeeBudget, paid: readonly FeesPaid[]) {
    this.#budget = budget;
    this.#limited = isLimited(budget);
    for (const fees of paid) this.book(fees);
  }

  get budget(): FeeBudget {
    return this.#budget;
  }

  /** Another budget; what was paid stays booked. */
  limit(budget: FeeBudget): void {
    this.#budget = budget;
    this.#limited = isLimited(budget);
  }

  /** What is left of the limits on all payments together, ever and on that day; `null` where there is none. */
  left(now: { readonly atRisk: readonly Claim[]; readonly day: number }): {
    readonly ever: bigint | null;
    readonly perDay: bigint | null;
  } {
    this.#turnTo(now.day);
    const atRiskMsat = now.atRisk.reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
    const leftOf = (limitMsat: bigint | undefined, paidMsat: bigint): bigint | null => {
      if (limitMsat === undefined) return null;
      const leftMsat = limitMsat - paidMsat - atRiskMsat;
      return leftMsat > 0n ? leftMsat : 0n;
    };
    const { ever, perDay } = this.#budget;
    return {
      ever: leftOf(ever?.allMsat, this.#ever.allMsat),
      perDay: leftOf(perDay?.allMsat, this.#today.allMsat),
    };
  }

  /** Fees that were paid. */
  book(fees: FeesPaid): void {
    this.#turnTo(fees.day);
    this.#ever.add(fees, fees.feeMsat);
    if (fees.day === this.#day) this.#today.add(fees, fees.feeMsat);
  }

  /**
   * Days only go forward: a clock that was set back must not open the budget of a day that is over.
   *
   * @param atRisk Of payments under way, the one to be made left out.
   */
  room(now: { readonly atRisk: readonly Claim[]; readonly day: number }): FeeRoom {
    this.#turnTo(now.day);
    if (!this.#limited) return () => null;
    const atRisk = new FeeSums();
    for (const claim of now.atRisk) atRisk.add(claim, claim.feeMsat);
    const { ever, perDay } = this.#budget;
    return (pair) => {
      const left = [
        ...leftOf(ever, [this.#ever, atRisk], pair),
        ...leftOf(perDay, [this.#today, atRisk], pair),
      ];
      if (left.length === 0) return null;
      const least = left.reduce((a, b) => (a < b ? a : b));
      return least > 0n ? least : 0n;
    };
  }

  #turnTo(day: number): void {
    if (day <= this.#day) return;
    this.#day = day;
    this.#today = new FeeSums();
  }
}

const isLimited = (budget: FeeBudget): boolean =>
  Object.values(budget).some(
    (limits: FeeLimits | undefined) => Object.keys(limits ?? {}).length > 0,
  );

/** Fees added up: altogether, by channel, and by pair. */
class FeeSums {
  #allMsat = 0n;
  readonly #byName = new Map<string, bigint>();

  add(pair: ChannelPair, feeMsat: bigint): void {
    this.#allMsat += feeMsat;
    for (const name of new Set([pair.outChannelId, pair.inChannelId, pairName(pair)])) {
      this.#byName.set(name, this.of(name) + feeMsat);
    }
  }

  get allMsat(): bigint {
    return this.#allMsat;
  }

  of(name: string): bigint {
    return this.#byName.get(name) ?? 0n;
  }
}

const pairName = ({ outChannelId, inChannelId }: ChannelPair): string =>
  `${outChannelId}>${inChannelId}`;

function leftOf(
  limits: FeeLimits | undefined,
  [paid, atRisk]: readonly [FeeSums, FeeSums],
  pair: ChannelPair,
): bigint[] {
  const { allMsat, perChannelMsat, perPairMsat } = limits ?? {};
  const named: [bigint | undefined, string][] = [
    [perChannelMsat, pair.outChannelId],
    [perChannelMsat, pair.inChannelId],
    [perPairMsat, pairName(pair)],
  ];
  return [
    ...(allMsat === undefined ? [] : [allMsat - paid.allMsat - atRisk.allMsat]),
    ...named.flatMap(([limit, name]) =>
      limit === undefined ? [] : [limit - paid.of(name) - atRisk.of(name)],
    ),
  ];
}
