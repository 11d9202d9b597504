/** The exact part of a search, with as many labels and as tight bounds as it turns out to need. */
import type { RouteTask } from './best-route.ts';
import type { Searcher } from './kept-searcher.ts';
import { type FoundRoute, priceFound } from './price-found.ts';
import type { Meeting } from './search/bound-search.ts';
import { type ExactSearch, MOST_ONCE_ONLY } from './search/exact-search.ts';
import type { RequestEdges } from './search/request-edges.ts';
import type {
  ExactOutcome,
  FoundPath,
  ResourceMode,
  SearchLimits,
  SearchTask,
  StartBounds,
} from './search/search-task.ts';
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
const MANY_LABELS = 500;
/** The same where labels are compared in more than their price, and bounded in it. */
const MANY_COMPARED = 2000;

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
  lookAhead(searcher, given, best);
  const compared = searchIn('compared', searcher, given);
  const found = priced(compared.best);
  if (compared.complete) return { found, proven: true };
  return { found: cheaper(found, priced(searchIn('pruned', searcher, given).best)), proven: false };
}

function searchIn(mode: ResourceMode, searcher: Searcher, given: ExactGiven): ExactOutcome {
  const { task, request, bounds, meeting, belowMsat = Number.POSITIVE_INFINITY } = given;
  const { limits, finalCltvDelta, blockHeight, labelBudget } = task;
  const { exact, tight, ahead } = searcher;
  const unlimited = mode === 'ignored';
  const common = { request, limits, mode, finalCltvDelta, blockHeight, ahead };
  const few = Math.min(unlimited ? MANY_LABELS : MANY_COMPARED, labelBudget);
  const first = exact.run({ ...common, bounds, labelBudget: few, meeting, belowMsat });
  if (!first.exhausted || few === labelBudget) return first;
  const feeMsat = request.priced ? Number.POSITIVE_INFINITY : limits.maxFeeMsat + 1;
  const passed = tight.run(request, {
    rough: bounds,
    belowMsat: Math.min(belowMsat, feeMsat, wholeCost(first.best)),
    maxFeeMsat: limits.maxFeeMsat,
    unlimited,
  });
  const walks = { ...common, bounds: tight, labelBudget, meeting: undefined, belowMsat };
  return searchWalks(exact, walks, passed ?? first.best);
}

/**
 * Many discounts make paths hard to compare: one is better only if it leaves free every node that the other may need.
 * Walks are compared without that, and the best walk is the best path if it passes no node twice. If it does, those
 * nodes may be passed once only in the next search; after a few rounds a path comes out, or nothing that beats the one
 * found before. (Known from vehicle routing: decremental state space relaxation, Righini and Salani 2008.)
 */
function searchWalks(
  exact: ExactSearch,
  task: SearchTask,
  known: FoundPath | undefined,
): ExactOutcome {
  const onceOnly: number[] = [];
  let best = known;
  let left = task.labelBudget;
  for (;;) {
    const belowMsat = Math.min(task.belowMsat, wholeCost(best));
    const outcome = exact.run({ ...task, belowMsat, labelBudget: left, onceOnly });
    best = outcome.best ?? best;
    left -= outcome.labels;
    const { passedAgain } = outcome;
    const exhausted =
      outcome.exhausted || left <= 0 || onceOnly.length + passedAgain.length > MOST_ONCE_ONLY;
    if (passedAgain.length === 0 || exhausted) return { ...outcome, best, exhausted };
    onceOnly.push(...passedAgain);
  }
}

const wholeCost = (found: FoundPath | undefined): number =>
  found === undefined ? Number.POSITIVE_INFINITY : Math.floor(found.costMsat);

/** Bounds time lock and hops where the best path without limits breaks them. */
function lookAhead({ ahead }: Searcher, given: ExactGiven, free: FoundRoute | undefined): void {
  const { limits, finalCltvDelta } = given.task;
  const { cltvBlocks, hopCount } = free?.quote ?? { cltvBlocks: 0, hopCount: 0 };
  // The first and the last channel come on top.
  const [blocks, hops] = [limits.maxCltvBlocks - finalCltvDelta, limits.maxHops - 2];
  ahead.run(given.request, {
    ...(cltvBlocks > limits.maxCltvBlocks ? { blocks } : {}),
    ...(hopCount > limits.maxHops ? { hops } : {}),
  });
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
