/** A second, simple pass after a search found nothing: what stands in the way, and what would have worked. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { feePpm, MAX_SEARCH_MSAT } from '../units/amounts.ts';
import { type BestRoute, bestRoute, type FoundRoute, type RouteTask } from './best-route.ts';
import type { NoRouteReason } from './request.ts';
import type { RequestEdges } from './request-edges.ts';
import type { SearchLimits } from './search-task.ts';

/** Rounds of halving in which a payable amount is looked for: enough to come within 0.1 % of the largest. */
const AMOUNT_ROUNDS = 10;

export function explainNoRoute(
  snapshot: GraphSnapshot,
  task: RouteTask,
  outcome: BestRoute,
): NoRouteReason {
  const atEnds = endReason(outcome.request);
  if (atEnds !== undefined) return atEnds;

  const unlimited = { ...task.limits, maxFeeMsat: Number(MAX_SEARCH_MSAT) - task.amountMsat };
  const free: RouteTask = { ...task, limits: unlimited };
  const dearer = bestRoute(snapshot, free).found;
  if (dearer !== undefined) return feeReason(dearer);

  const resource = resourceReason(snapshot, free);
  if (resource !== undefined) return resource;
  if (!outcome.proven) return { code: 'search_budget' };

  const open: RouteTask = { ...free, exclude: undefined, overlay: withoutCeilings(task) };
  const avoided = bestRoute(snapshot, open).found;
  if (avoided !== undefined) return { code: 'avoided', cheapestFeeMsat: avoided.quote.feeMsat };

  const payableMsat = payable(snapshot, free);
  return payableMsat > 0n ? { code: 'amount_too_large', payableMsat } : { code: 'disconnected' };
}

function endReason({ facts, first, last }: RequestEdges): NoRouteReason | undefined {
  const { outgoingChannels, bestSpendableMsat, incomingChannels, bestReceivableMsat } = facts;
  if (outgoingChannels === 0) return { code: 'no_outgoing_channel' };
  if (first.length === 0) {
    return {
      code: 'no_outgoing_balance',
      bestSpendableMsat: BigInt(Math.floor(bestSpendableMsat)),
    };
  }
  if (incomingChannels === 0) return { code: 'no_incoming_channel' };
  if (last.length === 0) {
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
function resourceReason(snapshot: GraphSnapshot, task: RouteTask): NoRouteReason | undefined {
  const none = Number.POSITIVE_INFINITY;
  const { limits } = task;
  const without = (lifted: Partial<SearchLimits>): FoundRoute | undefined =>
    bestRoute(snapshot, { ...task, limits: { ...limits, ...lifted } }).found;
  const any = without({ maxCltvBlocks: none, maxHops: none, maxOnionBytes: none });
  if (any === undefined) return undefined;
  const slow = without({ maxCltvBlocks: none });
  if (slow !== undefined) return { code: 'cltv_limit', neededCltvBlocks: slow.quote.cltvBlocks };
  const long = without({ maxHops: none });
  if (long !== undefined) return { code: 'hop_limit', neededHops: long.quote.hopCount };
  const big = without({ maxOnionBytes: none });
  if (big !== undefined) return { code: 'onion_limit', neededBytes: big.quote.onionBytes };
  return any.quote.cltvBlocks > limits.maxCltvBlocks
    ? { code: 'cltv_limit', neededCltvBlocks: any.quote.cltvBlocks }
    : { code: 'hop_limit', neededHops: any.quote.hopCount };
}

const withoutCeilings = ({ overlay }: RouteTask): RouteTask['overlay'] =>
  overlay === undefined ? undefined : { ...overlay, ceilings: [] };

/** The largest amount for which halving found a route at any price; 0 where it found none. */
function payable(snapshot: GraphSnapshot, task: RouteTask): bigint {
  let [works, fails] = [0, task.amountMsat];
  for (let round = 0; round < AMOUNT_ROUNDS; round++) {
    const amountMsat = Math.floor((works + fails) / 2);
    if (amountMsat < 1 || amountMsat === works) break;
    const priceOf = task.pricing.priceOf(amountMsat);
    if (bestRoute(snapshot, { ...task, amountMsat, priceOf }).found === undefined)
      fails = amountMsat;
    else works = amountMsat;
  }
  return BigInt(works);
}
