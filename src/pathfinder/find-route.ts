/** The cheapest way from one node to another. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { bestRoute } from './best-route.ts';
import { explainNoRoute } from './explain-no-route.ts';
import { noRouteMessage } from './no-route-message.ts';
import type { NoRouteReason, RouteRequest, RouteResult } from './request.ts';
import { type AnyRouteRequest, resolveRequest } from './resolve-request.ts';

/**
 * The path of least cost (fee, and what `cost` adds) from `from`, which pays nothing on its own first channel, to `to`, within all limits.
 *
 * @throws RangeError for a request that no graph could satisfy (see `resolveRequest`).
 */
export function findRoute(snapshot: GraphSnapshot, request: RouteRequest): RouteResult {
  if (request.from === request.to) {
    throw new RangeError('from and to are the same node; use findCircularRoute for a circle');
  }
  return answer(snapshot, request);
}

/** Both searches' common course: resolve, search, and explain where there is nothing. */
export function answer(snapshot: GraphSnapshot, request: AnyRouteRequest): RouteResult {
  const none = (reason: NoRouteReason): RouteResult => ({
    kind: 'no_route',
    reason,
    message: noRouteMessage(reason, request.amountMsat),
  });
  const resolved = resolveRequest(snapshot, request);
  if (resolved.kind === 'refused') return none(resolved.reason);
  const outcome = bestRoute(snapshot, resolved.task);
  if (outcome.found === undefined) {
    return none(explainNoRoute(snapshot, resolved.task, outcome));
  }
  const { path, quote, costMsat } = outcome.found;
  return { kind: 'route', path, quote, costMsat, proven: outcome.proven };
}
