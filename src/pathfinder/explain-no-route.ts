/** A second, simple pass after a search found nothing: what stands in the way, and what would have worked. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { feePpm, MAX_SEARCH_MSAT } from '../units/amounts.ts';
import { type BestRoute, bestRoute, type RouteTask } from './best-route.ts';
import type { FoundRoute } from './price-found.ts';
import type { NoRouteReason } from './request.ts';
import type { RequestSpace } from './search/request-space.ts';
import type { SearchLimits } from './search/search-task.ts';
import { probabilityOf, unlikelihoodOf } from './unlikelihood.ts';
import { widestPathMsat } from './widest-path.ts';

/** Shares of the widest way's room that are tried: fees and minimums take some of it. */
const SHARES = [1, 0.999, 0.99, 0.95, 0.75, 0.5, 0.1];

export function explainNoRoute(
  snapshot: GraphSnapshot,
  task: RouteTask,
  outcome: BestRoute,
): NoRouteReason {
  const atEnds = endReason(outcome.space);
  if (atEnds !== undefined) return atEnds;

  const maxFeeMsat = Number(MAX_SEARCH_MSAT) - task.amountMsat;
  const free: RouteTask = { ...task, limits: { ...task.limits, maxFeeMsat } };
  const dearer = task.limits.maxFeeMsat < maxFeeMsat ? bestRoute(snapshot, free).found : undefined;
  if (dearer !== undefined) return feeReason(dearer);

  const resource = resourceReason(snapshot, free);
  if (resource !== undefined) return resource;
  if (!outcome.proven) return { code: 'search_budget' };

  const { exclude, overlay } = task;
  if (exclude !== undefined || overlay?.ceilings !== undefined) {
    const open: RouteTask = { ...free, exclude: undefined, overlay: withoutCeilings(task) };
    const avoided = bestRoute(snapshot, open).found;
    if (avoided !== undefined) return { code: 'avoided', cheapestFeeMsat: avoided.quote.feeMsat };
  }
  const payableMsat = payable(snapshot, free);
  return payableMsat > 0n ? { code: 'amount_too_large', payableMsat } : { code: 'disconnected' };
}

function endReason(space: RequestSpace): NoRouteReason | undefined {
  const { facts, first, last } = space;
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
  const peer = first[0]!.node;
  const onlyPeer = [...first, ...last].every(({ node }) => node === peer);
  if (onlyPeer && peer >= 0 && !space.mayTurn) {
    const { snapshot } = space.view;
    return { code: 'same_peer', peer: snapshot.nodeId(snapshot.to(first[0]!.direction)) };
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
  const { unlikelihood } = limits;
  const without = (lifted: Partial<SearchLimits>): FoundRoute | undefined =>
    bestRoute(snapshot, { ...task, limits: { ...limits, ...lifted } }).found;
  const any = without({
    maxCltvBlocks: none,
    maxHops: none,
    maxOnionBytes: none,
    unlikelihood: undefined,
  });
  if (any === undefined) return undefined;
  const slow = without({ maxCltvBlocks: none });
  if (slow !== undefined) return { code: 'cltv_limit', neededCltvBlocks: slow.quote.cltvBlocks };
  const long = without({ maxHops: none });
  if (long !== undefined) return { code: 'hop_limit', neededHops: long.quote.hopCount };
  const big = without({ maxOnionBytes: none });
  if (big !== undefined) return { code: 'onion_limit', neededBytes: big.quote.onionBytes };
  const rare = unlikelihood && without({ unlikelihood: undefined });
  if (unlikelihood !== undefined && rare !== undefined) {
    const probability = probabilityOf(unlikelihoodOf(rare.directions, unlikelihood));
    return { code: 'probability_limit', probability };
  }
  return any.quote.cltvBlocks > limits.maxCltvBlocks
    ? { code: 'cltv_limit', neededCltvBlocks: any.quote.cltvBlocks }
    : { code: 'hop_limit', neededHops: any.quote.hopCount };
}

const withoutCeilings = ({ overlay }: RouteTask): RouteTask['overlay'] =>
  overlay === undefined ? undefined : { ...overlay, ceilings: [] };

/** An amount below the requested one that has a route at some price; 0 where none was found. */
function payable(snapshot: GraphSnapshot, task: RouteTask): bigint {
  const widestMsat = Math.min(widestPathMsat(snapshot, task), task.amountMsat);
  for (const share of SHARES) {
    const amountMsat = Math.floor(widestMsat * share);
    if (amountMsat < 1) return 0n;
    if (amountMsat >= task.amountMsat) continue;
    const priceOf = task.pricing.priceOf(amountMsat);
    if (bestRoute(snapshot, { ...task, amountMsat, priceOf }).found !== undefined) {
      return BigInt(amountMsat);
    }
  }
  return 0n;
}
