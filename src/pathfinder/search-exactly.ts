/** The exact part of a search, with as many labels and as tight bounds as it turns out to need. */
import type { RouteTask } from './best-route.ts';
import { type FoundRoute, priceFound } from './price-found.ts';
import type { Meeting } from './search/bound-search.ts';
import type { RequestEdges } from './search/request-edges.ts';
import type {
  ExactOutcome,
  FoundPath,
  ResourceMode,
  SearchLimits,
  StartBounds,
} from './search/search-task.ts';
import type { Searcher } from './search-cache.ts';
import { unlikelihoodOf } from './unlikelihood.ts';

interface ExactGiven {
  readonly task: Pick<RouteTask, 'limits' | 'finalCltvDelta' | 'blockHeight' | 'labelBudget'>;
  readonly request: RequestEdges;
  readonly bounds: StartBounds;
  /** The path of least bound, whose price is the first to beat. */
  readonly meeting?: Meeting | undefined;
  /** Only what costs less is of interest. @defaultValue no bound but the fee limit */
  readonly belowMsat?: number;
}

/** Labels after which tighter bounds are worth their price: two searches of the view. */
const MANY_LABELS = 1000;

/**
 * The best path ignoring time lock, hops, onion size and probability is the answer where it keeps those limits, as it
 * nearly always does. Where it breaks one, labels are compared in all of them; and where that exceeds its budget, paths
 * that break a limit are simply cut off, and the best that turned up is given as unproven.
 */
export function searchExactly(
  searcher: Searcher,
  given: ExactGiven,
): { readonly found: FoundRoute | undefined; readonly proven: boolean } {
  const { task, request } = given;
  const priced = (path: FoundPath | undefined): FoundRoute | undefined =>
    path === undefined ? undefined : priceFound(path, { request, task });

  const free = searchIn('ignored', searcher, given);
  if (free.best === undefined && free.complete) return { found: undefined, proven: true };
  const best = priced(free.best);
  if (best !== undefined && keepsLimits(best, task.limits)) {
    return { found: best, proven: free.complete };
  }
  const compared = searchIn('compared', searcher, given);
  const found = priced(compared.best);
  if (compared.complete) return { found, proven: true };
  return { found: cheaper(found, priced(searchIn('pruned', searcher, given).best)), proven: false };
}

function searchIn(mode: ResourceMode, { exact, tight }: Searcher, given: ExactGiven): ExactOutcome {
  const { task, request, bounds, meeting, belowMsat = Number.POSITIVE_INFINITY } = given;
  const { limits, finalCltvDelta, blockHeight, labelBudget } = task;
  const common = { request, limits, mode, finalCltvDelta, blockHeight };
  const few = Math.min(MANY_LABELS, labelBudget);
  const first = exact.run({ ...common, bounds, labelBudget: few, meeting, belowMsat });
  if (!first.exhausted || few === labelBudget) return first;
  const toBeatMsat = Math.min(
    belowMsat,
    first.best?.costMsat ?? (request.priced ? belowMsat : limits.maxFeeMsat + 1),
  );
  tight.run(request, { rough: bounds, belowMsat: toBeatMsat });
  const again = { bounds: tight, labelBudget, meeting: undefined, belowMsat: toBeatMsat };
  const second = exact.run({ ...common, ...again });
  return { ...second, best: second.best ?? first.best };
}

function keepsLimits({ quote, directions }: FoundRoute, limits: SearchLimits): boolean {
  const { unlikelihood } = limits;
  return (
    quote.cltvBlocks <= limits.maxCltvBlocks &&
    quote.hopCount <= limits.maxHops &&
    quote.onionBytes <= limits.maxOnionBytes &&
    (unlikelihood === undefined || unlikelihoodOf(directions, unlikelihood) <= unlikelihood.max)
  );
}

function cheaper(left?: FoundRoute, right?: FoundRoute): FoundRoute | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left.costMsat <= right.costMsat ? left : right;
}
