/** Ballast itself, through the functions that its users call. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { findRoute } from '../../src/pathfinder/find-route.ts';
import type {
  CircularRouteRequest,
  RouteRequest,
  RouteResult,
} from '../../src/pathfinder/request.ts';
import type { Contender } from '../measure/timing.ts';

export interface BallastContender extends Contender<RouteResult> {
  /** Queries whose answer, a route or none, was not proven best. */
  readonly unproven: ReadonlySet<number>;
}

export function ballastCircles(options: {
  readonly name: string;
  readonly snapshot: GraphSnapshot;
  readonly requests: readonly CircularRouteRequest[];
  /** What to compare answers by. @defaultValue the fee */
  readonly costOf?: (found: FoundRoute) => number;
}): BallastContender {
  const { name, snapshot, requests, costOf } = options;
  return ballast({
    name,
    find: (query) => findCircularRoute(snapshot, requests[query]!),
    costOf: costOf ?? feeOf,
  });
}

export function ballastRoutes(options: {
  readonly name: string;
  readonly snapshot: GraphSnapshot;
  readonly requests: readonly RouteRequest[];
}): BallastContender {
  const { name, snapshot, requests } = options;
  return ballast({
    name,
    find: (query) => findRoute(snapshot, requests[query]!),
    costOf: feeOf,
  });
}

type FoundRoute = Extract<RouteResult, { kind: 'route' }>;

const feeOf = ({ quote }: FoundRoute): number => Number(quote.feeMsat);

function ballast({
  name,
  find,
  costOf,
}: {
  name: string;
  find: (query: number) => RouteResult;
  costOf: (found: FoundRoute) => number;
}): BallastContender {
  const unproven = new Set<number>();
  return {
    name,
    unproven,
    find,
    cost: (answer, query) => {
      if (answer.kind === 'route') {
        if (!answer.proven) unproven.add(query);
        return costOf(answer);
      }
      if (answer.reason.code === 'search_budget') unproven.add(query);
      return null;
    },
  };
}
