/** The best circle whose fee its own pair of channels can still afford. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { findCircularRoute } from '../pathfinder/find-circular-route.ts';
import type { CircularRouteRequest, RouteResult } from '../pathfinder/request.ts';
import type { ChannelId } from '../units/ids.ts';
import type { FeeRoom } from './fee-ledger.ts';

/** A request in which everything that a budget has to do with is named. */
export interface BudgetedRequest extends CircularRouteRequest {
  readonly outChannels: readonly ChannelId[];
  readonly inChannels: readonly ChannelId[];
  readonly maxFeeMsat: bigint;
}

export interface BudgetedResult {
  readonly result: RouteResult;
  /** The limit that the search had, where the budget's was below the request's. */
  readonly budgetMsat: bigint | null;
}

/** @param room By the channels of the request, under the ids that it names them by. */
export function searchWithinBudget(
  snapshot: GraphSnapshot,
  request: BudgetedRequest,
  room: FeeRoom,
): BudgetedResult {
  const { maxFeeMsat } = request;
  const most = largestRoom(request, room);
  const budgetMsat = most === null || most >= maxFeeMsat ? null : most;
  const result = findCircularRoute(snapshot, { ...request, maxFeeMsat: budgetMsat ?? maxFeeMsat });
  if (result.kind === 'no_route' || affordable(result, room)) return { result, budgetMsat };
  return pairByPair(snapshot, request, room);
}

/** Pairs differ in what they can afford, and the cheapest way is too dear for its own: each gets a search. */
function pairByPair(
  snapshot: GraphSnapshot,
  request: BudgetedRequest,
  room: FeeRoom,
): BudgetedResult {
  let best: BudgetedResult | undefined;
  for (const [outChannelId, inChannelId] of pairsOf(request)) {
    const left = room({ outChannelId, inChannelId });
    const budgetMsat = left === null || left >= request.maxFeeMsat ? null : left;
    const result = findCircularRoute(snapshot, {
      ...request,
      outChannels: [outChannelId],
      inChannels: [inChannelId],
      maxFeeMsat: budgetMsat ?? request.maxFeeMsat,
    });
    if (best === undefined || isBetter(result, best.result)) best = { result, budgetMsat };
  }
  if (best === undefined) throw new Error('a search found a route between channels not asked for');
  return best;
}

function isBetter(result: RouteResult, than: RouteResult): boolean {
  if (result.kind === 'no_route') {
    // The one that lacks only the fee says most about what to do.
    return (
      than.kind === 'no_route' &&
      result.reason.code === 'fee_limit' &&
      than.reason.code !== 'fee_limit'
    );
  }
  return than.kind === 'no_route' || result.quote.feeMsat < than.quote.feeMsat;
}

function affordable(result: Extract<RouteResult, { kind: 'route' }>, room: FeeRoom): boolean {
  const { hops } = result.path;
  const left = room({ outChannelId: hops[0]!.channelId, inChannelId: hops.at(-1)!.channelId });
  return left === null || result.quote.feeMsat <= left;
}

/** `null` where some pair has no limit. */
function largestRoom(request: BudgetedRequest, room: FeeRoom): bigint | null {
  let most = 0n;
  for (const [outChannelId, inChannelId] of pairsOf(request)) {
    const left = room({ outChannelId, inChannelId });
    if (left === null) return null;
    if (left > most) most = left;
  }
  return most;
}

function* pairsOf(request: BudgetedRequest): Generator<readonly [ChannelId, ChannelId]> {
  for (const outChannelId of request.outChannels) {
    for (const inChannelId of request.inChannels) {
      if (outChannelId !== inChannelId) yield [outChannelId, inChannelId];
    }
  }
}
