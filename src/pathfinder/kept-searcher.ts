/** A view with the searches that run on it, kept from request to request, and up to date with prices that move. */
import { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { PricingTerms } from './pricing.ts';
import { BoundSearch } from './search/bound-search.ts';
import { DiscountSearch } from './search/discount-search.ts';
import { ExactSearch } from './search/exact-search.ts';
import { forgetEnds } from './search/path-ends.ts';
import { ReachAhead } from './search/reach-ahead.ts';
import { TightBounds } from './search/tight-bounds.ts';
import { type AmountView, buildAmountView } from './view/amount-view.ts';
import { EdgePrices } from './view/edge-prices.ts';

export interface Searcher {
  readonly view: AmountView;
  readonly bounds: BoundSearch | DiscountSearch;
  readonly tight: TightBounds;
  readonly ahead: ReachAhead;
  readonly exact: ExactSearch;
}

export interface SearcherTerms {
  readonly amountMsat: number;
  readonly limitMsat: number;
  readonly pricing: PricingTerms;
}

/** Moving so many edges, as a share of all, takes about as long as a new view: measured at mainnet size, 1 to 3 µs each. */
const MOST_MOVED = 1 / 4;

export class KeptSearcher {
  readonly #snapshot: GraphSnapshot;
  readonly #terms: SearcherTerms;
  #searcher: Searcher;
  #prices: EdgePrices | undefined;
  /** Version of the prices that the view has. */
  #version: number;

  constructor(snapshot: GraphSnapshot, terms: SearcherTerms) {
    this.#snapshot = snapshot;
    this.#terms = terms;
    this.#searcher = makeSearcher(snapshot, terms);
    this.#version = versionOf(terms.pricing);
  }

  /** Of its columns; what the searches need besides is a fraction of that. */
  get bytes(): number {
    const { terms, bounds, outTerms, ...view } = this.#searcher.view;
    return Object.values({ ...view, ...terms, ...bounds, ...outTerms }).reduce<number>(
      (sum, column) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0),
      0,
    );
  }

  isFor({ amountMsat, limitMsat, pricing }: SearcherTerms): boolean {
    const terms = this.#terms;
    return (
      terms.amountMsat === amountMsat &&
      terms.limitMsat === limitMsat &&
      terms.pricing.siblings === pricing.siblings &&
      terms.pricing.timeLockRiskPpb === pricing.timeLockRiskPpb &&
      terms.pricing.reliability === pricing.reliability
    );
  }

  /** The searches, at the prices as they are now. */
  current(): Searcher {
    const { pricing, amountMsat } = this.#terms;
    const { reliability } = pricing;
    if (reliability instanceof DirectionPrices && reliability.version !== this.#version) {
      this.#follow(reliability.changedSince(this.#version), pricing.priceOf(amountMsat));
      this.#version = reliability.version;
    }
    return this.#searcher;
  }

  #follow(
    changed: readonly number[] | 'all',
    priceOf: (direction: number, timeLockDelta: number) => number,
  ): void {
    const { view } = this.#searcher;
    if (changed === 'all' || changed.length > view.edgeCount * MOST_MOVED) {
      this.#searcher = makeSearcher(this.#snapshot, this.#terms);
      this.#prices = undefined;
      return;
    }
    this.#prices ??= new EdgePrices(view);
    for (const direction of changed) {
      this.#prices.move(direction, priceOf);
      forgetEnds(view, direction);
    }
  }
}

const versionOf = ({ reliability }: PricingTerms): number =>
  reliability instanceof DirectionPrices ? reliability.version : 0;

function makeSearcher(snapshot: GraphSnapshot, terms: SearcherTerms): Searcher {
  const { amountMsat, limitMsat, pricing } = terms;
  const { siblings, priced } = pricing;
  const priceOf = pricing.priceOf(amountMsat);
  const view = buildAmountView(snapshot, { amountMsat, limitMsat, siblings, priced, priceOf });
  return {
    view,
    bounds: view.discounts ? new DiscountSearch(view) : new BoundSearch(view),
    tight: new TightBounds(view),
    ahead: new ReachAhead(view),
    exact: new ExactSearch(view),
  };
}
