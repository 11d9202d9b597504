/** The cheapest circle from ourselves back to ourselves. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { answer } from './find-route.ts';
import type { CircularRouteRequest, RouteResult } from './request.ts';

/**
 * The circle of least cost (fee, and what `cost` adds) that leaves over one of `outChannels`, returns over another of `inChannels`, and keeps all
 * limits. Inbound fees are part of the search. It never uses one channel both ways, and never passes through
 * ourselves on the way. `proven` tells whether no cheaper one exists.
 *
 * @throws RangeError for a request that no graph could satisfy (see `resolveRequest`).
 */
export function findCircularRoute(
  snapshot: GraphSnapshot,
  request: CircularRouteRequest,
): RouteResult {
  return answer(snapshot, { ...request, from: request.self, to: request.self });
}
