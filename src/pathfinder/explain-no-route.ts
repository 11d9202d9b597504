/** A second, simple pass after a search found nothing: what stands in the way, and what would have worked. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { feePpm, MAX_SEARCH_MSAT } from '../units/amounts.ts';
import { type BestRoute, bestRoute, type FoundRoute } from './best-route.ts';
import type { NoRouteReason } from './request.ts';
import {
  type SearchLimits,
  type SearchSpace,
  type SpaceTerms,
  searchSpace,
} from './search-space.ts';

/** Rounds of halving in which a payable amount is looked for: enough to come within 0.1 % of the largest. */
const AMOUNT_ROUNDS = 10;

export function explainNoRoute(
  snapshot: GraphSnapshot,
  terms: SpaceTerms,
  tried: { space: SearchSpace; limits: SearchLimits; outcome: BestRoute },
): NoRouteReason {
  const { space, limits } = tried;
  const atEnds = endReason(space);
  if (atEnds !== undefined) return atEnds;

  const free = { ...limits, maxSentMsat: Number(MAX_SEARCH_MSAT) };
  const dearer = bestRoute(space, free).found;
  if (dearer !== undefined) return feeReason(dearer);

  const resource = resourceReason(space, free);
  if (resource !== undefined) return resource;
  if (!tried.outcome.proven) return { code: 'search_budget' };

  const open: SpaceTerms = { ...terms, exclude: undefined, overlay: withoutCeilings(terms) };
  const avoided = bestRoute(searchSpace(snapshot, open), free).found;
  if (avoided !== undefined) return { code: 'avoided', cheapestFeeMsat: avoided.quote.feeMsat };

  const payableMsat = payable(snapshot, terms, free);
  return payableMsat > 0n ? { code: 'amount_too_large', payableMsat } : { code: 'disconnected' };
}

function endReason(space: SearchSpace): NoRouteReason | undefined {
  const { outgoingChannels, bestSpendableMsat, incomingChannels, bestReceivableMsat } = space.ends;
  if (outgoingChannels === 0) return { code: 'no_outgoing_channel' };
  if (space.firstInto.size === 0) {
    return {
      code: 'no_outgoing_balance',
      bestSpendableMsat: BigInt(Math.floor(bestSpendableMsat)),
    };
  }
  if (incomingChannels === 0) return { code: 'no_incoming_channel' };
  if (space.lastDirections.length === 0) {
    return {
      code: 'no_incoming_capacity',
      bestReceivableMsat: BigInt(Math.floor(bestReceivableMsat)),
    };
  }
  return undefined;
}

function feeReason({ quote }: FoundRoute): NoRouteReason {
  const { feeMsat, amountMsat } = quote;
  return {
    code: 'fee_limit',
    cheapestFeeMsat: feeMsat,
    cheapestFeePpm: feePpm({ feeMsat, amountMsat }),
  };
}

/** Lifts one of the other limits at a time, then all together. */
function resourceReason(space: SearchSpace, limits: SearchLimits): NoRouteReason | undefined {
  const none = Number.POSITIVE_INFINITY;
  const without = (lifted: Partial<SearchLimits>): FoundRoute | undefined =>
    bestRoute(space, { ...limits, ...lifted }).found;
  const slow = without({ maxCltvBlocks: none });
  if (slow !== undefined) return { code: 'cltv_limit', neededCltvBlocks: slow.quote.cltvBlocks };
  const long = without({ maxHops: none });
  if (long !== undefined) return { code: 'hop_limit', neededHops: long.quote.hopCount };
  const big = without({ maxOnionBytes: none });
  if (big !== undefined) return { code: 'onion_limit', neededBytes: big.quote.onionBytes };
  const any = without({ maxCltvBlocks: none, maxHops: none, maxOnionBytes: none });
  if (any === undefined) return undefined;
  return any.quote.cltvBlocks > limits.maxCltvBlocks
    ? { code: 'cltv_limit', neededCltvBlocks: any.quote.cltvBlocks }
    : { code: 'hop_limit', neededHops: any.quote.hopCount };
}

const withoutCeilings = ({ overlay }: SpaceTerms): SpaceTerms['overlay'] =>
  overlay === undefined ? undefined : { ...overlay, ceilings: [] };

/** The largest amount for which halving found a route at any price; 0 where it found none. */
function payable(snapshot: GraphSnapshot, terms: SpaceTerms, limits: SearchLimits): bigint {
  let [works, fails] = [0, terms.amountMsat];
  for (let round = 0; round < AMOUNT_ROUNDS; round++) {
    const amountMsat = Math.floor((works + fails) / 2);
    if (amountMsat < 1 || amountMsat === works) break;
    const space = searchSpace(snapshot, { ...terms, amountMsat });
    if (bestRoute(space, limits).found === undefined) fails = amountMsat;
    else works = amountMsat;
  }
  return BigInt(works);
}
