/** The best circle whose fee its own pair of channels can still afford. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { findCircularRoute } from '../pathfinder/find-circular-route.ts';
import type { CircularRouteRequest, RouteResult } from '../pathfinder/request.ts';
import type { ChannelId } from '../units/ids.ts';
import type { FeeRoom } from './fee-ledger.ts';
import type { ReliableResult } from './search-reliably.ts';

/** A request in which everything that a budget has to do with is named. */
export interface BudgetedRequest extends CircularRouteRequest {
  readonly outChannels: readonly ChannelId[];
  readonly inChannels: readonly ChannelId[];
  readonly maxFeeMsat: bigint;
}

export interface BudgetedResult {
  readonly result: ReliableResult;
  /** The limit that the search had, where the budget's was below the request's. */
  readonly budgetMsat: bigint | null;
}

/** How one circle is looked for. */
export type CircleSearch = (
  snapshot: GraphSnapshot,
  request: CircularRouteRequest,
) => ReliableResult;

/** By what they cost alone, as if all were certain. */
export const cheapestCircle: CircleSearch = (snapshot, request) => {
  const result = findCircularRoute(snapshot, request);
  return { ...result, probability: result.kind === 'route' ? 1 : 0 };
};

/** @param room By the channels of the request, under the ids that it names them by. */
export function searchWithinBudget(
  snapshot: GraphSnapshot,
  request: BudgetedRequest,
  room: FeeRoom,
  search: CircleSearch = cheapestCircle,
): BudgetedResult {
  const { maxFeeMsat } = request;
  const most = largestRoom(request, room);
  const budgetMsat = most === null || most >= maxFeeMsat ? null : most;
  const result = search(snapshot, { ...request, maxFeeMsat: budgetMsat ?? maxFeeMsat });
  if (result.kind === 'no_route' || affordable(result, room)) return { result, budgetMsat };
  return groupByGroup(snapshot, request, { room, search });
}

/** Pairs differ in what they can afford, and the best way is too dear for its own: those with the same room share a search. */
function groupByGroup(
  snapshot: GraphSnapshot,
  request: BudgetedRequest,
  { room, search }: { readonly room: FeeRoom; readonly search: CircleSearch },
): BudgetedResult {
  let best: BudgetedResult | undefined;
  for (const { outChannels, inChannels, left } of groupsOf(request, room)) {
    const budgetMsat = left === null || left >= request.maxFeeMsat ? null : left;
    const maxFeeMsat = budgetMsat ?? request.maxFeeMsat;
    const result = search(snapshot, {
      ...request,
      outChannels,
      inChannels,
      maxFeeMsat,
    });
    if (best === undefined || isBetter(result, best.result)) best = { result, budgetMsat };
  }
  if (best === undefined) throw new Error('a search found a route between channels not asked for');
  return best;
}

interface Group {
  readonly outChannels: ChannelId[];
  readonly inChannels: readonly ChannelId[];
  readonly left: bigint | null;
}

/**
 * All pairs of the request, each in one group. A channel in both lists stands among its own targets in each group, for
 * the search never leaves and returns over the same one; so channels with nothing spent on them still share a group.
 */
function groupsOf(request: BudgetedRequest, room: FeeRoom): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const outChannelId of request.outChannels) {
    const others = request.inChannels.filter((inChannelId) => inChannelId !== outChannelId);
    const lefts = new Map(
      others.map((inChannelId) => [inChannelId, room({ outChannelId, inChannelId })]),
    );
    for (const left of new Set(lefts.values())) {
      const inChannels = request.inChannels.filter(
        (inChannelId) => inChannelId === outChannelId || lefts.get(inChannelId) === left,
      );
      const key = `${left} ${inChannels.join()}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { outChannels: [outChannelId], inChannels, left });
      else group.outChannels.push(outChannelId);
    }
  }
  return groups.values();
}

/** By what searches minimise; without a route, the one that lacks the least fee says most about what to do. */
function isBetter(result: RouteResult, than: RouteResult): boolean {
  if (result.kind === 'route') return than.kind === 'no_route' || result.costMsat < than.costMsat;
  if (than.kind === 'route' || result.reason.code !== 'fee_limit') return false;
  if (than.reason.code !== 'fee_limit') return true;
  return result.reason.cheapestFeeMsat < than.reason.cheapestFeeMsat;
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
