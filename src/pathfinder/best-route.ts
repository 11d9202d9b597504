/** Runs the searches that a request needs, one after another, until an answer is proven or given up. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { type Completion, LabelSearch, type SearchOutcome } from './label-search.ts';
import type { Path, Quote } from './path.ts';
import { type PathChannel, pricePath } from './price-path.ts';
import { quotePath } from './quote-path.ts';
import type { SearchLimits, SearchSpace } from './search-space.ts';

/**
 * Labels that one search may generate before it gives up proving. The problem is NP-hard under inbound discounts
 * and under limits, so there must be an end; mainnet without discounts needs fewer than 100,000.
 */
const LABEL_BUDGET = 400_000;

export interface FoundRoute {
  readonly path: Path;
  readonly quote: Quote;
}

export interface BestRoute {
  readonly found: FoundRoute | undefined;
  /** What is answered, a route or none, is certain. */
  readonly proven: boolean;
}

/**
 * The cheapest path ignoring time lock, hops and onion size is the answer where it keeps those limits, as it nearly
 * always does. Where it breaks one, labels are compared in all of them; and where that exceeds its budget, paths
 * that break a limit are simply cut off, and the best that turned up is given as unproven.
 */
export function bestRoute(space: SearchSpace, limits: SearchLimits): BestRoute {
  const search = (mode: 'ignored' | 'compared' | 'pruned'): SearchOutcome =>
    new LabelSearch(space, { limits, mode, labelBudget: LABEL_BUDGET }).run();

  const free = search('ignored');
  if (free.best === undefined && free.complete) return { found: undefined, proven: true };
  const cheapest = free.best === undefined ? undefined : priced(space, free.best);
  if (cheapest !== undefined && keepsLimits(cheapest.quote, limits)) {
    return { found: cheapest, proven: free.complete };
  }
  const compared = search('compared');
  const exact = compared.best === undefined ? undefined : priced(space, compared.best);
  if (compared.complete) return { found: exact, proven: true };
  const pruned = search('pruned');
  const quick = pruned.best === undefined ? undefined : priced(space, pruned.best);
  return { found: cheaper(exact, quick), proven: false };
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
  return left.quote.feeMsat <= right.quote.feeMsat ? left : right;
}

/** The path in bigint. Its total must be what the search found in doubles; else one of the two is wrong. */
function priced(space: SearchSpace, completion: Completion): FoundRoute {
  const { snapshot, amountMsat, finalCltvDelta, blockHeight } = space;
  const channels = completion.directions.map((direction) => pathChannel(snapshot, direction));
  const path = pricePath(channels, { amountMsat: BigInt(amountMsat), finalCltvDelta });
  const quote = quotePath(path, blockHeight);
  if (quote.sentMsat !== BigInt(completion.sentMsat)) {
    throw new Error(
      `broken invariant: the search priced a path at ${completion.sentMsat} msat, exact arithmetic at ` +
        `${quote.sentMsat}; please report it with the graph and the request`,
    );
  }
  return { path, quote };
}

function pathChannel(snapshot: GraphSnapshot, direction: number): PathChannel {
  const { columns } = snapshot;
  const slot = direction >> 1;
  return {
    channelId: snapshot.channelId(slot),
    from: snapshot.nodeId(snapshot.from(direction)),
    to: snapshot.nodeId(snapshot.to(direction)),
    capacitySat: BigInt(columns.capacitySat[slot]!),
    policy: snapshot.policy(direction),
    inboundFee: {
      inboundFeeBaseMsat: BigInt(columns.inboundFeeBaseMsat[direction ^ 1]!),
      inboundFeeRatePpm: columns.inboundFeeRatePpm[direction ^ 1]!,
    },
  };
}
