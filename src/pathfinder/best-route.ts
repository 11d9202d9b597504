/** Runs the searches that a request needs, one after another, until an answer is proven or given up. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { renamedWithin } from './excluded-siblings.ts';
import type { Searcher } from './kept-searcher.ts';
import type { FoundRoute } from './price-found.ts';
import type { PricingTerms } from './pricing.ts';
import { RequestEdges } from './search/request-edges.ts';
import { RequestSpace } from './search/request-space.ts';
import type { SearchLimits } from './search/search-task.ts';
import type { SpaceTerms } from './search/space-terms.ts';
import { hasDiscounts, searcherFor } from './search-cache.ts';
import { searchExactly } from './search-exactly.ts';

/** A request in the form that the searches work on. */
export interface RouteTask extends SpaceTerms {
  readonly pricing: PricingTerms;
  readonly limits: SearchLimits;
  readonly finalCltvDelta: number;
  readonly blockHeight: number;
  /** Labels that each search may make before it gives up proving. */
  readonly labelBudget: number;
}

export interface BestRoute {
  readonly found: FoundRoute | undefined;
  /** What is answered, a route or none, is certain. */
  readonly proven: boolean;
  readonly space: RequestSpace;
}

/**
 * Problems with inbound discounts or limits are NP-hard, so proving must have an end. Real requests without discounts
 * need some tens of labels.
 */
export const DEFAULT_LABEL_BUDGET = 100_000;

/** Where a fee limit is generous, this share of the amount is tried first: tight bounds on discounts are fast. */
const FIRST_TRY = 1 / 64;

export function bestRoute(snapshot: GraphSnapshot, task: RouteTask): BestRoute {
  const current = renamedWithin(snapshot.withPolicies(task.overlay?.policies), task);
  const { limits, amountMsat, pricing } = task;
  const tight = Math.floor(amountMsat * FIRST_TRY);
  const searcher = (maxFeeMsat: number): Searcher =>
    searcherFor(current, { amountMsat, maxFeeMsat, pricing });
  if (limits.maxFeeMsat > tight && hasDiscounts(current)) {
    const first = within(searcher(tight), { ...task, limits: { ...limits, maxFeeMsat: tight } });
    // No path of a larger fee can cost less than this.
    if (first.found !== undefined && first.found.costMsat <= tight) return first;
  }
  return within(searcher(limits.maxFeeMsat), task);
}

function within(searcher: Searcher, task: RouteTask): BestRoute {
  const { view, bounds } = searcher;
  const space = new RequestSpace(view, task);
  const request = new RequestEdges(space);
  const none: BestRoute = { found: undefined, proven: true, space };
  if (request.first.length === 0 || request.last.length === 0) return none;
  const costLimit = request.priced ? Number.POSITIVE_INFINITY : task.limits.maxFeeMsat + 1;
  const meeting = bounds.run(request, Math.min(costLimit, directCostMsat(request, task.limits)));
  if (meeting === undefined && !request.overlapping && !request.direct) return none;
  return { ...searchExactly(searcher, { task, request, bounds, meeting }), space };
}

/** What a single channel from source to target costs, where nothing can be said against it; nothing dearer counts. */
function directCostMsat(request: RequestEdges, limits: SearchLimits): number {
  let least = Number.POSITIVE_INFINITY;
  if (limits.unlikelihood !== undefined || limits.maxHops < 1) return least;
  for (const i of request.lastEnds.direct) {
    const { direction } = request.last[i]!;
    const first = request.first.find((channel) => channel.direction === direction);
    if (first !== undefined && first.weight < least) least = first.weight;
  }
  return least;
}
