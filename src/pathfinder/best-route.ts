/** Runs the searches that a request needs, one after another, until an answer is proven or given up. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { renamedWithin } from './excluded-siblings.ts';
import type { Path, Quote } from './path.ts';
import { type PathChannel, pricePath } from './price-path.ts';
import type { PricingTerms } from './pricing.ts';
import { quotePath } from './quote-path.ts';
import { RequestEdges } from './request-edges.ts';
import type { SpaceTerms } from './space-terms.ts';
import { hasDiscounts, type Searcher, searcherFor } from './search-cache.ts';
import type { FoundPath, ResourceMode, SearchLimits } from './search-task.ts';
import type { EdgeTerms } from './view-edges.ts';

/** A request in the form that the searches work on. */
export interface RouteTask extends SpaceTerms {
  readonly pricing: PricingTerms;
  readonly limits: SearchLimits;
  readonly finalCltvDelta: number;
  readonly blockHeight: number;
  /** Labels that each search may make before it gives up proving. */
  readonly labelBudget: number;
}

export interface FoundRoute {
  readonly path: Path;
  readonly quote: Quote;
  /** What the search minimised, in whole msat: fee, time lock and unreliability. */
  readonly costMsat: number;
}

export interface BestRoute {
  readonly found: FoundRoute | undefined;
  /** What is answered, a route or none, is certain. */
  readonly proven: boolean;
  readonly request: RequestEdges;
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
  // A fee below the first try is the optimum under any larger limit as well, as long as nothing but fees counts.
  if (limits.maxFeeMsat > tight && hasDiscounts(current) && !searcher(tight).view.priced) {
    const first = within(searcher(tight), { ...task, limits: { ...limits, maxFeeMsat: tight } });
    if (first.found !== undefined) return first;
  }
  return within(searcher(limits.maxFeeMsat), task);
}

/**
 * The best path ignoring time lock, hops and onion size is the answer where it keeps those limits, as it nearly
 * always does. Where it breaks one, labels are compared in all of them; and where that exceeds its budget, paths that
 * break a limit are simply cut off, and the best that turned up is given as unproven.
 */
function within(searcher: Searcher, task: RouteTask): BestRoute {
  const { view, bounds, exact } = searcher;
  const request = new RequestEdges(view, task);
  const { limits, finalCltvDelta, blockHeight, labelBudget } = task;
  const none: BestRoute = { found: undefined, proven: true, request };
  if (request.first.length === 0 || request.last.length === 0) return none;
  const costLimit = view.priced ? Number.POSITIVE_INFINITY : limits.maxFeeMsat + 1;
  const meeting = bounds.run(request, costLimit);
  const direct = request.last.some(({ node }) => node === task.source);
  if (meeting === undefined && !request.overlapping && !direct) return none;
  const search = (mode: ResourceMode) =>
    exact.run({ request, limits, mode, finalCltvDelta, blockHeight, labelBudget, meeting });
  const priced = (path: FoundPath | undefined): FoundRoute | undefined =>
    path === undefined ? undefined : pricedPath(path, request, task);

  const free = search('ignored');
  if (free.best === undefined && free.complete) return none;
  const best = priced(free.best);
  if (best !== undefined && keepsLimits(best.quote, limits)) {
    return { found: best, proven: free.complete, request };
  }
  const compared = search('compared');
  const found = priced(compared.best);
  if (compared.complete) return { found, proven: true, request };
  return { found: cheaper(found, priced(search('pruned').best)), proven: false, request };
}

function keepsLimits(quote: Quote, limits: SearchLimits): boolean {
  return (
    quote.cltvBlocks <= limits.maxCltvBlocks &&
    quote.hopCount <= limits.maxHops &&
    quote.onionBytes <= limits.maxOnionBytes
  );
}

function cheaper(left?: FoundRoute, right?: FoundRoute): FoundRoute | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left.costMsat <= right.costMsat ? left : right;
}

/** The path in bigint. Its total must be what the search found in doubles; else one of the two is wrong. */
function pricedPath(found: FoundPath, request: RequestEdges, task: RouteTask): FoundRoute {
  const { view, endTerms } = request;
  const { snapshot } = view;
  const channels: PathChannel[] = found.edges.map((edge) =>
    pathChannel(snapshot, view.terms, edge),
  );
  channels.unshift(pathChannel(snapshot, endTerms, request.first[found.first]!.edge));
  if (found.last >= 0)
    channels.push(pathChannel(snapshot, endTerms, request.last[found.last]!.edge));
  const { finalCltvDelta, blockHeight } = task;
  const path = pricePath(channels, { amountMsat: BigInt(task.amountMsat), finalCltvDelta });
  const quote = quotePath(path, blockHeight);
  if (quote.sentMsat !== BigInt(found.sentMsat)) {
    throw new Error(
      `broken invariant: the search priced a path at ${found.sentMsat} msat, exact arithmetic at ` +
        `${quote.sentMsat}; please report it with the graph and the request`,
    );
  }
  return { path, quote, costMsat: Math.floor(found.costMsat) };
}

/** A channel with the terms that the search charged, which cover its siblings where they were priced together. */
function pathChannel(snapshot: GraphSnapshot, terms: EdgeTerms, edge: number): PathChannel {
  const direction = terms.direction[edge]!;
  const slot = direction >> 1;
  const announced = snapshot.policy(direction);
  return {
    channelId: snapshot.channelId(slot),
    from: snapshot.nodeId(snapshot.from(direction)),
    to: snapshot.nodeId(snapshot.to(direction)),
    capacitySat: BigInt(snapshot.columns.capacitySat[slot]!),
    policy: announced && {
      ...announced,
      feeBaseMsat: BigInt(terms.feeBaseMsat[edge]!),
      feeRatePpm: terms.feeRatePpm[edge]!,
      timeLockDelta: terms.timeLockDelta[edge]!,
      minHtlcMsat: BigInt(terms.minMsat[edge]!),
    },
    inboundFee: {
      inboundFeeBaseMsat: BigInt(terms.inboundBaseMsat[edge]!),
      inboundFeeRatePpm: terms.inboundRatePpm[edge]!,
    },
  };
}
