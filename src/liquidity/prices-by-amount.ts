/** Prices for the latest few amounts. */
import type { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Beliefs } from './beliefs.ts';
import { type PricedAmount, ReliabilityPrices } from './reliability-prices.ts';

/** Five amounts for each of the four rebalances that run at once by default. 1 MB for each, and for each of its weights. */
const KEPT = 20;

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
    if (known < 0) this.#dropOthers(snapshot);
    return entry!.prices.at(weightMsat, nowMs);
  }

  /** A graph that was replaced is not asked for again, and must not be kept alive. */
  #dropOthers(snapshot: GraphSnapshot): void {
    const others = this.#kept.filter(({ asked }) => asked.snapshot !== snapshot);
    for (const { prices } of others) prices.end();
    this.#kept = this.#kept.filter(({ asked }) => asked.snapshot === snapshot);
  }

  clear(): void {
    for (const { prices } of this.#kept.splice(0)) prices.end();
  }
}
