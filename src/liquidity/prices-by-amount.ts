/** Prices for the latest few amounts. */
import type { DirectionPrices } from '../graph/direction-prices.ts';
import type { Beliefs } from './beliefs.ts';
import { type PricedAmount, ReliabilityPrices } from './reliability-prices.ts';

/** As many amounts as a plan looks at, with those that rebalances under way have come down to. 1 MB each and weight. */
const KEPT = 8;

export class PricesByAmount {
  readonly #beliefs: Beliefs;
  /** The latest first. */
  #kept: { readonly asked: PricedAmount; readonly prices: ReliabilityPrices }[] = [];

  constructor(beliefs: Beliefs) {
    this.#beliefs = beliefs;
  }

  at(
    asked: PricedAmount & { readonly weightMsat: number; readonly nowMs: number },
  ): DirectionPrices {
    const { snapshot, self, amountMsat, weightMsat, nowMs } = asked;
    const known = this.#kept.findIndex(
      (entry) =>
        entry.asked.snapshot === snapshot &&
        entry.asked.self === self &&
        entry.asked.amountMsat === amountMsat,
    );
    const [entry] =
      known >= 0
        ? this.#kept.splice(known, 1)
        : [{ asked, prices: new ReliabilityPrices(this.#beliefs, { snapshot, self, amountMsat }) }];
    this.#kept.unshift(entry!);
    for (const { prices } of this.#kept.splice(KEPT)) prices.end();
    return entry!.prices.at(weightMsat, nowMs);
  }

  clear(): void {
    for (const { prices } of this.#kept.splice(0)) prices.end();
  }
}
