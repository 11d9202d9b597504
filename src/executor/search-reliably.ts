/**
 * The circle that costs least when its failed attempts count too. Attempts are made one after another until one
 * settles; of two ways to try, the one with the lesser fee + attemptCost / P is to be tried first (exchanging neighbours
 * in the order of attempts shows it). That sum does not add up along a path, but fee - weight x ln P does, and has the same
 * best path where weight = attemptCost / P. So the weight is looked for, by steps of four, with a search at each.
 */
import type { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { findCircularRoute } from '../pathfinder/find-circular-route.ts';
import type { Path } from '../pathfinder/path.ts';
import type { CircularRouteRequest, RouteResult } from '../pathfinder/request.ts';

export interface ReliabilityTerms {
  /** What a failed attempt costs: time, liquidity and slots locked meanwhile; msat. */
  readonly attemptCostMsat: number;
  /**
   * Prices of a weight x -ln P, msat by direction; the same object for the same weight. P is that of the channels which
   * take what a route over that direction offers, so routes are priced at the terms of the channels that they name.
   */
  readonly prices: (weightMsat: number) => DirectionPrices;
}

/** `costMsat` counts the attempts that it takes until one succeeds: fee + time lock + attemptCost / P. */
export type ReliableResult = RouteResult & {
  /** That the circle succeeds, as far as beliefs tell; 0 where there is none. */
  readonly probability: number;
};

/**
 * Weights are these multiples of an attempt's cost: each has its own prices and views, so they are few. A circle that is
 * less likely than the last of them says is priced as if it were not.
 */
const STEP = 4;
const LEVELS = 4;
const FIRST_LEVEL = 1;
const MOST_SEARCHES = 3;

export function searchReliably(
  snapshot: GraphSnapshot,
  request: CircularRouteRequest,
  terms: ReliabilityTerms,
): ReliableResult {
  const tried = new Set<number>();
  let best: (ReliableResult & { readonly kind: 'route' }) | undefined;
  let level = FIRST_LEVEL;
  while (!tried.has(level) && tried.size < MOST_SEARCHES) {
    tried.add(level);
    const weightMsat = terms.attemptCostMsat * STEP ** level;
    const reliability = terms.prices(weightMsat);
    const result = findCircularRoute(snapshot, {
      ...request,
      siblings: 'named',
      cost: { ...request.cost, reliability },
    });
    if (result.kind === 'no_route') {
      if (best !== undefined) break;
      return { ...result, probability: 0 };
    }
    const priceMsat = pricesOf(result.path, snapshot, reliability);
    const probability = Math.exp(-priceMsat / weightMsat);
    const costMsat = result.costMsat - priceMsat + terms.attemptCostMsat / probability;
    if (best === undefined || costMsat < best.costMsat) best = { ...result, costMsat, probability };
    level = Math.min(LEVELS - 1, Math.max(0, Math.round(-Math.log(probability) / Math.log(STEP))));
  }
  return best!;
}

function pricesOf(path: Path, snapshot: GraphSnapshot, prices: DirectionPrices): number {
  return path.hops.reduce((sum, { channelId, from }) => {
    const direction = snapshot.directionFrom(channelId, from);
    return direction === undefined ? sum : sum + prices.values[direction]!;
  }, 0);
}
