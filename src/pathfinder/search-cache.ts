/**
 * Searches that can be used again. A view is costly to make and serves every request for the same snapshot, amount and
 * prices, so the latest few are kept with their search's memory. One search runs at a time; nothing here awaits.
 */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { PricingTerms } from './pricing.ts';
import { BoundSearch } from './search/bound-search.ts';
import { DiscountSearch } from './search/discount-search.ts';
import { ExactSearch } from './search/exact-search.ts';
import { ReachAhead } from './search/reach-ahead.ts';
import { TightBounds } from './search/tight-bounds.ts';
import { type AmountView, buildAmountView } from './view/amount-view.ts';

export interface Searcher {
  readonly view: AmountView;
  readonly bounds: BoundSearch | DiscountSearch;
  readonly tight: TightBounds;
  readonly ahead: ReachAhead;
  readonly exact: ExactSearch;
}

/** Views kept per snapshot: a few amounts, as planning asks for; each takes some 3 MB at mainnet size. */
const KEPT = 6;

interface Entry {
  readonly amountMsat: number;
  readonly limitMsat: number;
  readonly pricing: PricingTerms;
  readonly searcher: Searcher;
}

const caches = new WeakMap<GraphSnapshot, Entry[]>();
const withDiscounts = new WeakMap<GraphSnapshot, boolean>();

/** A search for this amount whose bounds hold for fees up to the limit at least. */
export function searcherFor(
  snapshot: GraphSnapshot,
  terms: {
    readonly amountMsat: number;
    readonly maxFeeMsat: number;
    readonly pricing: PricingTerms;
  },
): Searcher {
  const { amountMsat, pricing } = terms;
  const limitMsat = hasDiscounts(snapshot) ? limitClass(terms) : MOST_MSAT;
  let entries = caches.get(snapshot);
  if (entries === undefined) {
    entries = [];
    caches.set(snapshot, entries);
  }
  const at = entries.findIndex(
    (entry) =>
      entry.amountMsat === amountMsat &&
      entry.limitMsat === limitMsat &&
      entry.pricing.siblings === pricing.siblings &&
      entry.pricing.timeLockRiskPpb === pricing.timeLockRiskPpb &&
      entry.pricing.reliability === pricing.reliability,
  );
  const entry = at >= 0 ? entries[at]! : makeEntry(snapshot, { amountMsat, limitMsat, pricing });
  if (at !== 0) {
    if (at > 0) entries.splice(at, 1);
    entries.unshift(entry);
    entries.length = Math.min(entries.length, KEPT);
  }
  return entry.searcher;
}

function makeEntry(
  snapshot: GraphSnapshot,
  terms: { amountMsat: number; limitMsat: number; pricing: PricingTerms },
): Entry {
  const { amountMsat, limitMsat, pricing } = terms;
  const { siblings } = pricing;
  const priceOf = pricing.priceOf(amountMsat);
  const { priced } = pricing;
  const view = buildAmountView(snapshot, { amountMsat, limitMsat, siblings, priced, priceOf });
  const searcher = {
    view,
    bounds: view.discounts ? new DiscountSearch(view) : new BoundSearch(view),
    tight: new TightBounds(view),
    ahead: new ReachAhead(view),
    exact: new ExactSearch(view),
  };
  return { ...terms, searcher };
}

const MOST_MSAT = 2 ** 52;
/** The smallest class: 1,000 ppm of the amount, a limit that many use; each further one is four times as large. */
const FIRST_CLASS = 1 / 1000;

/** Discounts are bounded by the amount plus the fee limit; a few classes of limits share their views. */
function limitClass({
  amountMsat,
  maxFeeMsat,
}: {
  amountMsat: number;
  maxFeeMsat: number;
}): number {
  let limitMsat = Math.max(1, amountMsat * FIRST_CLASS);
  while (limitMsat < maxFeeMsat) limitMsat *= 4;
  return Math.min(limitMsat, MOST_MSAT);
}

/** Whether anybody grants a discount; without any, bounds do not depend on the fee limit. */
export function hasDiscounts(snapshot: GraphSnapshot): boolean {
  let known = withDiscounts.get(snapshot);
  if (known === undefined) {
    const { inboundFeeBaseMsat, inboundFeeRatePpm } = snapshot.columns;
    known =
      inboundFeeRatePpm.some((rate) => rate < 0) || inboundFeeBaseMsat.some((base) => base < 0);
    withDiscounts.set(snapshot, known);
  }
  return known;
}
